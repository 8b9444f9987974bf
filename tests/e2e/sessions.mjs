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
 * What holds of every conversation with an echo agent: each message once, in strictly ascending order, and each
 * answer right behind its message, or nowhere.
 */
export function check_conversation(messages) {
  const ids = new Set(messages.map(({ id }) => id));
  assert.equal(ids.size, messages.length, 'a message twice');
  messages.forEach((each, index) => {
    const previous = messages[index - 1];
    if (previous) assert.ok(Date.parse(each.createdAt) > Date.parse(previous.createdAt), 'times must ascend');
    if (!each.isAgent) return;
    assert.ok(previous && !previous.isAgent, 'an answer stands right behind a message');
    assert.equal(each.content, `echo: ${previous.content}`);
  });
}
