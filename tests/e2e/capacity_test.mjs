// As many live jobs as fit, all held by silent agents, all ended by their own timers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agent_ids, create_job, job_health, jobs_path, run_job, user_id } from './jobs.mjs';
import { silent, with_peer } from './peer.mjs';
import { with_server } from './server.mjs';
import { in_parallel, until } from './until.mjs';

const jobs_max = 10_000; // the documented default
const warm_up_jobs = 500;
const held_by_peer = 2_000; // the others wait in the second agent's queue
const queue_slots = 8;
const creators = 32;

// Creation must be done before the first job times out, on a machine of any speed: so the limit
// follows from how fast this one is right now.
async function time_limit_for_all(server) {
  const begin = Date.now();
  await in_parallel(warm_up_jobs, creators, () => create_job(server, { agentId: agent_ids.echo }));
  const expected_ms = ((Date.now() - begin) / warm_up_jobs) * jobs_max;
  return Math.round(Math.min(Math.max(12_000, 3 * expected_ms), 120_000));
}

function agents_behind(peer) {
  const silent_agent = { type: 'http', url: peer.url };
  return [
    { id: agent_ids.echo, name: 'echo', type: 'echo' },
    { id: agent_ids.first, name: 'holds', concurrency: held_by_peer, ...silent_agent },
    { id: agent_ids.second, name: 'queues', concurrency: queue_slots, ...silent_agent },
  ];
}

async function assert_refused(server) {
  const json = { userId: user_id, content: 'one too many' };
  const refused = await server.call('POST', jobs_path, { json });

  assert.equal(refused.status, 503);
  const error = `Job capacity reached (${jobs_max} jobs)`;
  assert.deepEqual(refused.json, { success: false, error });
  assert.match(refused.headers['retry-after'], /^[1-9]\d*$/);
}

test('ten thousand silent jobs fill the server and all time out by themselves', () =>
  with_peer(silent, (peer) =>
    with_server({ config: { agents: agents_behind(peer) } }, async (server) => {
      const timeoutMs = await time_limit_for_all(server);

      await in_parallel(jobs_max, creators, (index) => {
        const agentId = index < held_by_peer ? agent_ids.first : agent_ids.second;
        return create_job(server, { content: `job ${index}`, agentId, timeoutMs });
      });

      // The finished warm-up jobs have made room; live jobs never do.
      const full = await job_health(server);
      const { pending, processing } = full.statusCounts;
      const none = { completed: 0, failed: 0, timeout: 0 };
      assert.deepEqual(full.statusCounts, { pending, processing, ...none });
      assert.equal(pending + processing, jobs_max);
      assert.equal(full.totalJobs, jobs_max);
      assert.equal(full.maxJobs, jobs_max);
      assert.equal(full.healthy, false);
      await assert_refused(server);
      await until('every slot in use', () => peer.open === held_by_peer + queue_slots);

      // Only counts are read: nobody looks at a job, so nothing but its own timer can end it.
      const is_over = async () => (await job_health(server)).statusCounts.timeout === jobs_max;
      await until('the time-out of every job', is_over, timeoutMs + 30_000);

      const over = await job_health(server);
      assert.deepEqual(over.statusCounts, { pending: 0, processing: 0, ...none, timeout: jobs_max });
      assert.equal(over.healthy, true);
      await until('the end of every request to the agents', () => peer.open === 0);
      await assert_each_timed_out(server);
      assert.equal((await run_job(server, { agentId: agent_ids.echo })).status, 'completed');
      assert.equal((await job_health(server)).totalJobs, jobs_max);
    })));

async function assert_each_timed_out(server) {
  const { json } = await server.call('GET', `${jobs_path}?limit=1000&status=timeout`);
  assert.equal(json.total, jobs_max);
  assert.equal(json.filtered, 1000);
  for (const job of json.jobs) {
    assert.equal(job.status, 'timeout');
    assert.equal(job.error, 'Job timed out waiting for agent response');
    assert.equal(job.result, undefined);
  }
}
