// Scheduled jobs from outside: the examples of the API's own page, what fires when, and what is left
// after a crash.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { agent_ids, uuid_pattern } from './jobs.mjs';
import { answer_json, silent, with_peer } from './peer.mjs';
import { after_runs, create_schedule, runs_of, schedule_of, schedules_path } from './schedules.mjs';
import { with_directory, with_server } from './server.mjs';
import { until } from './until.mjs';

const source_agent = '550e8400-e29b-41d4-a716-446655440000';
const echo = { id: agent_ids.echo, name: 'echo', type: 'echo' };
const durable = { store: 'sqlite:jobs.db', agents: [echo] };
const with_hook = (peer) => ({
  ...durable,
  agents: [echo, { id: agent_ids.first, name: 'hook', type: 'http', url: peer.url }],
});

/** Runs a curl command of the page; gives its body and status. */
async function curl(server, command) {
  const here = command.replace('http://localhost:3000', server.url);
  const { stdout } = await promisify(execFile)('sh', [
    '-c',
    here.replace(/^curl/, "curl -s -w '\\n%{http_code}'"),
  ]);
  const at = stdout.lastIndexOf('\n');
  return { json: JSON.parse(stdout.slice(0, at)), status: Number(stdout.slice(at + 1)) };
}

const source_create = `curl -X POST http://localhost:3000/api/jobs \\
  -H "Content-Type: application/json" \\
  -d '{
    "name": "SocialMediaProactivePost",
    "description": "Checks for trending news and posts a summary every 4 hours",
    "agentId": "550e8400-e29b-41d4-a716-446655440000",
    "schedule": "0 */4 * * *",
    "payload": {
      "action": "FETCH_TRENDS_AND_POST",
      "platform": "twitter",
      "topics": ["AI", "Blockchain"]
    }
  }'`;

test('the examples of the page work as written there', () =>
  with_server({ config: { agents: [{ ...echo, id: source_agent }] } }, async (server) => {
    const created = await curl(server, source_create);
    assert.equal(created.status, 201);
    const { id } = created.json;
    assert.match(id, uuid_pattern);
    assert.equal(created.json.status, 'active');
    assert.match(created.json.nextRunAt, /T(00|04|08|12|16|20):00:00\.000Z$/);

    const list = await curl(server, 'curl http://localhost:3000/api/jobs');
    assert.deepEqual(list.json, [created.json]);
    const of_id = (command) => curl(server, command.replace('job-12345', id));
    const got = await of_id('curl http://localhost:3000/api/jobs/job-12345');
    assert.deepEqual(got.json, created.json);
    const changed = await of_id(`curl -X PATCH http://localhost:3000/api/jobs/job-12345 \\
  -d '{ "schedule": "0 12 * * *" }'`);
    assert.equal(changed.status, 200);
    assert.match(changed.json.nextRunAt, /T12:00:00\.000Z$/);
    assert.equal(changed.json.version, 2);
    const gone = await of_id('curl -X DELETE http://localhost:3000/api/jobs/job-12345');
    assert.deepEqual(gone.json, { id, name: 'SocialMediaProactivePost', deleted: true });
    assert.equal((await of_id('curl http://localhost:3000/api/jobs/job-12345')).status, 404);
    assert.equal((await curl(server, 'curl http://localhost:3000/api/jobs/job-12345')).status, 404);
  }));

test('the errors of the page have their status', () =>
  with_server({ config: { agents: [echo] } }, async (server) => {
    const post = (json) => server.call('POST', schedules_path, { json });
    const sound = { name: 'a', agentId: agent_ids.echo, schedule: '@daily', payload: {} };
    assert.equal((await post({ ...sound, schedule: '61 * * * *' })).status, 400);
    assert.equal((await post({ ...sound, agentId: undefined })).status, 400);
    assert.equal((await post({ ...sound, agentId: source_agent })).status, 404);
    const past = await post({ ...sound, schedule: '2020-01-01T00:00:00Z' });
    assert.deepEqual(past.json.errors, [{ field: '/schedule', message: 'must not be in the past' }]);
    assert.equal((await post(sound)).status, 201);
    assert.equal((await post(sound)).status, 409);
    const wrong = await server.call('PUT', schedules_path);
    assert.equal(wrong.status, 405);
    assert.equal(wrong.headers.allow, 'GET, HEAD, POST');
  }));

test('an interval fires on its grid and shows its runs', () =>
  with_server({ config: { agents: [echo] } }, async (server) => {
    const created = await create_schedule(server, {
      interval: 200,
      payload: { prompt: 'hello' },
    });
    const job = await after_runs(server, created.id, 5);
    assert.ok(job.runCount >= 5);
    assert.equal(job.failureCount, 0);
    assert.equal(job.version, 1);
    assert.equal(job.lastRun.result, 'echo: hello');
    const runs = await runs_of(server, created.id);
    for (const run of runs) {
      assert.equal((Date.parse(run.scheduledAt) - Date.parse(created.createdAt)) % 200, 0);
      assert.equal(run.trigger, 'schedule');
    }
    assert.deepEqual(
      runs.map((run) => run.scheduledAt),
      runs.map((run) => run.scheduledAt).sort().reverse(),
    );
    assert.equal((await runs_of(server, created.id, '?limit=2&status=completed')).length, 2);
  }));

test('a dated job runs once and is completed', () =>
  with_server({ config: { agents: [echo] } }, async (server) => {
    const when = new Date(Date.now() + 700).toISOString();
    const { id } = await create_schedule(server, { schedule: when });
    const job = await after_runs(server, id, 1);
    assert.equal(job.status, 'completed');
    assert.equal(job.nextRunAt, null);
    assert.equal(job.lastRun.scheduledAt, when);
    const paused = await server.call('POST', `${schedules_path}/${id}/pause`);
    assert.equal(paused.status, 409);
    assert.deepEqual((await server.call('GET', `${schedules_path}/${id}/next`)).json, []);
    const again = await server.call('PATCH', `${schedules_path}/${id}`, {
      json: { schedule: '@every 1h' },
    });
    assert.equal(again.json.status, 'active');
  }));

test('the next times are those of the schedule in its zone', () =>
  with_server({ config: { agents: [echo] } }, async (server) => {
    const { id } = await create_schedule(server, {
      schedule: '30 2 * * *',
      timezone: 'America/New_York',
    });
    const target = `${schedules_path}/${id}/next?count=3&after=2026-03-07T00:00:00-05:00`;
    const { json } = await server.call('GET', target);
    // 2:30 does not exist on the 8th: it runs when the clocks go on.
    assert.deepEqual(json, [
      '2026-03-07T07:30:00.000Z',
      '2026-03-08T07:00:00.000Z',
      '2026-03-09T06:30:00.000Z',
    ]);
  }));

test('changes are checked against the version, pausing and manual runs work', () =>
  with_server({ config: { agents: [echo] } }, async (server) => {
    const { id } = await create_schedule(server, { interval: 3600000 });
    const target = `${schedules_path}/${id}`;
    const got = await server.call('GET', target);
    assert.equal(got.headers.etag, '"1"');
    const patch = (json, headers) => server.call('PATCH', target, { json, headers });
    assert.equal((await patch({ name: 'b' }, { 'If-Match': '"2"' })).status, 412);
    assert.equal((await patch({ name: 'b' }, { 'If-Match': '"1"' })).headers.etag, '"2"');

    const paused = await server.call('POST', `${target}/pause`);
    assert.deepEqual([paused.json.status, paused.json.nextRunAt], ['paused', null]);
    const run = await server.call('POST', `${target}/run`);
    assert.equal(run.status, 202);
    const job = await after_runs(server, id, 1);
    assert.equal(job.lastRun.runId, run.json.runId);
    assert.equal(job.lastRun.trigger, 'manual');
    assert.equal(job.version, 3);
    const resumed = await server.call('POST', `${target}/resume`);
    assert.equal(resumed.json.nextRunAt, got.json.nextRunAt);
  }));

test('failed attempts are retried by the configured policy and logged', () =>
  with_peer(
    (task, response) => answer_json(response, 500, { error: `no ${task.attempt}` }),
    async (peer) => {
      const config = {
        agents: [{ id: agent_ids.first, name: 'hook', type: 'http', url: peer.url }],
        retryPolicy: { maxRetries: 2, initialDelayMs: 10, jitter: 0 },
      };
      await with_server({ config }, async (server) => {
        const created = await create_schedule(server, {
          agentId: agent_ids.first,
          schedule: new Date(Date.now() + 300).toISOString(),
        });
        assert.equal(created.retryPolicy.maxRetries, 2);
        const job = await after_runs(server, created.id, 1);
        assert.deepEqual([job.failureCount, job.lastRun.status, job.lastRun.attempts], [1, 'failed', 3]);
        assert.equal(new Set(peer.tasks.map((task) => task.taskId)).size, 3);
        for (const [index, task] of peer.tasks.entries()) {
          assert.equal(task.jobId, created.id);
          assert.equal(task.runId, job.lastRun.runId);
          assert.equal(task.kind, 'run');
          assert.equal(task.attempt, index + 1);
          assert.deepEqual(task.payload, { action: 'clean' });
          assert.equal(task.content, '{"action":"clean"}');
        }
        const file = path.join(server.directory, 'logs', 'failures.jsonl');
        const lines = (await readFile(file, 'utf8')).trimEnd().split('\n').map(JSON.parse);
        assert.deepEqual(lines.map((line) => line.attempt), [1, 2, 3]);
        assert.equal(lines[0].jobId, created.id);
        assert.equal(lines[0].runId, job.lastRun.runId);
      });
    },
  ));

test('after a crash schedules, counters and runs are the same', () =>
  with_directory(async (directory) => {
    let before;
    let runs;
    const dated = {};
    await with_server({ config: durable, directory }, async (server) => {
      const { id } = await create_schedule(server, { name: 'often', interval: 100 });
      await after_runs(server, id, 3);
      await server.call('POST', `${schedules_path}/${id}/pause`);
      dated.id = (await create_schedule(server, { name: 'yearly', schedule: '@yearly' })).id;
      await until('the last run', async () =>
        (await runs_of(server, id)).every((run) => run.finishedAt));
      await until('the counters', async () => (await schedule_of(server, id)).lastRun !== null);
      before = await schedule_of(server, id);
      runs = await runs_of(server, id);
      dated.before = await schedule_of(server, dated.id);
      await server.crash();
    });

    await with_server({ config: durable, directory }, async (server) => {
      assert.deepEqual(await schedule_of(server, before.id), before);
      assert.deepEqual(await runs_of(server, before.id), runs);
      assert.deepEqual(await schedule_of(server, dated.id), dated.before);
    });
  }));

for (const [missed, expected] of [['skip', 0], ['once', 1], ['all', 1]]) {
  test(`a crash before the date of a job: missed ${missed} makes ${expected} runs`, () =>
    with_directory(async (directory) => {
      let id;
      let due;
      await with_server({ config: durable, directory }, async (server) => {
        due = Date.now() + 1500;
        const schedule = new Date(due).toISOString();
        ({ id } = await create_schedule(server, { schedule, missed }));
        await server.crash();
      });
      await until('the due time', () => Date.now() > due);

      await with_server({ config: durable, directory }, async (server) => {
        const job = expected > 0 ? await after_runs(server, id, expected) : await schedule_of(server, id);
        assert.deepEqual([job.status, job.missedCount, job.runCount], ['completed', 1, expected]);
        const runs = await runs_of(server, id);
        assert.deepEqual(runs.map((run) => run.trigger), expected > 0 ? ['missed'] : []);
      });
    }));
}

for (const missed of ['skip', 'once', 'all']) {
  test(`a crash between many due times and their runs: missed ${missed}`, () =>
    with_directory(async (directory) => {
      const interval = 200;
      // On a slow machine many runs may have ended before this one looks at them.
      const config = { ...durable, scheduledJobs: { keepRuns: 100_000 } };
      let before;
      await with_server({ config, directory }, async (server) => {
        before = await create_schedule(server, { interval, missed });
        await server.crash();
      });
      const first = Date.parse(before.nextRunAt);
      await until('five due times', () => Date.now() > first + 5 * interval);

      await with_server({ config, directory }, async (server) => {
        const { missedCount } = await schedule_of(server, before.id);
        assert.ok(missedCount >= 5);
        const expected = { skip: 0, once: 1, all: missedCount }[missed];
        const made_up = (runs) => runs.filter((run) => run.trigger === 'missed');
        // Whatever is made up goes before what is due now.
        const runs = await until('a run on time', async () => {
          const shown = (await runs_of(server, before.id, '?limit=1000')).reverse();
          return shown.some((run) => run.trigger === 'schedule') && made_up(shown).length >= expected && shown;
        });
        const times = runs.map((run) => Date.parse(run.scheduledAt));
        const last_missed = first + (missedCount - 1) * interval;
        const wanted = Array.from({ length: expected }, (_, back) => last_missed - back * interval);
        assert.deepEqual(made_up(runs).map((run) => Date.parse(run.scheduledAt)), wanted.reverse());
        assert.equal(new Set(times).size, times.length, 'no time runs twice');
        assert.ok(
          runs.every((run) => run.trigger === 'missed' || Date.parse(run.scheduledAt) > last_missed),
        );
        assert.equal((await schedule_of(server, before.id)).missedCount, missedCount);
      });
    }));
}

for (const missed of ['skip', 'once', 'all']) {
  test(`a crash in a run: it goes on under its task id and is counted once, missed ${missed}`, () =>
    with_directory(async (directory) => {
      let is_restarted = false;
      const play = (task, response) =>
        is_restarted ? answer_json(response, 200, { content: 'at last' }) : silent(task, response);
      await with_peer(play, async (peer) => {
        const config = with_hook(peer);
        let id;
        await with_server({ config, directory }, async (server) => {
          const schedule = new Date(Date.now() + 300).toISOString();
          ({ id } = await create_schedule(server, { schedule, missed, agentId: agent_ids.first }));
          await until('the task', () => peer.tasks.length === 1);
          await until('the run in the store', async () => (await runs_of(server, id)).length === 1);
          await server.crash();
        });

        is_restarted = true;
        await with_server({ config, directory }, async (server) => {
          const job = await after_runs(server, id, 1);
          assert.equal(job.lastRun.result, 'at last');
          assert.deepEqual([job.runCount, job.missedCount], [1, 0]);
        });
        assert.equal(peer.tasks.length, 2);
        assert.equal(peer.tasks[0].taskId, peer.tasks[1].taskId);
      });
    }));
}

test('only the last runs are kept', () =>
  with_server({ config: { ...durable, scheduledJobs: { keepRuns: 3 } } }, async (server) => {
    const { id } = await create_schedule(server, { interval: 100 });
    await until('ten runs', async () => (await schedule_of(server, id)).runCount >= 10);
    const runs = await runs_of(server, id, '?limit=1000');
    assert.ok(runs.filter((run) => run.finishedAt).length <= 3, JSON.stringify(runs));
  }));

test('keys open the jobs of their organisation', () =>
  with_server(
    {
      config: {
        agents: [echo],
        organizations: [{ id: 'one' }, { id: 'two' }],
        apiKeys: ['one', 'two'].map((org) => ({
          name: org,
          org,
          sha256: createHash('sha256').update(org).digest('hex'),
          scopes: ['JOBS'],
        })),
      },
    },
    async (server) => {
      const as = (key) => ({ headers: { 'X-API-Key': key } });
      const json = { name: 'a', agentId: agent_ids.echo, schedule: '@daily', payload: {} };
      assert.equal((await server.call('GET', schedules_path)).status, 401);
      const made = await server.call('POST', schedules_path, { json, ...as('one') });
      assert.equal(made.status, 201);
      assert.equal((await server.call('POST', schedules_path, { json, ...as('two') })).status, 201);
      const target = `${schedules_path}/${made.json.id}`;
      assert.equal((await server.call('GET', target, as('two'))).status, 404);
      assert.equal((await server.call('GET', target, as('one'))).status, 200);
      assert.equal((await server.call('GET', schedules_path, as('two'))).json.length, 1);
    },
  ));
