// SIGTERM: what was accepted is answered, and the process ends in time.
import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import { create_job, jobs_path, user_id } from './jobs.mjs';
import { answer_json, silent, with_peer } from './peer.mjs';
import { with_server } from './server.mjs';
import { in_parallel, until } from './until.mjs';
import { raw_connection } from './wire.mjs';

// Long enough that an end within it cannot be the grace time's doing.
const long_grace_s = 60;

const hook = (peer, more = {}) => ({ name: 'hook', type: 'http', url: peer.url, ...more });

function create_and_wait(server, content) {
  const json = { userId: user_id, content, timeoutMs: 300_000 };
  return server.call('POST', jobs_path, { json, headers: { Prefer: 'wait=60' }, agent: false });
}

function refuses_connections(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(false) || socket.destroy());
    socket.on('error', () => resolve(true));
  });
}

/** Milliseconds from now to the end of the process. */
async function time_to_end(server) {
  const begin = Date.now();
  await server.ended();
  return Date.now() - begin;
}

test('waiting requests are answered with the results that come after SIGTERM', async () => {
  const responses = [];
  await with_peer((task, response) => responses.push([task, response]), async (peer) => {
    const agents = [hook(peer, { concurrency: 200 })];
    const config = { agents, shutdown: { graceSeconds: long_grace_s } };
    await with_server({ config }, async (server) => {
      const waiting = in_parallel(200, 200, (index) => create_and_wait(server, `job ${index}`));
      await until('all tasks at the agent', () => responses.length === 200);

      server.kill('SIGTERM');
      await until('a closed listener', () => refuses_connections(server.port));
      assert.equal(server.exit, undefined, 'running tasks must be waited for');
      for (const [task, response] of responses) {
        answer_json(response, 200, { content: `done: ${task.content}` });
      }

      const took_ms = await time_to_end(server);
      const answers = await waiting;
      answers.forEach(({ status, json }, index) => {
        assert.equal(status, 201);
        assert.equal(json.status, 'completed', JSON.stringify(json));
        assert.equal(json.result.message.content, `done: job ${index}`);
      });
      assert.ok(took_ms < long_grace_s * 1000, `ended after ${took_ms} ms`);
    });
  });
});

// The agent is the witness: a request whose task it has seen was accepted by the server.
test('under load every request that was accepted is answered in full', async () => {
  const seen = new Set();
  const play = (task, response) => {
    seen.add(task.content);
    answer_json(response, 200, { content: task.content });
  };
  await with_peer(play, async (peer) => {
    const config = { agents: [hook(peer)], shutdown: { graceSeconds: long_grace_s } };
    await with_server({ config }, async (server) => {
      const answered = new Map();
      let is_stopping = false;
      const client = async (lane) => {
        for (let turn = 0; ; turn += 1) {
          const content = `${lane}/${turn}`;
          const json = { userId: user_id, content, timeoutMs: 60_000 };
          try {
            answered.set(content, (await server.call('POST', jobs_path, { json })).status);
          } catch (fault) {
            // No connection, or closed before the server read anything: not accepted.
            assert.ok(is_stopping, `${content}: ${fault}`);
            if (fault.code === 'ECONNREFUSED') return;
          }
        }
      };
      const load = Promise.all(Array.from({ length: 24 }, (_, lane) => client(lane)));
      await until('a server under load', () => answered.size > 500);

      is_stopping = true;
      server.kill('SIGTERM');
      const took_ms = await time_to_end(server);
      await load;

      assert.ok(seen.size > 500, `the agent has seen ${seen.size} tasks`);
      const lost = [...seen].filter((content) => answered.get(content) !== 201);
      assert.deepEqual(lost, []);
      for (const status of answered.values()) assert.ok(status === 201 || status === 503, status);
      assert.ok(took_ms < long_grace_s * 1000, `ended after ${took_ms} ms`);
    });
  });
});

test('when the grace time is over, waiting requests hear why their job failed', () =>
  with_peer(silent, (peer) => {
    const config = { agents: [hook(peer)], shutdown: { graceSeconds: 1 } };
    return with_server({ config }, async (server) => {
      const waiting = create_and_wait(server, 'never answered');
      await until('the task at the agent', () => peer.open === 1);

      server.kill('SIGTERM');

      const { status, json } = await waiting;
      assert.equal(status, 201);
      assert.equal(json.status, 'failed', JSON.stringify(json));
      assert.match(json.error, /stop|shut/i);
      await until('the end of the request to the agent', () => peer.open === 0);
    });
  }));

// Symptom: the grace time was for tasks alone; a program that does not end took two seconds more.
test('a stop takes no longer than the grace time, whatever a program does', () => {
  const stubborn = ['sh', '-c', 'trap "" TERM; for i in 1 2 3 4 5 6 7 8 9; do sleep 1; done'];
  const agents = [{ name: 'stubborn', type: 'exec', command: stubborn }];
  const config = { agents, shutdown: { graceSeconds: 3 } };
  return with_server({ config }, async (server) => {
    const { jobId: id } = await create_job(server, { timeoutMs: 300_000 });
    await until('a running program', async () => {
      return (await server.call('GET', `${jobs_path}/${id}`)).json.status === 'processing';
    });

    server.kill('SIGTERM');

    const took_ms = await time_to_end(server);
    // 3 s, and what a busy machine adds; it was 5 s.
    assert.ok(took_ms < 4_500, `ended after ${took_ms} ms`);
    assert.match(server.log.trimEnd().split('\n').at(-1), /stopped$/);
  });
});

test('while it stops it says so to those who are still connected', () =>
  with_peer(silent, (peer) => {
    const config = { agents: [hook(peer)], shutdown: { graceSeconds: 5 } };
    return with_server({ config }, async (server) => {
      await create_job(server);
      await until('the task at the agent', () => peer.open === 1);
      const kept = await new raw_connection(server.port).connected;

      server.kill('SIGTERM');
      await until('a closed listener', () => refuses_connections(server.port));
      kept.write('GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n');

      // An idle connection may also have been closed already.
      await kept.answered_or_closed('a request while the server stops');
      for (const { status, headers } of kept.answers) {
        assert.equal(status, 503);
        assert.equal(headers.connection, 'close');
      }
      kept.destroy();
    });
  }));

test('idle connections do not delay the end', () => {
  const config = { shutdown: { graceSeconds: long_grace_s } };
  return with_server({ config }, async (server) => {
    const connections = Array.from({ length: 50 }, () => new raw_connection(server.port));
    await Promise.all(connections.map(({ connected }) => connected));
    connections[0].write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await connections[0].answered_or_closed('a request');

    server.kill('SIGTERM');

    const took_ms = await time_to_end(server);
    assert.ok(took_ms < long_grace_s * 1000, `ended after ${took_ms} ms`);
    for (const connection of connections) connection.destroy();
  });
});

for (const [first, second] of [['SIGTERM', 'SIGTERM'], ['SIGINT', 'SIGINT'], ['SIGTERM', 'SIGINT']]) {
  test(`${second} after ${first} ends the server at once`, () =>
    with_peer(silent, (peer) => {
      // Far beyond the hang guard: only the second signal can end it.
      const config = { agents: [hook(peer)], shutdown: { graceSeconds: 600 } };
      return with_server({ config }, async (server) => {
        await create_job(server, { timeoutMs: 300_000 });
        await until('the task at the agent', () => peer.open === 1);
        server.kill(first);
        await until('a closed listener', () => refuses_connections(server.port));

        server.kill(second);

        const { code, signal } = await server.ended();
        server.expected_exit = { code, signal };
        // Not a crash: it ends by the signal or with an exit code of its own.
        assert.ok(code !== null || signal === second, `exit code ${code}, signal ${signal}`);
      });
    }));
}

test('SIGINT stops it like SIGTERM', () =>
  with_server({}, async (server) => {
    await create_job(server);

    server.kill('SIGINT');

    const { code } = await server.ended();
    assert.equal(code, 0);
  }));
