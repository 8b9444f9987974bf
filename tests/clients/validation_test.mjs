// The sixteen rules of POST /api/messaging/jobs: their texts, their order, their edges.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agent_ids, job_health, jobs_path } from '../e2e/jobs.mjs';
import { silent, with_peer } from '../e2e/peer.mjs';
import { embedded_server, with_server } from '../e2e/server.mjs';

const user_id = '550E8400-e29b-01d4-f716-44665544000A'; // any case, any version
const missing_agent = '99999999-9999-4999-8999-999999999999';
const valid = { userId: user_id, content: 'hello' };
const metadata_of = (size) => ({ a: 'x'.repeat(size - '{"a":""}'.length) });

/** Rules 2–13 and 15: fields that break the rule and nothing before it on the same field. */
const rules = [
  { rule: 2, fields: { agentId: 7 }, error: 'agentId must be a valid UUID string' },
  { rule: 3, fields: { userId: 7 }, error: 'userId is required and must be a valid UUID string' },
  { rule: 4, fields: { content: 7 }, error: 'content is required and must be a string' },
  { rule: 5, fields: { content: '' }, error: 'content cannot be empty' },
  { rule: 6, fields: { content: 'x'.repeat(50_001) }, error: 'content exceeds maximum length of 50000 characters' },
  { rule: 7, fields: { metadata: [] }, error: 'metadata must be an object' },
  { rule: 8, fields: { metadata: metadata_of(10_001) }, error: 'metadata exceeds maximum size of 10000 bytes' },
  { rule: 9, fields: { timeoutMs: -1 }, error: 'timeoutMs must be a positive number' },
  { rule: 10, fields: { timeoutMs: 999 }, error: 'timeoutMs must be at least 1000ms' },
  { rule: 11, fields: { timeoutMs: 300_001 }, error: 'timeoutMs cannot exceed 300000ms' },
  { rule: 12, fields: { userId: 'me' }, error: 'Invalid userId format (must be valid UUID)' },
  { rule: 13, fields: { agentId: 'you' }, error: 'Invalid agentId format (must be valid UUID)' },
  { rule: 15, fields: { agentId: missing_agent }, error: `Agent ${missing_agent} not found`, status: 404 },
];

const rule_1 = 'Request body must be an object';

async function assert_refused(server, options, error, status = 400) {
  const { status: actual, json, text } = await server.call('POST', jobs_path, options);
  assert.deepEqual({ status: actual, json }, { status, json: { success: false, error } }, text);
}

/** Further values that break a rule, and values that keep it. */
const edges = {
  2: [{ agentId: null }, { agentId: {} }, { agentId: true }],
  3: [{ userId: undefined }, { userId: null }, { userId: [] }],
  4: [{ content: undefined }, { content: null }, { content: {} }],
  6: [{ content: '\u{1F600}'.repeat(25_001) }, { content: 'é'.repeat(50_001) }],
  7: [{ metadata: null }, { metadata: 'text' }, { metadata: 7 }],
  8: [{ metadata: { a: '\u{1F600}'.repeat(5_000) } }, { metadata: { a: '"'.repeat(5_000) } }],
  9: [{ timeoutMs: '5000' }, { timeoutMs: null }, { timeoutMs: true }, { timeoutMs: -0.5 }, { timeoutMs: -1e300 }],
  10: [{ timeoutMs: 0 }, { timeoutMs: 999.9 }],
  11: [{ timeoutMs: 300_000.5 }, { timeoutMs: 1e300 }, { timeoutMs: 2 ** 63 }, { timeoutMs: 2 ** 64 }],
  12: [
    { userId: '' },
    { userId: `${user_id} ` },
    { userId: `{${user_id}}` },
    { userId: user_id.replaceAll('-', '') },
    { userId: user_id.replace('5', 'g') },
    { userId: `${user_id}0` },
  ],
  13: [{ agentId: ' ' }, { agentId: `${missing_agent}0` }],
};

const accepted = [
  {},
  { agentId: '' },
  { metadata: {} },
  { metadata: metadata_of(10_000) },
  { metadata: { a: 'é'.repeat(9_992) } },
  { content: 'x'.repeat(50_000) },
  { content: 'é'.repeat(50_000) },
  { content: '\u{1F600}'.repeat(25_000) },
  { content: ' ' },
  { timeoutMs: 1000 },
  { timeoutMs: 300_000 },
  { timeoutMs: 1000.5 },
  { userId: '00000000-0000-0000-0000-000000000000' },
  { unheard_of: { of: 'this' }, success: true },
];

test('rule 1: the body is an object', () =>
  with_server({}, async (server) => {
    const headers = { 'Content-Type': 'application/json' };
    for (const body of ['[]', '[{}]', 'null', 'true', '7', '"text"']) {
      await assert_refused(server, { body, headers }, rule_1);
    }
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
    await assert_refused(server, { body: 'userId=a&content=b', headers: form }, rule_1);
    const multipart = { 'Content-Type': 'multipart/form-data; boundary=x' };
    await assert_refused(server, { body: '--x--\r\n', headers: multipart }, rule_1);
    await assert_refused(server, {}, rule_1);
    await assert_refused(server, { body: '', headers }, rule_1);
  }));

test('each broken rule answers with its text', () =>
  with_server({}, async (server) => {
    for (const { rule, fields, error, status } of rules) {
      for (const broken of [fields, ...(edges[rule] ?? [])]) {
        await assert_refused(server, { json: { ...valid, ...broken } }, error, status);
      }
    }
    assert.equal((await job_health(server)).totalJobs, 0);
  }));

test('of two broken rules the first one answers', () =>
  with_server({}, async (server) => {
    for (const first of rules) {
      for (const second of rules.filter(({ rule }) => rule > first.rule)) {
        if (Object.keys(first.fields)[0] === Object.keys(second.fields)[0]) continue;
        const json = { ...valid, ...second.fields, ...first.fields };
        await assert_refused(server, { json }, first.error, first.status);
      }
    }
  }));

test('what keeps the rules is accepted', () =>
  with_server({}, async (server) => {
    for (const fields of accepted) {
      const json = { ...valid, ...fields };
      const answer = await server.call('POST', jobs_path, { json });
      assert.equal(answer.status, 201, `${JSON.stringify(json).slice(0, 200)}: ${answer.text}`);
    }
    const { json } = await server.call('GET', jobs_path);
    assert.equal(json.total, accepted.length);
    assert.equal(json.jobs.at(-1).userId, user_id, 'echoed as given');
  }));

test('rule 15: an agent is found without regard to case, its id is echoed as asked or known', () => {
  const id = 'abcdefab-cdef-4bcd-8fab-cdefabcdefab';
  return with_server({ config: { agents: [{ id, name: 'echo', type: 'echo' }] } }, async (server) => {
    const agentId = id.toUpperCase();
    const { status, text } = await server.call('POST', jobs_path, { json: { ...valid, agentId } });
    assert.equal(status, 201, text);
    const { json } = await server.call('GET', jobs_path);
    assert.equal(json.jobs[0].agentId.toLowerCase(), id);
  });
});

test('rule 15: the id in the text is the one that was asked for', () =>
  with_server({}, async (server) => {
    const agentId = 'ABCDEFAB-cdef-4bcd-8fab-cdefabcdefab';
    await assert_refused(server, { json: { ...valid, agentId } }, `Agent ${agentId} not found`, 404);
  }));

// The configured server always has an agent (echo, if no other), an embedding program may have none.
test('rule 14: without agents there is none', () =>
  with_server({ program: embedded_server }, async (server) => {
    await assert_refused(server, { json: valid }, 'No agents available on server', 404);
    // Rules that come before it still do.
    const broken = { ...valid, userId: 'me' };
    await assert_refused(server, { json: broken }, 'Invalid userId format (must be valid UUID)');
  }));

test('rule 16: without room no job is made, and every other rule comes first', () =>
  with_peer(silent, (peer) => {
    const agents = [{ id: agent_ids.first, name: 'silent', type: 'http', url: peer.url }];
    return with_server({ config: { agents, capacity: { maxJobs: 1 } } }, async (server) => {
      const timeoutMs = 300_000;
      const first = await server.call('POST', jobs_path, { json: { ...valid, timeoutMs } });
      assert.equal(first.status, 201);

      await assert_refused(server, { json: valid }, 'Job capacity reached (1 jobs)', 503);
      const { headers } = await server.call('POST', jobs_path, { json: valid });
      assert.match(headers['retry-after'], /^[1-9]\d*$/);
      for (const { fields, error, status } of rules) {
        await assert_refused(server, { json: { ...valid, ...fields } }, error, status);
      }
      assert.equal((await job_health(server)).totalJobs, 1);

      // Room is made by the end of the job that holds it.
      await server.call('POST', `${jobs_path}/${first.json.jobId}/cancel`);
      const second = await server.call('POST', jobs_path, { json: valid });
      assert.equal(second.status, 201, second.text);
      assert.equal((await server.call('GET', `${jobs_path}/${first.json.jobId}`)).status, 404);
    });
  }));

test('a NUL in the content is named', () =>
  with_server({}, (server) =>
    assert_refused(server, { json: { ...valid, content: 'a\0b' } }, 'content must not contain NUL characters')));

test('a body of another type is refused', () =>
  with_server({}, async (server) => {
    const body = JSON.stringify(valid);
    const error = {
      code: 'INVALID_CONTENT_TYPE',
      message: 'Invalid or missing Content-Type header',
    };
    for (const headers of [{}, { 'Content-Type': 'text/plain' }, { 'Content-Type': 'application/xml' }]) {
      await assert_refused(server, { body, headers }, error);
    }
    for (const type of ['application/json; charset=utf-8', 'Application/JSON', 'application/vnd.x+json']) {
      const headers = { 'Content-Type': type };
      const answer = await server.call('POST', jobs_path, { body, headers });
      assert.equal(answer.status, 201, `${type}: ${answer.text}`);
    }
  }));

test('malformed JSON is told where it is malformed', () =>
  with_server({}, async (server) => {
    const headers = { 'Content-Type': 'application/json' };
    const body = '{"userId": "x",, "content": "y"}';
    const { status, json, text } = await server.call('POST', jobs_path, { body, headers });

    assert.equal(status, 400);
    assert.equal(json.success, false);
    assert.equal(json.error.code, 400);
    assert.match(json.error.message, /1[56]|column|byte/, text);
  }));

test('other methods and paths below the API are not there', () =>
  with_server({}, async (server) => {
    const created = await server.call('POST', jobs_path, { json: valid });
    const target = `${jobs_path}/${created.json.jobId}`;
    const expected = { success: false, error: { message: 'API endpoint not found', code: 404 } };
    const calls = [
      ['DELETE', target], ['PUT', target], ['PATCH', target], ['POST', target],
      ['DELETE', jobs_path], ['PUT', jobs_path], ['GET', `${target}/cancel`], ['GET', `${target}/x/y`],
      ['GET', '/api/messaging/'], ['GET', '/api/messaging/channels'],
    ];
    for (const [method, path] of calls) {
      const { status, json, text } = await server.call(method, path);
      assert.deepEqual({ status, json }, { status: 404, json: expected }, `${method} ${path}: ${text}`);
    }
    assert.equal((await server.call('HEAD', target)).status, 200);
    assert.equal((await server.call('HEAD', `${jobs_path}/none`)).status, 404);
  }));
