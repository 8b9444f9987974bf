// Single runs of scheduled jobs: they are read, and canceled, by their id.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { agent_ids } from './jobs.mjs';
import { silent, with_peer } from './peer.mjs';
import { after_runs, create_schedule, runs_of, schedules_path } from './schedules.mjs';
import { with_server } from './server.mjs';
import { until } from './until.mjs';

const echo = { id: agent_ids.echo, name: 'echo', type: 'echo' };
const stores = { durable: 'sqlite:jobs.db', memory: 'memory:' };

for (const [kind, store] of Object.entries(stores)) {
  test(`a run is found by its id, ${kind}`, () =>
    with_server({ config: { store, agents: [echo] } }, async (server) => {
      const { id } = await create_schedule(server, { interval: 3_600_000 });
      const other = await create_schedule(server, { name: 'other', interval: 3_600_000 });
      const started = await server.call('POST', `${schedules_path}/${id}/run`);
      const { runId } = started.json;
      assert.equal(started.headers.location, `${schedules_path}/${id}/runs/${runId}`);
      await after_runs(server, id, 1);

      const run = await server.call('GET', started.headers.location);
      assert.equal(run.status, 200);
      assert.deepEqual(run.json, (await runs_of(server, id))[0]);
      assert.equal((await server.call('HEAD', started.headers.location)).status, 200);
      const of_other = `${schedules_path}/${other.id}/runs/${runId}`;
      assert.equal((await server.call('GET', of_other)).status, 404);
      assert.equal((await server.call('POST', `${of_other}/cancel`)).status, 404);
      const late = await server.call('POST', `${started.headers.location}/cancel`);
      assert.equal(late.status, 409);
      assert.equal(late.json.detail, 'job is already completed');
    }));

  test(`a live run is canceled by its id, ${kind}`, () =>
    with_peer(silent, async (peer) => {
      const hook = { id: agent_ids.first, name: 'hook', type: 'http', url: peer.url };
      await with_server({ config: { store, agents: [hook] } }, async (server) => {
        const { id } = await create_schedule(server, { agentId: hook.id, interval: 3_600_000 });
        const { location } = (await server.call('POST', `${schedules_path}/${id}/run`)).headers;
        await until('the task', () => peer.tasks.length === 1);
        await until('a run that goes', async () =>
          (await server.call('GET', location)).json.status === 'processing');

        const json = { reason: 'too slow' };
        const canceled = await server.call('POST', `${location}/cancel`, { json });
        assert.equal(canceled.status, 200);
        assert.equal(canceled.json.status, 'canceled');
        assert.ok(canceled.json.finishedAt);
        assert.deepEqual((await server.call('GET', location)).json, canceled.json);
        assert.equal((await server.call('POST', `${location}/cancel`, { json })).status, 409);
        const job = await after_runs(server, id, 1);
        assert.deepEqual([job.lastRun.status, job.failureCount], ['canceled', 0]);
      });
    }));
}

test('a run of another organisation does not exist', () =>
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
      const { id } = (await server.call('POST', schedules_path, { json, ...as('one') })).json;
      const started = await server.call('POST', `${schedules_path}/${id}/run`, as('one'));
      const { location } = started.headers;
      assert.equal((await server.call('GET', location, as('one'))).status, 200);
      assert.equal((await server.call('GET', location, as('two'))).status, 404);
      assert.equal((await server.call('POST', `${location}/cancel`, as('two'))).status, 404);
      assert.equal((await server.call('GET', location)).status, 401);
    },
  ));
