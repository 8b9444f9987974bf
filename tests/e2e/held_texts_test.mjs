// How much text messaging jobs hold (capacity.maxHeldBytes), and lists larger than what may be unread.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { agent_job, as, config_with, create_agent_job, jobs_path as agent_jobs_path } from './agent_jobs.mjs';
import { agent_ids, create_job, finished_job, job_health, jobs_path, run_job, user_id } from './jobs.mjs';
import { answer_json, silent, with_peer } from './peer.mjs';
import { create_schedule, schedules_path } from './schedules.mjs';
import { with_directory, with_server } from './server.mjs';
import { until } from './until.mjs';

const stores = ['memory:', 'sqlite:jobs.db'];
/** 50,000 characters that take 150,000 bytes; the echo's answer takes six more. */
const largest = '\u20ac'.repeat(50_000);

const is_held = async (server, { jobId: job_id }) => (await server.call('GET', `${jobs_path}/${job_id}`)).status === 200;

for (const store of stores) {
  test(`the oldest finished jobs make room for texts (${store})`, () =>
    with_server({ config: { store, capacity: { maxHeldBytes: 1_000_000 } } }, async (server) => {
      const jobs = [];
      for (let i = 0; i < 5; i += 1) jobs.push(await run_job(server, { content: largest }));

      const held = [];
      for (const job of jobs) held.push(await is_held(server, job));
      assert.deepEqual(held, [false, false, true, true, true]);
      assert.equal((await job_health(server)).totalJobs, 3);
      const { json } = await server.call('GET', jobs_path);
      assert.deepEqual(json.jobs.map((job) => job.jobId), jobs.slice(2).reverse().map((job) => job.jobId));
    }));
}

test('live jobs that fill it are refused more, and stay', () =>
  with_peer(silent, (peer) => {
    const agents = [{ id: agent_ids.first, name: 'silent', type: 'http', url: peer.url }];
    return with_server({ config: { agents, capacity: { maxHeldBytes: 400_000 } } }, async (server) => {
      const live = [await create_job(server, { content: largest }), await create_job(server, { content: largest })];

      const refused = await server.call('POST', jobs_path, { json: { userId: user_id, content: largest } });

      assert.equal(refused.status, 503);
      assert.deepEqual(refused.json, { success: false, error: 'Job capacity reached (400000 bytes of text)' });
      assert.match(refused.headers['retry-after'], /^[1-9]\d*$/);
      for (const job of live) assert.ok(await is_held(server, job));
      await create_job(server, { content: 'small' });
    });
  }));

test('after a restart what the database holds counts again', () =>
  with_directory(async (directory) => {
    const config = { store: 'sqlite:jobs.db' };
    const jobs = [];
    await with_server({ config, directory }, async (server) => {
      for (let i = 0; i < 4; i += 1) jobs.push(await run_job(server, { content: largest }));
    });

    // Of four jobs of 300,006 bytes two fit, and one when another one comes.
    await with_server({ config: { ...config, capacity: { maxHeldBytes: 700_000 } }, directory }, async (server) => {
      assert.equal((await job_health(server)).totalJobs, 2);
      const held = () => Promise.all(jobs.map((job) => is_held(server, job)));
      const are_held = (expected) => until(`${expected} held`, async () => isDeepStrictEqual(await held(), expected));
      await are_held([false, false, true, true]);
      const { jobId: job_id } = await create_job(server, { content: largest });
      await finished_job(server, job_id);
      await are_held([false, false, false, true]);
    });
  }));

const unread_bytes = 16 * 1024 * 1024; // the least that can be configured
const two_mib = 2 * 1024 * 1024 - 1000;

for (const store of stores) {
  // 140 of them were larger than the default of 256 MiB, and refused for ever.
  test(`scheduled jobs that are larger than all that may be unread are listed (${store})`, () =>
    with_server({ config: { store, limits: { unsentBytes: unread_bytes } } }, async (server) => {
      const agentId = (await server.call('POST', jobs_path, { json: { userId: user_id, content: 'x' } }).then((made) =>
        server.call('GET', `${jobs_path}/${made.json.jobId}`))).json.agentId;
      const payload = { text: 'p'.repeat(two_mib) };
      for (let i = 10; i < 20; i += 1) await create_schedule(server, { name: `job ${i}`, agentId, schedule: '@yearly', payload });
      const names = (answer) => answer.json.map((job) => job.name);

      const all = await server.call('GET', schedules_path);
      assert.equal(all.status, 200);
      assert.ok(all.text.length > unread_bytes);
      assert.equal(all.json.length, 10);
      assert.equal(all.json[9].payload.text.length, two_mib);

      const paged = [];
      let next = `${schedules_path}?limit=4`;
      while (next) {
        const page = await server.call('GET', next);
        assert.equal(page.status, 200);
        paged.push(names(page));
        next = /^<([^>]+)>; rel="next"$/.exec(page.headers.link ?? '')?.[1];
      }
      assert.deepEqual(paged.map((page) => page.length), [4, 4, 2]);
      assert.deepEqual(paged.flat(), names(all));
      assert.equal((await server.call('GET', '/livez')).status, 200);
    }));

  test(`lists that hold too much text say what to ask for (${store})`, () => {
    const play = (_, response) => answer_json(response, 200, { content: 'a'.repeat(two_mib) });
    return with_peer(play, (peer) => {
      const config = { ...config_with([{ name: 'large', type: 'http', url: peer.url }]), store, limits: { unsentBytes: unread_bytes } };
      return with_server({ config }, async (server) => {
        for (let i = 0; i < 10; i += 1) {
          const { job_id } = await create_agent_job(server);
          await agent_job(server, job_id, { wait: 60 });
        }

        const refused = await server.call('GET', agent_jobs_path, { headers: as('org123') });
        assert.equal(refused.status, 503);
        assert.equal(refused.json.code, 'capacity');
        assert.match(refused.json.message, /more than 16777216 bytes of text; request fewer/);
        assert.ok(refused.headers['retry-after']);
        // The answer stands in a job twice: with its task, and as its result.
        const fewer = await server.call('GET', `${agent_jobs_path}?limit=3`, { headers: as('org123') });
        assert.equal(fewer.status, 200);
        assert.equal(fewer.json.data.length, 3);
      });
    });
  });
}
