// The disk takes no more: nothing new is accepted, nothing accepted is lost, and it heals by itself.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { agent_ids, create_job, finished_job, jobs_path, run_job, user_id } from './jobs.mjs';
import { answer_json, with_peer } from './peer.mjs';
import { run_program, with_directory, with_server } from './server.mjs';
import { until } from './until.mjs';

const durable = { store: 'sqlite:jobs.db' };

/** No file that the server writes may grow beyond so many bytes: what a full disk looks like. */
function limit_files(server, bytes) {
  execFileSync('prlimit', ['--pid', String(server.pid), `--fsize=${bytes}:unlimited`]);
}

const try_to_create = (server) =>
  server.call('POST', jobs_path, { json: { userId: user_id, content: 'x'.repeat(1000) } });

/** Fills what is left of the disk; gives the ids of the jobs that were accepted. */
async function create_until_refused(server) {
  const accepted = [];
  for (;;) {
    const answer = await try_to_create(server);
    if (answer.status !== 201) return [answer, accepted];
    accepted.push(answer.json.jobId);
  }
}

test('a full disk refuses new jobs, loses none, and is forgotten once there is room', () =>
  with_directory(async (directory) => {
    const responses = [];
    await with_peer((task, response) => responses.push(response), async (peer) => {
      const agents = [
        { id: agent_ids.echo, name: 'echo', type: 'echo' },
        { id: agent_ids.first, name: 'hook', type: 'http', url: peer.url },
      ];
      const config = { ...durable, agents };
      let accepted;
      await with_server({ config, directory }, async (server) => {
        const before = await run_job(server);
        const running = await create_job(server, { agentId: agent_ids.first, timeoutMs: 300_000 });
        await until('the task at the agent', () => responses.length === 1);
        limit_files(server, statSync(path.join(directory, 'jobs.db-wal')).size + 100_000);

        let refusal;
        [refusal, accepted] = await create_until_refused(server);
        assert.equal(refusal.status, 503, refusal.text);
        assert.ok(Number(refusal.headers['retry-after']) >= 1, 'Retry-After');
        assert.match(refusal.json.error.message ?? refusal.json.error, /cannot be stored/);
        const ready = await server.call('GET', '/readyz?verbose');
        assert.equal(ready.status, 503);
        assert.match(ready.text, /store/);

        // What was stored can be read, and the running job hears its answer.
        assert.deepEqual((await server.call('GET', `${jobs_path}/${before.jobId}`)).json, before);
        answer_json(responses[0], 200, { content: 'in the meantime' });

        limit_files(server, 'unlimited');
        await until('a store that works again', async () => {
          return (await server.call('GET', '/readyz')).status === 200;
        });
        assert.equal((await run_job(server)).status, 'completed');
        const ended = await finished_job(server, running.jobId);
        assert.equal(ended.result.message.content, 'in the meantime');
        for (const id of accepted) assert.equal((await finished_job(server, id)).status, 'completed');
        await server.crash();
      });

      const check = await run_program(['store', 'check', '--store', 'sqlite:jobs.db'], {
        cwd: directory,
      });
      assert.match(check.stdout, /^ok: \d+ jobs\n$/);
      await with_server({ config, directory }, async (server) => {
        for (const id of accepted) assert.equal((await finished_job(server, id)).status, 'completed');
      });
    });
  }));
