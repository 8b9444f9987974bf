// Activities of agent jobs, as the public client asks for them, on both stores and after a restart.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agent_job, as, config_with, create_agent_job, jobs_path } from './agent_jobs.mjs';
import { answer_json, with_peer } from './peer.mjs';
import { with_directory, with_server } from './server.mjs';

const activities_path = '/services/activities';

/** Fails, asks for more, completes. */
function play(task, response) {
  if (task.attempt === 1) return answer_json(response, 200, { status: 'failed', error: 'down' });
  if (task.attempt === 2) return answer_json(response, 200, { status: 'continue', content: 'half' });
  return answer_json(response, 200, { content: 'all' });
}

const quick = { config: { max_task_retries: 1, task_retry_interval: 0, max_follow_ups: 1 } };

async function get(server, target, key = 'reader') {
  const answer = await server.call('GET', target, { headers: as(key) });
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
}

const summary = ({ status, payloads: { input, output } }) => [status, input.kind, input.content, output];
const begin = 'Write the daily report.';
const expected = [
  ['completed', 'follow_up', 'Continue.', { content: 'all' }],
  ['completed', 'retry', begin, { content: 'half' }],
  ['completed', 'start', begin, { error: 'down' }],
];

for (const store of ['memory:', 'sqlite:jobs.db']) {
  test(`each task of a job is an activity (${store})`, () =>
    with_directory((directory) =>
      with_peer(play, async (peer) => {
        const config = { ...config_with([{ name: 'hook', type: 'http', url: peer.url }]), store };
        let job_id;
        let before;
        await with_server({ config, directory }, async (server) => {
          ({ job_id } = await create_agent_job(server, quick));
          const done = await agent_job(server, job_id, { wait: 60 });
          assert.equal(done.job_status, 'COMPLETED');
          assert.equal(done.activities_count, 3);

          before = await get(server, `${activities_path}?job_id=${job_id}`);
          assert.deepEqual(before.meta, { count: 3, limit: 50, offset: 0, total: 3 });
          assert.deepEqual(before.data.map(summary), expected);
          assert.deepEqual(before.data.map((one) => one.id), done.tasks.map((task) => task.task_id).reverse());
          const [newest] = before.data;
          assert.equal(newest.org_id, 'org123');
          assert.equal(newest.activity_type_code, 'agent_task');
          assert.deepEqual(newest.source, { type: 'dispatch', reference_id: job_id, execution_id: newest.id, job_id });
          assert.deepEqual([newest.allocated_credits, newest.consumed_credits, newest.credits_rule_id], [0, 0, 0]);
          assert.equal(newest.processed_at, done.tasks[2].finished_at);
          assert.equal(newest.created_at, done.tasks[2].created_at);

          const one = await get(server, `${jobs_path}/${job_id}?include=activities&include_limit=2&include_sort=created_at`);
          assert.deepEqual(one.data.Activities.map(summary), expected.slice(1).reverse());
          assert.deepEqual(one.meta.activities_meta, { count: 2, limit: 2 });
          const list = await get(server, `${jobs_path}?include=stats,activities&activities_limit_per_job=1`);
          assert.deepEqual(list.data[0].Activities, [newest]);
          const { activities_total_returned, activities_total_available, activities_truncated, stats } = list.meta;
          assert.deepEqual([activities_total_returned, activities_total_available, activities_truncated], [1, 3, true]);
          assert.equal(stats.status.completed, 1);
        });
        if (store === 'memory:') return;
        await with_server({ config, directory }, async (server) => {
          assert.deepEqual(await get(server, `${activities_path}?job_id=${job_id}`), before);
        });
      })));
}

test('activities need the scope and the organisation of their job', () =>
  with_server({ config: config_with() }, async (server) => {
    const { job_id } = await create_agent_job(server);
    const status = async (query, key) => {
      const headers = key ? as(key) : {};
      const answer = await server.call('GET', `${activities_path}${query}`, { headers });
      assert.equal(answer.headers['content-type'].split(';')[0], answer.status === 200 ? 'application/json' : 'application/problem+json');
      return [answer.status, answer.json.code];
    };

    assert.deepEqual(await status(`?job_id=${job_id}`, 'reader'), [200, undefined]);
    assert.deepEqual(await status(`?job_id=${job_id}`), [401, 'unauthorized']);
    assert.deepEqual(await status(`?job_id=${job_id}`, 'writer'), [403, 'forbidden']);
    assert.deepEqual(await status(`?job_id=${job_id}`, 'other'), [403, 'forbidden']);
    assert.deepEqual(await status(`?job_id=${job_id}&org_id=org456`, 'reader'), [403, 'forbidden']);
    assert.deepEqual(await status('?job_id=00000000-0000-7000-8000-000000000000', 'reader'), [404, 'not_found']);
    assert.deepEqual(await status('', 'reader'), [400, 'invalid_request']);
    assert.deepEqual(await status(`?job_id=${job_id}&limit=0&sort=id`, 'reader'), [400, 'invalid_request']);
    const wrong = await server.call('POST', activities_path, { headers: as('org123'), json: {} });
    assert.equal(wrong.status, 405);
    assert.match(wrong.headers.allow, /GET/);
  }));
