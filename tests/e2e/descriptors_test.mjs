// Few file descriptors: clients, agents and programs each have a share of them. A process that has none
// left tells its clients so, and serves them as soon as it has.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { assert_alive, create_job, finished_job, jobs_path } from './jobs.mjs';
import { answer_json, silent, with_peer } from './peer.mjs';
import { with_server } from './server.mjs';
import { in_parallel, until } from './until.mjs';
import { raw_connection } from './wire.mjs';

const livez = 'GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n';
const open_files_max = 512;

/** Changes the soft limit of a server that runs. What it has open it keeps. */
function limit_open_files(server, count) {
  execFileSync('prlimit', [`--nofile=${count}:`, '--pid', String(server.pid)]);
}

/** Leaves a server without a free descriptor. Returns connections that hold the last ones. */
async function take_descriptors(server) {
  const open = (await readdir(`/proc/${server.pid}/fd`)).map(Number);
  const limit = Math.max(...open) + 1;
  limit_open_files(server, limit);
  const held = [];
  for (let index = open.length; index < limit; ++index) {
    const connection = new raw_connection(server.port).write(livez);
    await connection.answered_or_closed('a connection for the last descriptors');
    held.push(connection);
  }
  return held;
}

async function answer_on_a_new_connection(server) {
  const connection = new raw_connection(server.port).write(livez);
  await connection.answered_or_closed('a connection without a descriptor');
  connection.destroy();
  return connection.answers[0]?.status ?? 'closed';
}

test('without descriptors clients are refused clearly, with some they are served', () =>
  with_peer(silent, (peer) => {
    const agents = [{ name: 'slow', type: 'http', url: peer.url, concurrency: 1000 }];
    return with_server({ config: { agents }, open_files_max }, async (server) => {
      // Over one connection that is there before they run out.
      await create_job(server, { timeoutMs: 300_000 });
      await until('the first task', () => peer.tasks.length === 1);
      const held = await take_descriptors(server);
      const waiting = [];
      for (let index = 0; index < 20; ++index)
        waiting.push((await create_job(server, { timeoutMs: 300_000 })).jobId);

      const answers = [];
      for (let index = 0; index < 20; ++index) answers.push(await answer_on_a_new_connection(server));

      // Never silence.
      assert.ok(answers.every((status) => status === 503 || status === 'closed'), String(answers));
      assert.equal(answers[0], 503, String(answers));
      for (const job_id of waiting) {
        const { json } = await server.call('GET', `${jobs_path}/${job_id}`);
        assert.match(json.status, /^(pending|processing)$/);
      }

      limit_open_files(server, open_files_max);
      for (const connection of held) connection.destroy();
      await until('a new connection to be served', async () =>
        (await answer_on_a_new_connection(server)) === 200);
      await until('the tasks that waited', () => peer.tasks.length === 1 + waiting.length);
      await assert_alive(server);
    });
  }));

// Their jobs failed with "could not connect to the agent", and clients got 503.
test('tasks that have no descriptor wait for one, and none is lost', () => {
  const tasks = 800;
  const answer_later = (task, response) =>
    setTimeout(() => answer_json(response, 200, { content: 'done' }), 200);
  return with_peer(answer_later, (peer) => {
    const agents = [{ name: 'slow', type: 'http', url: peer.url, concurrency: 1000 }];
    return with_server({ config: { agents }, open_files_max }, async (server) => {
      const ids = [];
      await in_parallel(tasks, 20, async () => {
        ids.push((await create_job(server, { timeoutMs: 300_000 })).jobId);
      });
      assert.equal(await answer_on_a_new_connection(server), 200);

      await in_parallel(tasks, 20, async (index) => {
        const { status } = await finished_job(server, ids[index]);
        assert.equal(status, 'completed');
      });

      assert.equal(peer.tasks.length, tasks);
      assert.match(server.log, /descriptors shared out/);
    });
  });
});
