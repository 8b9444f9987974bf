// The Sessions API as tests call it.
import assert from 'node:assert/strict';
import { agent_ids, user_id } from './jobs.mjs';

export const sessions_path = '/api/messaging/sessions';
export const echo_agent = { id: agent_ids.echo, name: 'echo', type: 'echo' };

/** Creates a session; gives its id. */
export async function create_session(server, fields = {}) {
  const json = { agentId: agent_ids.echo, userId: user_id, ...fields };
  const answer = await server.call('POST', sessions_path, { json });
  assert.equal(answer.status, 201, answer.text);
  return answer.json.sessionId;
}

/** Sends a message, whatever comes of it. */
export const send = (server, id, content, fields = {}) =>
  server.call('POST', `${sessions_path}/${id}/messages`, { json: { content, ...fields } });

/** All messages of a session, oldest first. */
export async function all_messages(server, id) {
  const found = [];
  let before = '';
  for (;;) {
    const { status, json, text } = await server.call(
      'GET', `${sessions_path}/${id}/messages?limit=100&before=${before}`,
    );
    assert.equal(status, 200, text);
    found.push(...json.messages);
    if (!json.hasMore) return found.reverse();
    before = json.cursors.before;
  }
}

/**
 * What holds of every conversation with an echo agent whose messages all differ: each message once, in strictly
 * ascending order; the answers in the order of their messages, each behind its own.
 */
export function check_conversation(messages) {
  const ids = new Set(messages.map(({ id }) => id));
  assert.equal(ids.size, messages.length, 'a message twice');
  let answered = -1;
  messages.forEach((each, index) => {
    const previous = messages[index - 1];
    if (previous) assert.ok(Date.parse(each.createdAt) > Date.parse(previous.createdAt), 'times must ascend');
    if (!each.isAgent) return;
    const asked = messages.findIndex(({ content }) => each.content === `echo: ${content}`);
    assert.ok(asked >= 0 && asked < index, `an answer to nothing: ${each.content}`);
    assert.ok(asked > answered, `an answer out of order: ${each.content}`);
    answered = asked;
  });
}
