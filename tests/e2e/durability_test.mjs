// What was answered 201 is there after a crash, and goes on; what was over stays as it was.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { agent_ids, create_job, finished_job, job_health, jobs_path, run_job } from './jobs.mjs';
import { answer_json, silent, with_peer } from './peer.mjs';
import { run_program, with_directory, with_server } from './server.mjs';
import { until } from './until.mjs';

const durable = { store: 'sqlite:jobs.db' };

const with_hook = (peer, more = {}) => ({
  ...durable,
  agents: [
    { id: agent_ids.echo, name: 'echo', type: 'echo' },
    { id: agent_ids.first, name: 'hook', type: 'http', url: peer.url, ...more },
  ],
});

async function job_of(server, job_id) {
  const answer = await server.call('GET', `${jobs_path}/${job_id}`);
  return answer.status === 200 ? answer.json : answer.status;
}

test('the default store is a database that is made where the server runs', () =>
  with_directory(async (directory) => {
    const start = { config: null, args: ['--listen', '127.0.0.1:0'], directory };
    let created;
    await with_server(start, async (server) => (created = await run_job(server)));
    assert.ok(existsSync(path.join(directory, 'var', 'callboard.db')));

    await with_server(start, async (server) => {
      assert.deepEqual(await job_of(server, created.jobId), created);
    });
  }));

test('after a crash jobs that were over are the same and count', () =>
  with_directory(async (directory) => {
    const finished = [];
    await with_server({ config: durable, directory }, async (server) => {
      for (let i = 0; i < 20; i += 1) finished.push(await run_job(server, { content: `job ${i}` }));
      await server.crash();
    });

    await with_server({ config: durable, directory }, async (server) => {
      for (const job of finished) assert.deepEqual(await job_of(server, job.jobId), job);
      const health = await job_health(server);
      assert.equal(health.statusCounts.completed, 20);
      const { json } = await server.call('GET', `${jobs_path}?limit=5`);
      assert.deepEqual(
        json.jobs.map((job) => job.jobId),
        finished.map((job) => job.jobId).reverse().slice(0, 5),
      );
    });
  }));

test('after a crash live jobs go on, in order, under the same task ids', () =>
  with_directory(async (directory) => {
    const before = [];
    const after = [];
    let is_restarted = false;
    const play = (task, response) => {
      if (!is_restarted) return before.push(task) && silent(task, response);
      after.push(task);
      return answer_json(response, 200, { content: `done: ${task.content}` });
    };
    await with_peer(play, async (peer) => {
      const config = with_hook(peer, { concurrency: 1 });
      const ids = [];
      await with_server({ config, directory }, async (server) => {
        for (let i = 0; i < 6; i += 1) {
          const fields = { agentId: agent_ids.first, content: `${i}`, timeoutMs: 300_000 };
          ids.push((await create_job(server, fields)).jobId);
        }
        await until('a task at the agent', () => before.length === 1);
        await server.crash();
      });

      is_restarted = true;
      await with_server({ config, directory }, async (server) => {
        for (const [index, id] of ids.entries()) {
          const job = await finished_job(server, id);
          assert.equal(job.status, 'completed', JSON.stringify(job));
          assert.equal(job.result.message.content, `done: ${index}`);
        }
        assert.equal((await job_health(server)).statusCounts.completed, 6);
      });
      assert.deepEqual(
        after.map((task) => task.content),
        ['0', '1', '2', '3', '4', '5'],
      );
      const [first] = before;
      const [again] = after;
      assert.deepEqual(
        [again.taskId, again.jobId, again.attempt, again.deadline],
        [first.taskId, first.jobId, 1, first.deadline],
      );
    });
  }));

test('a deadline that passes while the server is down is kept', () =>
  with_directory((directory) =>
    with_peer(silent, async (peer) => {
      const config = with_hook(peer);
      let id;
      let expires_at;
      await with_server({ config, directory }, async (server) => {
        const fields = { agentId: agent_ids.first, timeoutMs: 1000 };
        ({ jobId: id, expiresAt: expires_at } = await create_job(server, fields));
        await server.crash();
      });
      await until('the deadline', () => Date.now() > expires_at);

      await with_server({ config, directory }, async (server) => {
        assert.equal((await job_of(server, id)).status, 'timeout');
      });
    }),
  ));

test('SIGTERM leaves live jobs for the next start', () =>
  with_directory(async (directory) => {
    let is_restarted = false;
    const play = (task, response) =>
      is_restarted ? answer_json(response, 200, { content: 'at last' }) : silent(task, response);
    await with_peer(play, async (peer) => {
      const config = { ...with_hook(peer), shutdown: { graceSeconds: 0 } };
      let id;
      await with_server({ config, directory }, async (server) => {
        const fields = { agentId: agent_ids.first, timeoutMs: 300_000 };
        id = (await create_job(server, fields)).jobId;
      });

      is_restarted = true;
      await with_server({ config, directory }, async (server) => {
        assert.equal((await finished_job(server, id)).result.message.content, 'at last');
      });
    });
  }));

test('a second server on the same database is refused with the process that has it', () =>
  with_server({ config: durable }, async (server) => {
    const args = ['serve', '--listen', '127.0.0.1:0', '--store', 'sqlite:jobs.db'];
    const second = await run_program(args, { cwd: server.directory });

    assert.equal(second.code, 69);
    assert.match(second.stderr, new RegExp(`in use by process ${server.pid}\\b`));
    assert.equal((await run_job(server)).status, 'completed');
  }));

test('operators check and export a database in use, import and compact another', () =>
  with_directory(async (directory) => {
    const store = (...args) => run_program(['store', ...args], { cwd: directory });
    let jobs;
    await with_server({ config: durable, directory }, async (server) => {
      jobs = [await run_job(server, { content: 'one' }), await run_job(server, { content: 'two' })];

      const check = await store('check', '--store', 'sqlite:jobs.db');
      assert.deepEqual([check.code, check.stdout], [0, 'ok: 2 jobs\n']);
      const file = await store('export', '--store', 'sqlite:jobs.db', '--output', 'jobs.jsonl');
      assert.deepEqual([file.code, file.stderr], [0, 'exported 2 jobs\n']);
      const text = await store('export', '--store', 'sqlite:jobs.db');
      assert.equal(text.stdout, await readFile(path.join(directory, 'jobs.jsonl'), 'utf8'));
      const busy = await store('compact', '--store', 'sqlite:jobs.db');
      assert.equal(busy.code, 69);
      assert.match(busy.stderr, /in use by process/);
    });

    const done = await store('import', '--store', 'sqlite:copy.db', '--input', 'jobs.jsonl');
    assert.deepEqual([done.code, done.stderr], [0, 'imported 2 jobs\n']);
    const compact = await store('compact', '--store', 'sqlite:copy.db');
    assert.match(compact.stdout, /^\d+ bytes before, \d+ bytes after\n$/);
    await with_server({ config: { store: 'sqlite:copy.db' }, directory }, async (server) => {
      for (const job of jobs) assert.deepEqual(await job_of(server, job.jobId), job);
    });
  }));

test('what operators ask for and cannot have is said', () =>
  with_directory(async (directory) => {
    const store = (...args) => run_program(['store', ...args], { cwd: directory });
    await writeFile(path.join(directory, 'bad.jsonl'), '{"id":1}\n');

    const memory = await store('check', '--store', 'memory:');
    assert.deepEqual([memory.code, memory.stdout], [78, '']);
    assert.match(memory.stderr, /the store is memory:, which has no database/);
    const missing = await store('check', '--store', 'sqlite:none.db');
    assert.equal(missing.code, 69);
    assert.ok(!existsSync(path.join(directory, 'none.db')), 'check must not make a database');
    const bad = await store('import', '--store', 'sqlite:new.db', '--input', 'bad.jsonl');
    assert.equal(bad.code, 64);
    assert.match(bad.stderr, /line 1: /);
    assert.equal((await store('drop')).code, 64);
  }));

test('a database that cannot be opened is refused with the reason', () =>
  with_directory(async (directory) => {
    await writeFile(path.join(directory, 'jobs.db'), 'this is no database, '.repeat(100));
    const start = (store) =>
      run_program(['serve', '--listen', '127.0.0.1:0', '--store', store], { cwd: directory });

    const damaged = await start('sqlite:jobs.db');
    assert.equal(damaged.code, 69);
    assert.match(damaged.stderr, /cannot open the database .*jobs\.db/);
    const nowhere = await start('sqlite:/proc/none/jobs.db');
    assert.equal(nowhere.code, 69);
    assert.match(nowhere.stderr, /cannot create the directory \/proc\/none/);
    const unnamed = await start('sqlite:');
    assert.equal(unnamed.code, 78);
    assert.match(unnamed.stderr, /must name a file after sqlite:/);
  }));
