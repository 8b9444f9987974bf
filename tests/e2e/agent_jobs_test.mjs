// The Agent Jobs API: what its routes take, refuse and answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  agent_job, as, cancel_agent_job, config_with, create_agent_job, jobs_path, keys, sample_job,
} from './agent_jobs.mjs';
import { jobs_path as messaging_path, user_id } from './jobs.mjs';
import { in_parallel } from './until.mjs';
import { with_server } from './server.mjs';

const stores = ['memory:', 'sqlite:jobs.db'];

/** The fields that an answer finds fault with. */
function faulty_fields(answer) {
  assert.equal(answer.status, 400, answer.text);
  assert.equal(answer.headers['content-type'], 'application/problem+json');
  assert.equal(answer.json.code, 'invalid_request');
  for (const { field, message } of answer.json.errors) {
    assert.ok(answer.json.message.includes(message));
    assert.ok(answer.json.message.includes(field));
  }
  return answer.json.errors.map(({ field }) => field).sort();
}

const post = (server, json, query = '') =>
  server.call('POST', `${jobs_path}${query}`, { json, headers: as('org123') });

const list = (server, query, key = 'org123') =>
  server.call('GET', `${jobs_path}?${query}`, { headers: as(key) });

for (const store of stores) {
  test(`a job runs to its end and is shown whole (${store})`, () =>
    with_server({ config: config_with([], { store }) }, async (server) => {
      const created = await create_agent_job(server, { tags: ['b', ' a '] });
      const done = await agent_job(server, created.job_id, { wait: 60 });

      assert.equal(done.job_status, 'COMPLETED');
      assert.equal(done.result, 'Write the daily report.');
      assert.equal(done.error, null);
      assert.equal(done.tags, 'b,a');
      assert.deepEqual(done.target_channel, sample_job().target_channel);
      assert.deepEqual(done.channel_data, {
        channel_id: 'C123456', team_id: 'T123456', platform: 'slack', type: 'channel', code: 'C123456',
      });
      assert.equal(done.id, done.job_id);
      assert.deepEqual(done.job_config, done.config);
      assert.equal(done.tasks.length, 1);
      const [task] = done.tasks;
      assert.equal(task.kind, 'start');
      assert.equal(task.attempt, 1);
      assert.equal(task.status, 'COMPLETED');
      assert.equal(task.result, done.result);
      assert.equal(done.last_task_created_at, task.created_at);
      assert.ok(done.version >= 2);
      const { headers } = await post(server, sample_job());
      assert.match(headers.location, /^\/services\/agent-jobs\/[0-9a-f-]{36}$/);
    }));

  test(`lists are filtered, ordered, counted and paged (${store})`, () =>
    with_server({ config: config_with([], { store }) }, async (server) => {
      const codes = ['C2', 'C1', 'C3', 'C1', 'C2'];
      const made = [];
      for (const [i, code] of codes.entries()) {
        const target_channel = { platform: 'slack', code };
        const scheduled_at = i < 3 ? undefined : `2${i}00-01-01`;
        const more = { target_channel, tags: i % 2 ? 'odd,all' : 'all', scheduled_at };
        made.push((await create_agent_job(server, more)).job_id);
      }
      for (const id of made.slice(0, 3)) await agent_job(server, id, { wait: 60 });

      const ids = async (query) => {
        const answer = await list(server, query);
        assert.equal(answer.status, 200, answer.text);
        return answer.json.data.map((job) => made.indexOf(job.job_id));
      };
      assert.deepEqual(await ids(''), [4, 3, 2, 1, 0]);
      assert.deepEqual(await ids('sort=created_at:asc'), [0, 1, 2, 3, 4]);
      assert.deepEqual(await ids('status=scheduled'), [4, 3]);
      assert.deepEqual(await ids('status=Completed,CANCELED'), [2, 1, 0]);
      assert.deepEqual(await ids('channel_code=C1'), [3, 1]);
      assert.deepEqual(await ids('channel_code=C1&status=COMPLETED&job_type_id=daily-report'), [1]);
      assert.deepEqual(await ids('tags=odd'), [3, 1]);
      assert.deepEqual(await ids('tags=odd,all&limit=2'), [4, 3]);
      assert.deepEqual(await ids('sort=channel_code:asc'), [1, 3, 0, 4, 2]);
      assert.deepEqual(await ids('sort=channel_code:desc,created_at:asc'), [2, 0, 4, 1, 3]);
      assert.deepEqual(await ids('sort=job_status:desc'), [4, 3, 2, 1, 0]);
      assert.deepEqual(await ids('scheduled_at_gte=2300-01-01&sort=scheduled_at:asc'), [3, 4]);
      assert.deepEqual(await ids('scheduled_at=2300-01-01T01:00:00%2B01:00'), [3]);
      assert.deepEqual(await ids('scheduled_at=2300-01-01T01:00:00+01:00'), [3]);
      assert.deepEqual(await ids('created_at_lte=2000-01-01'), []);
      assert.deepEqual(await ids('limit=2&offset=3&org_id=org123'), [1, 0]);
      assert.deepEqual(await ids('job_type_id=nothing'), []);
      const { json } = await list(server, 'include=stats&status=SCHEDULED&limit=1');
      assert.deepEqual(json.meta, {
        org_id: 'org123', limit: 1, offset: 0, count: 1, total: 2,
        sort: [{ field: 'created_at', direction: 'desc' }],
        stats: { status: { scheduled: 2, waiting: 0, running: 0, completed: 3, failed: 0, canceled: 0 } },
      });
    }));
}

test('all that is wrong with a request is told at once', () =>
  with_server({ config: config_with() }, async (server) => {
    assert.deepEqual(faulty_fields(await post(server, {})), ['/job_type_id', '/target_channel']);
    const wrong = {
      target_channel: { platform: 1, code: '', type: 2, data: [], org_id: 3 },
      job_type_id: 'daily-report',
      config: {
        max_follow_ups: 101, max_task_retries: 1.5, task_retry_interval: -1,
        max_time_to_complete: 0, start_prompt: 1, profile_id: 1, extra: 1,
      },
      params: { include_metrics: 'yes' },
      scheduled_at: 'tomorrow',
      tags: [1],
    };
    assert.deepEqual(faulty_fields(await post(server, wrong, '?delay=-1&wait=x')), [
      '/config/extra', '/config/max_follow_ups', '/config/max_task_retries',
      '/config/max_time_to_complete', '/config/profile_id', '/config/start_prompt',
      '/config/task_retry_interval', '/params/include_metrics', '/params/report_type',
      '/scheduled_at', '/tags', '/target_channel/code', '/target_channel/data',
      '/target_channel/org_id', '/target_channel/platform', '/target_channel/type', '?delay', '?wait',
    ]);
    const queries = {
      'limit=0': '?limit', 'limit=1001': '?limit', 'limit=x': '?limit', 'offset=-1': '?offset',
      'status=DONE': '?status', 'status=': '?status', 'sort=name:asc': '?sort',
      'sort=created_at:up': '?sort', 'sort=created_at': '?sort', 'include=all': '?include',
      'created_at_gte=now': '?created_at_gte', 'more=1': '?more', 'limit=1&limit=2': '?limit',
    };
    for (const [query, field] of Object.entries(queries)) {
      assert.deepEqual(faulty_fields(await list(server, query)), [field], query);
    }
    assert.equal((await list(server, 'org_id=org456')).status, 403);
  }));

test('refusals come in the documented order', () =>
  with_server({ config: config_with() }, async (server) => {
    const raw = (body, headers = as('org123')) => server.call('POST', jobs_path, { body, headers });
    const large = 'x'.repeat(2 * 1024 * 1024 + 1);
    const code = async (answer) => [(await answer).status, (await answer).json.code];

    assert.deepEqual(await code(raw(large, {})), [401, 'unauthorized']);
    assert.deepEqual(await code(raw(large, as('reader'))), [403, 'forbidden']);
    assert.deepEqual(await code(raw(large)), [413, 'payload_too_large']);
    for (const body of ['', '{', '{"a":"\\u0000"}', '[1]x']) {
      assert.deepEqual(await code(raw(body)), [400, 'malformed_json'], body);
    }
    assert.deepEqual(await code(raw('[]')), [400, 'invalid_request']);
    const unknown_both = sample_job({ job_type_id: 'nothing', target_channel: { code: 'C', platform: 'p', org_id: 'nobody' } });
    assert.deepEqual(await code(post(server, { ...unknown_both, tags: 1 })), [400, 'invalid_request']);
    assert.deepEqual(await code(post(server, unknown_both)), [404, 'not_found']);
    assert.deepEqual(await code(post(server, { ...unknown_both, job_type_id: 'daily-report' })), [404, 'not_found']);
    assert.deepEqual(await code(post(server, sample_job({ job_type_id: 'retired' }))), [404, 'not_found']);
    const theirs = { code: 'C', platform: 'p', org_id: 'org456' };
    assert.deepEqual(await code(post(server, sample_job({ target_channel: theirs }))), [403, 'forbidden']);
    const put = await server.call('PUT', jobs_path, { headers: as('org123') });
    assert.deepEqual([put.status, put.json.code], [405, 'method_not_allowed']);
    assert.equal(put.headers.allow, 'GET, HEAD, POST');
    const nowhere = await server.call('GET', '/services/nothing', { headers: as('org123') });
    assert.deepEqual([nowhere.status, nowhere.json.code], [404, 'not_found']);
    // Any content type will do.
    const text = await raw(JSON.stringify(sample_job()), { ...as('org123'), 'Content-Type': 'text/plain' });
    assert.equal(text.status, 201, text.text);
  }));

test('at capacity creation is refused and nothing is made', () =>
  with_server({ config: config_with([], { capacity: { maxLiveJobs: 2 } }) }, async (server) => {
    const later = { scheduled_at: '2999-01-01' };
    await create_agent_job(server, later);
    const { job_id } = await create_agent_job(server, later);

    const refused = await post(server, sample_job(later));

    assert.equal(refused.status, 503, refused.text);
    assert.equal(refused.json.code, 'capacity');
    assert.ok(refused.headers['retry-after']);
    assert.equal((await list(server, '')).json.meta.total, 2);
    assert.equal((await cancel_agent_job(server, job_id)).status, 200);
    await create_agent_job(server, later);
  }));

test('a delay moves the time at which a job is due', () =>
  with_server({ config: config_with() }, async (server) => {
    const at = '2999-01-01T00:00:00.000Z';
    const due = async (query) =>
      Date.parse((await create_agent_job(server, { scheduled_at: at }, { query })).scheduled_at);

    assert.equal(await due('?delay=0'), Date.parse(at));
    const moved = await in_parallel(20, 4, () => due('?delay=60'));

    for (const time of moved) {
      assert.ok(time >= Date.parse(at) && time <= Date.parse(at) + 3_600_000);
    }
    assert.ok(new Set(moved).size > 1);
    const soon = await create_agent_job(server, {}, { query: '?delay=5256000' });
    assert.equal(soon.job_status, 'SCHEDULED');
  }));

test('settings are merged field by field and fractions are kept', () =>
  with_server({ config: config_with() }, async (server) => {
    const plain = await create_agent_job(server, { config: undefined });
    assert.deepEqual(plain.config, {
      max_follow_ups: 0, max_task_retries: 0, task_retry_interval: 1, max_time_to_complete: 60,
      start_prompt: 'Write the {{params.report_type}} report.',
    });
    const config = { task_retry_interval: 0.01, start_prompt: '{{job_id}} {{params.x}} {{target_channel.code}}' };
    const params = { report_type: 'daily', x: '{{job_id}}' };
    const own = await create_agent_job(server, { config, params });
    assert.equal(own.config.task_retry_interval, 0.01);
    assert.equal(own.config.start_prompt, config.start_prompt);
    const done = await agent_job(server, own.job_id, { wait: 60 });
    assert.equal(done.result, `${own.job_id} {{job_id}} C123456`);
  }));

test('a template cannot grow without bounds', () =>
  with_server({ config: config_with() }, async (server) => {
    const params = { report_type: 'x'.repeat(100_000) };
    const config = { start_prompt: '{{params.report_type}}'.repeat(100) };
    assert.deepEqual(faulty_fields(await post(server, sample_job({ params, config }))), ['/config/start_prompt']);
  }));

test('waiting holds the answer until the job is over', () =>
  with_server({ config: config_with() }, async (server) => {
    const created = await post(server, sample_job(), '?wait=60');
    assert.equal(created.status, 201);
    assert.equal(created.json.data.job_status, 'COMPLETED');
    const headers = { ...as('org123'), Prefer: 'wait=5' };
    const preferred = await server.call('GET', created.headers.location, { headers });
    assert.equal(preferred.headers['preference-applied'], 'wait=5');
    const head = await server.call('HEAD', created.headers.location, { headers: as('org123') });
    assert.equal(head.status, 200);
  }));

test('canceling takes a reason and is refused once the job is over', () =>
  with_server({ config: config_with() }, async (server) => {
    const { job_id } = await create_agent_job(server, { scheduled_at: '2999-01-01' });
    const wrong = await cancel_agent_job(server, job_id, { json: { reason: 'x'.repeat(1001) } });
    assert.deepEqual(faulty_fields(wrong), ['/reason']);
    assert.deepEqual(faulty_fields(await cancel_agent_job(server, job_id, { json: { reason: 1 } })), ['/reason']);

    const canceled = await cancel_agent_job(server, job_id, { json: { reason: 'é'.repeat(1000) } });

    assert.equal(canceled.status, 200, canceled.text);
    assert.equal(canceled.json.data.job_status, 'CANCELED');
    assert.equal(canceled.json.data.error, null);
    assert.equal(canceled.json.data.cancel_reason, 'é'.repeat(1000));
    const again = await cancel_agent_job(server, job_id);
    assert.deepEqual([again.status, again.json.code], [409, 'conflict']);
    assert.match(again.json.message, /CANCELED/);
    for (const id of ['job123', '01890a5d-ac96-774b-bcce-b302099a8057']) {
      assert.equal((await cancel_agent_job(server, id)).status, 404);
    }
  }));

test('job types are shown to their organisation', () =>
  with_server({ config: config_with() }, async (server) => {
    const get = (path, key = 'org123') => server.call('GET', path, { headers: as(key) });
    for (const prefix of ['/organizations', '/services/organizations']) {
      const base = `${prefix}/org123/agent-jobs-type`;
      const all = await get(base);
      assert.equal(all.status, 200, all.text);
      assert.deepEqual(all.json.meta, { org_id: 'org123', limit: 50, offset: 0, total: 1 });
      const [type] = all.json.data;
      assert.equal(type.id, 'daily-report');
      assert.equal(type.name, 'Daily report');
      assert.equal(type.active, true);
      assert.ok(!('description' in type));
      assert.ok(!('params_schema' in type));
      assert.deepEqual(
        (await get(`${base}?active=all&sort=id:desc&enrich=1`)).json.data.map(({ id }) => id),
        ['retired', 'daily-report'],
      );
      assert.equal((await get(`${base}?limit=1&offset=1&active=all`)).json.data.length, 1);
      const one = await get(`${base}/daily-report?include=schema`);
      assert.deepEqual(one.json.data.params_schema.required, ['report_type']);
      assert.equal((await get(`${base}/nothing`)).status, 404);
      assert.equal((await get(`${base}/retired`)).status, 404);
      assert.equal((await get(`${base}/retired?active=all`)).status, 200);
      assert.equal((await get(base, 'other')).status, 403);
      assert.equal((await get(`${base}/daily-report`, 'other')).status, 403);
      assert.deepEqual(faulty_fields(await get(`${base}?limit=0&sort=x:asc`)), ['?limit', '?sort']);
    }
  }));

test('each key opens the routes of its scopes and no others', () =>
  with_server({ config: config_with() }, async (server) => {
    const { job_id } = await create_agent_job(server, { scheduled_at: '2999-01-01' });
    const types = 'org123/agent-jobs-type';
    const read = { org123: 200, reader: 200, writer: 403, other: 403, messaging: 403, jobs: 403, none: 401 };
    const of_own = { ...read, other: 200 };
    const write = { org123: true, reader: 403, writer: true, other: 403, messaging: 403, jobs: 403, none: 401 };
    const messaging = { ...Object.fromEntries(Object.keys(keys).map((k) => [k, 403])), messaging: true, none: 401 };
    const routes = [
      ['GET', jobs_path, of_own],
      ['GET', `${jobs_path}/${job_id}`, read],
      ['HEAD', `${jobs_path}/${job_id}`, read],
      ['GET', `/organizations/${types}`, read],
      ['GET', `/organizations/${types}/daily-report`, read],
      ['GET', `/services/organizations/${types}`, read],
      ['GET', `/services/organizations/${types}/daily-report`, read],
      ['POST', jobs_path, { ...write, other: 403 }, sample_job({ scheduled_at: '2999-01-01' })],
      ['DELETE', `${jobs_path}/01890a5d-ac96-774b-bcce-b302099a8057`, { ...write, other: true }],
      ['DELETE', `${jobs_path}/${job_id}`, { ...write, org123: 403, writer: 403, other: 403 }, undefined, ['org123', 'writer']],
      ['POST', messaging_path, messaging, { userId: user_id, content: 'hi' }],
      ['GET', messaging_path, messaging],
      ['GET', `${messaging_path}/health`, messaging],
      ['GET', `${messaging_path}/${job_id}`, messaging],
      ['POST', `${messaging_path}/${job_id}/cancel`, messaging],
    ];
    for (const [method, path, expected, json, left_out = []] of routes) {
      for (const [key, status] of Object.entries(expected)) {
        if (left_out.includes(key)) continue;
        const headers = key === 'none' ? {} : as(key);
        const answer = await server.call(method, path, { headers, json });
        const what = `${method} ${path} as ${key}: ${answer.status} ${answer.text}`;
        if (status === true) assert.ok(![401, 403].includes(answer.status), what);
        else assert.equal(answer.status, status, what);
        if (status === 401) assert.match(answer.headers['www-authenticate'], /^Bearer/, what);
      }
    }
    // The same key in the other header; a wrong one beside it does not matter.
    const headers = { 'x-api-key': keys.reader };
    assert.equal((await server.call('GET', jobs_path, { headers })).status, 200);
    assert.equal((await server.call('GET', jobs_path, { headers: { 'X-API-Key': 'wrong' } })).status, 401);
  }));

test('two organisations under load see nothing of one another', () =>
  with_server({ config: config_with([], { store: 'sqlite:jobs.db' }) }, async (server) => {
    const target_channel = { platform: 'slack', code: 'C1' };
    const mine = { org123: new Set(), other: new Set() };
    const other_of = { org123: 'other', other: 'org123' };
    await in_parallel(400, 24, async (i) => {
      const key = i % 2 === 0 ? 'org123' : 'other';
      const more = { target_channel, tags: ['shared'], scheduled_at: i % 8 < 2 ? '2999-01-01' : undefined };
      const { job_id } = await create_agent_job(server, more, { key });
      mine[key].add(job_id);
      const stranger = as(other_of[key]);
      const peeks = [
        ['GET', `${jobs_path}/${job_id}`], ['GET', `${jobs_path}/${job_id}?wait=1`],
        ['DELETE', `${jobs_path}/${job_id}`],
      ];
      for (const [method, path] of peeks) {
        const refused = await server.call(method, path, { headers: stranger });
        assert.equal(refused.status, 403, refused.text);
        assert.ok(!refused.text.includes(job_id), refused.text);
      }
      const { json } = await list(server, 'tags=shared&channel_code=C1&limit=50', key);
      for (const job of json.data) assert.ok(job.org_id === (key === 'other' ? 'org456' : 'org123'));
    });
    for (const key of ['org123', 'other']) {
      const { json } = await list(server, 'limit=1000&include=stats', key);
      assert.deepEqual(new Set(json.data.map((job) => job.job_id)), mine[key]);
      const counted = Object.values(json.meta.stats.status).reduce((sum, n) => sum + n, 0);
      assert.equal(counted, 200);
    }
  }));

test('without a configured key the server makes one that opens its services', async () => {
  const { readFile, stat } = await import('node:fs/promises');
  const path = (await import('node:path')).default;
  const { with_directory } = await import('./server.mjs');
  await with_directory(async (directory) => {
    let key;
    await with_server({ directory }, async (server) => {
      const file = path.join(directory, 'var', 'dev-key');
      key = (await readFile(file, 'utf8')).trim();
      assert.equal((await stat(file)).mode & 0o777, 0o600);
      assert.ok(server.log.includes(key), 'the key must be printed once');
      assert.equal((await server.call('GET', jobs_path)).status, 401);
      const headers = { Authorization: `Bearer ${key}` };
      const listed = await server.call('GET', jobs_path, { headers });
      assert.equal(listed.status, 200, listed.text);
      assert.equal(listed.json.meta.org_id, 'default');
      // Everything else stays open.
      assert.equal((await server.call('GET', messaging_path)).status, 200);
    });
    await with_server({ directory }, async (server) => {
      assert.ok(!server.log.includes(key), 'the key must not be printed again');
      const headers = { 'X-API-Key': key };
      assert.equal((await server.call('GET', jobs_path, { headers })).status, 200);
    });
  });
});
