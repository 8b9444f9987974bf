// Scheduled jobs whose agent or time zone is gone: nothing stops silently.
import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { agent_ids } from './jobs.mjs';
import { after_runs, create_schedule, runs_of, schedule_of, schedules_path } from './schedules.mjs';
import { with_directory, with_server } from './server.mjs';
import { until } from './until.mjs';

const echo = { id: agent_ids.echo, name: 'echo', type: 'echo' };
const gone = { id: agent_ids.first, name: 'gone', type: 'echo' };
const store = 'sqlite:jobs.db';

const lines_of = async (file) =>
  (await readFile(file, 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line));

test('each firing of a job whose agent is gone is on record', () =>
  with_directory(async (directory) => {
    let id;
    await with_server({ config: { store, agents: [echo, gone] }, directory }, async (server) => {
      ({ id } = await create_schedule(server, { agentId: gone.id, interval: 300 }));
      await after_runs(server, id, 1);
    });

    await with_server({ config: { store, agents: [echo] }, directory }, async (server) => {
      const text = `Agent ${gone.id} not found`;
      const manual = await server.call('POST', `${schedules_path}/${id}/run`);
      assert.equal(manual.status, 202);
      const job = await until('failed runs', async () => {
        const seen = await schedule_of(server, id);
        return seen.failureCount >= 3 && seen;
      });
      assert.deepEqual(job.lastRun.error, { code: 'agent_not_found', message: text });
      assert.equal(job.blockedBy, `agent ${gone.id} is not configured`);
      const paused = (await server.call('POST', `${schedules_path}/${id}/pause`)).json;
      const failed = await runs_of(server, id, '?status=failed');
      assert.equal(failed.length, paused.failureCount);
      assert.ok(failed.some((run) => run.runId === manual.json.runId));
      assert.equal((await runs_of(server, id)).length, paused.runCount);

      const noted = await lines_of(path.join(directory, 'logs', 'failures.jsonl'));
      assert.deepEqual(
        noted.map((line) => line.runId).sort(),
        failed.map((run) => run.runId).sort(),
      );
      assert.ok(noted.every((line) => line.error === text));
      const warnings = server.log.split('\n').filter((line) => line.includes('scheduled jobs cannot run'));
      assert.equal(warnings.length, 1);
      assert.ok(warnings[0].includes(gone.id) && warnings[0].includes('job'), warnings[0]);
      const checks = (await server.call('GET', '/readyz?verbose')).json.checks;
      assert.ok(checks.at(-1).reason.includes(gone.id));
    });
  }));

test('a job whose zone cannot be read waits for it, and says so', () =>
  with_directory(async (directory) => {
    const zones = path.join(directory, 'zoneinfo');
    const file = path.join(zones, 'US', 'Eastern');
    const bring_back = () => copyFile('/usr/share/zoneinfo/America/New_York', file);
    await mkdir(path.dirname(file), { recursive: true });
    await copyFile('/usr/share/zoneinfo/UTC', path.join(zones, 'UTC'));
    await bring_back();
    const started = { config: { store, agents: [echo] }, directory, env: { TZDIR: zones } };
    let id;
    let interval;
    await with_server(started, async (server) => {
      const fields = { schedule: '* * * * * *', timezone: 'US/Eastern', missed: 'once' };
      ({ id } = await create_schedule(server, fields));
      interval = await create_schedule(server, { ...fields, name: 'every', schedule: '@every 1h' });
    });

    await writeFile(file, '');
    const target = `${schedules_path}/${id}`;
    await with_server(started, async (server) => {
      const cause = 'timezone US/Eastern is not available';
      const blocked = await schedule_of(server, id);
      assert.deepEqual([blocked.status, blocked.nextRunAt, blocked.blockedBy], ['active', null, cause]);
      const other = await schedule_of(server, interval.id);
      assert.deepEqual([other.nextRunAt, other.blockedBy], [interval.nextRunAt, undefined]);
      const warnings = server.log.split('\n').filter((line) => line.includes(cause));
      assert.equal(warnings.length, 1, server.log);
      const ready = await server.call('GET', '/readyz?verbose');
      assert.equal(ready.status, 200);
      assert.ok(ready.json.checks.at(-1).reason.includes(cause));
      assert.equal((await server.call('GET', '/readyz')).text, '{"status":"ok"}');

      // A run that ends meanwhile changes nothing, and changes are taken.
      await server.call('POST', `${target}/run`);
      await until('the manual run', async () => (await schedule_of(server, id)).lastRun?.trigger === 'manual');
      const renamed = await server.call('PATCH', target, { json: { name: 'b', timezone: 'US/Eastern' } });
      assert.equal(renamed.status, 200, renamed.text);
      const moved = await server.call('PATCH', target, { json: { timezone: 'US/Central' } });
      assert.deepEqual(moved.json.errors.map((each) => each.field), ['/timezone']);
      assert.equal((await server.call('POST', `${target}/pause`)).json.status, 'paused');
      assert.equal((await server.call('POST', `${target}/resume`)).json.blockedBy, cause);
      assert.deepEqual((await server.call('GET', `${target}/next`)).json, []);
    });

    await with_server(started, async (server) => {
      const { runCount } = await schedule_of(server, id);
      await bring_back();
      const job = await until('runs in the zone that is back', async () => {
        const seen = await schedule_of(server, id);
        return seen.runCount > runCount + 1 && seen;
      });
      assert.equal(job.blockedBy, undefined);
      assert.ok(job.nextRunAt && job.missedCount > 0);
      const triggers = (await runs_of(server, id)).map((run) => run.trigger);
      assert.deepEqual([...new Set(triggers)].sort(), ['manual', 'missed', 'schedule']);
      assert.equal((await server.call('DELETE', target)).status, 200);
    });
  }));
