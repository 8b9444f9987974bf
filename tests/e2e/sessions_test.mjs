// Conversations against the real program: many senders, streams, expiry, restarts and crashes.
import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { agent_ids, jobs_path } from './jobs.mjs';
import { answer_json, with_peer } from './peer.mjs';
import { all_messages, check_conversation, create_session, echo_agent, send, sessions_path } from './sessions.mjs';
import { with_directory, with_server } from './server.mjs';
import { in_parallel, until } from './until.mjs';

const peer_agent = (peer) => ({ id: agent_ids.first, name: 'peer', type: 'http', url: peer.url });

/** Sends a message and reads its stream: `{text(), request, ended}`. */
function open_stream(server, id, content) {
  let text = '';
  const body = JSON.stringify({ content, transport: 'sse' });
  const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
  const target = `${sessions_path}/${id}/messages`;
  const request = http.request({ host: '127.0.0.1', port: server.port, method: 'POST', path: target, headers });
  const ended = new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => {
      response.setEncoding('utf8').on('data', (more) => (text += more));
      response.on('end', () => resolve(response));
      response.on('error', reject);
    });
  });
  ended.catch(() => {}); // a test that leaves does not care
  request.end(body);
  return { text: () => text, request, ended };
}

const events_of = (text) =>
  [...text.matchAll(/event: (\w+)\ndata: (.*)\n\n/g)].map(([, name, data]) => [name, JSON.parse(data)]);

test('a hundred senders to one session: one after the other, in the order of acceptance', () =>
  with_peer(
    (task, response) => answer_json(response, 200, { content: `echo: ${task.content}` }),
    async (peer) => {
      const config = { agents: [peer_agent(peer)], sessions: { maxWaiting: 100 } };
      await with_server({ config }, async (server) => {
        const id = await create_session(server, { agentId: agent_ids.first });
        await in_parallel(100, 100, async (index) => {
          const answer = await send(server, id, `message ${index}`, { transport: 'http' });
          assert.equal(answer.status, 201, answer.text);
          assert.equal(answer.json.agentResponse.text, `echo: message ${index}`);
        });

        const messages = await all_messages(server, id);
        const asked = messages.filter(({ isAgent }) => !isAgent).map(({ content }) => content);
        assert.equal(messages.length, 200);
        assert.deepEqual(peer.tasks.map(({ content }) => content), asked);
        peer.tasks.forEach(({ history }, index) =>
          assert.deepEqual(
            (history ?? []).filter(({ role }) => role === 'user').map(({ content }) => content),
            asked.slice(Math.max(0, index - 50), index),
          ));
      });
    },
  ));

test('beyond the messages that may wait: 429, and nothing is stored', () =>
  with_peer(() => {}, (peer) =>
    with_server({ config: { agents: [peer_agent(peer)], sessions: { maxWaiting: 2 } } }, async (server) => {
      const id = await create_session(server, { agentId: agent_ids.first });
      assert.equal((await send(server, id, 'one')).status, 201);
      assert.equal((await send(server, id, 'two')).status, 201);

      const refused = await send(server, id, 'three');

      assert.equal(refused.status, 429);
      assert.ok(refused.headers['retry-after']);
      assert.equal(refused.json.error.code, 'MESSAGE_SEND_FAILED');
      assert.equal(
        refused.json.error.message,
        `Failed to send message in session '${id}': 2 messages wait for their answers`,
      );
      assert.equal((await all_messages(server, id)).length, 2);
    })));

test('a stream shows the message at once and the answer when it comes', () => {
  let answer;
  return with_peer((task, response) => (answer = () => answer_json(response, 200, { content: 'at last' })), (peer) =>
    with_server({ config: { agents: [peer_agent(peer)] } }, async (server) => {
      const id = await create_session(server, { agentId: agent_ids.first });
      const stream = open_stream(server, id, 'hello');
      await until('the first event', () => events_of(stream.text()).length === 1 && answer);
      const [[first, user_message]] = events_of(stream.text());
      assert.equal(first, 'user_message');
      assert.equal(user_message.content, 'hello');

      answer();
      const response = await stream.ended;

      assert.equal(response.statusCode, 200);
      assert.equal(response.headers['content-type'], 'text/event-stream');
      assert.match(response.headers.location, new RegExp(`^${jobs_path}/`));
      const [, [chunk_name, chunk], [done_name, done]] = events_of(stream.text());
      assert.deepEqual([chunk_name, done_name], ['chunk', 'done']);
      assert.deepEqual(chunk, { messageId: done.id, chunk: 'at last', index: 0 });
      assert.equal(done.text, 'at last');
      assert.equal((await all_messages(server, id)).at(-1).id, done.id);
    }));
});

test('a stream of a message whose agent fails ends with the error', () =>
  with_peer((task, response) => answer_json(response, 200, { status: 'failed', error: 'no' }), (peer) =>
    with_server({ config: { agents: [peer_agent(peer)] } }, async (server) => {
      const id = await create_session(server, { agentId: agent_ids.first });
      const stream = open_stream(server, id, 'hello');
      await stream.ended;

      assert.deepEqual(events_of(stream.text()).at(-1), ['error', { error: 'no' }]);
    })));

test('a reader that leaves stops nothing', () => {
  let answer;
  return with_peer((task, response) => (answer = () => answer_json(response, 200, { content: 'echo: hello' })), (peer) =>
    with_server({ config: { agents: [peer_agent(peer)] } }, async (server) => {
      const id = await create_session(server, { agentId: agent_ids.first });
      const stream = open_stream(server, id, 'hello');
      await until('the first event', () => stream.text().includes('user_message') && answer);
      stream.request.destroy();

      answer();

      await until('the answer', async () => (await all_messages(server, id)).length === 2);
      check_conversation(await all_messages(server, id));
    }));
});

test('a session ends on time, also across a restart', () =>
  with_directory(async (directory) => {
    const config = {
      store: 'sqlite:sessions.db',
      agents: [echo_agent],
      sessions: { minTimeoutMinutes: 0.001 },
    };
    const timeoutConfig = { timeoutMinutes: 0.05 };
    let id;
    let expires_at;
    await with_server({ config, directory }, async (server) => {
      id = await create_session(server, { timeoutConfig });
      assert.equal((await send(server, id, 'hello', { transport: 'http' })).status, 201);
      const { json } = await server.call('GET', `${sessions_path}/${id}`);
      expires_at = json.expiresAt;
      assert.equal(json.renewalCount, 1);
    });
    await with_server({ config, directory }, async (server) => {
      const answer = await until('the end of the session', async () => {
        const found = await server.call('GET', `${sessions_path}/${id}`);
        return found.status !== 200 && found;
      });
      assert.ok(Date.now() >= Date.parse(expires_at));
      assert.equal(answer.status, 410);
      assert.equal(answer.json.error.code, 'SESSION_EXPIRED');
      assert.equal(answer.json.error.message, `Session '${id}' expired at ${expires_at}`);
      assert.equal((await send(server, id, 'late')).status, 410);
      const { json } = await server.call('GET', sessions_path);
      assert.deepEqual(json.stats, { totalSessions: 1, activeSessions: 0, expiredSessions: 1 });
    });
  }));

test('messages that wait go on in their order after a restart', () =>
  with_directory((directory) =>
    with_peer(
      (task, response) => peer_answers && answer_json(response, 200, { content: `echo: ${task.content}` }),
      async (peer) => {
        const config = { store: 'sqlite:sessions.db', agents: [peer_agent(peer)], shutdown: { graceSeconds: 0 } };
        const contents = ['one', 'two', 'three'];
        let id;
        peer_answers = false;
        await with_server({ config, directory }, async (server) => {
          id = await create_session(server, { agentId: agent_ids.first });
          for (const content of contents) {
            assert.equal((await send(server, id, content, { timeoutMs: 300_000 })).status, 201);
          }
        });
        peer_answers = true;
        await with_server({ config, directory }, async (server) => {
          await until('all answers', async () => (await all_messages(server, id)).length === 6);
          const messages = await all_messages(server, id);
          check_conversation(messages);
          peer.tasks.slice(-2).forEach(({ history }, index) =>
            assert.deepEqual(
              history.map(({ content }) => content),
              contents.slice(0, index + 1).flatMap((each) => [each, `echo: ${each}`]),
            ));
          assert.deepEqual(messages.filter(({ isAgent }) => !isAgent).map(({ content }) => content), contents);
        });
      },
    )));

let peer_answers = true;

test('kill -9 between message, job and answer loses and doubles nothing', () =>
  with_directory(async (directory) => {
    const config = { store: 'sqlite:sessions.db', agents: [{ ...echo_agent, delayMs: 2 }] };
    const sent = new Map();
    let next = 0;
    for (let round = 0; round < 5; round += 1) {
      await with_server({ config, directory }, async (server) => {
        while (sent.size < 4) sent.set(await create_session(server), []);
        for (const [id, messages] of sent) {
          const shown = await all_messages(server, id);
          check_conversation(shown);
          const ids = shown.map((message) => message.id);
          for (const each of messages) assert.ok(ids.includes(each), `message ${each} is lost`);
        }
        // The crash comes in the middle of the load, which goes on until then: a session takes no more than
        // 16 messages that wait, however slow the machine is.
        let stored = 0;
        let has_crashed = false;
        const send_one = async () => {
          const [id, messages] = [...sent][(next += 1) % sent.size];
          const transport = next % 3 === 0 ? 'http' : 'websocket';
          const fields = { transport, timeoutMs: 300_000 };
          const answer = await send(server, id, `message ${next}`, fields).catch(() => {});
          if (answer?.status !== 201) return;
          stored += 1;
          messages.push(answer.json.userMessage.id);
          if (answer.json.agentResponse) messages.push(answer.json.agentResponse.id);
        };
        const load = Promise.all(
          Array.from({ length: 16 }, async () => {
            while (!has_crashed) await send_one();
          }),
        );
        await until('some of the load', () => stored >= 8 + 5 * round);
        has_crashed = true;
        await server.crash();
        await load;
      });
    }
    await with_server({ config, directory }, async (server) => {
      for (const [id, messages] of sent) {
        const shown = await until('an answer to each message', async () => {
          const found = await all_messages(server, id);
          return found.filter(({ isAgent }) => isAgent).length * 2 === found.length && found;
        });
        check_conversation(shown);
        const ids = shown.map((message) => message.id);
        for (const each of messages) assert.ok(ids.includes(each), `message ${each} is lost`);
      }
    });
  }));
