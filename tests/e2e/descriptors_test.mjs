// A process that has no file descriptor left: its clients are told so, and served as soon as it has.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { assert_alive, create_job, jobs_path } from './jobs.mjs';
import { silent, with_peer } from './peer.mjs';
import { with_server } from './server.mjs';
import { until } from './until.mjs';
import { raw_connection } from './wire.mjs';

const livez = 'GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n';
const open_files_max = 320;
// The server keeps 256 descriptors for everything but connections; so many agents' tasks, each with a
// connection of its own, take these and more.
const tasks = 400;

/** How many descriptors the server has open. */
async function open_files(server) {
  return (await readdir(`/proc/${server.pid}/fd`)).length;
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
      const ids = [];
      for (let index = 0; index < tasks; ++index) {
        // Over one connection that is there before they run out.
        const { jobId: job_id } = await create_job(server, { timeoutMs: 300_000 });
        ids.push(job_id);
      }
      await until('the end of all descriptors', async () =>
        (await open_files(server)) >= open_files_max);

      const answers = [];
      for (let index = 0; index < 20; ++index) answers.push(await answer_on_a_new_connection(server));

      // Never silence. One that finds a descriptor which has just come free may well be served.
      const expected = [503, 'closed', 200];
      assert.ok(answers.every((status) => expected.includes(status)), String(answers));
      assert.equal(answers[0], 503, String(answers));

      for (const job_id of ids) {
        const { status } = await server.call('POST', `${jobs_path}/${job_id}/cancel`);
        assert.ok(status === 200 || status === 409, String(status));
      }
      await until('a new connection to be served', async () =>
        (await answer_on_a_new_connection(server)) === 200);
      await assert_alive(server);
    });
  }));
