// What the published client makes of each refusal: `ApiError` with status, code, message, details.
//
// Where the API answers `"error": "<text>"` the client finds neither code nor message in it and
// fills in its own: `HTTP_ERROR`, `Unknown error`. The text itself is tested in validation_test.mjs.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { ApiError, ElizaClient } from '@elizaos/api-client';
import { user_id } from '../e2e/jobs.mjs';
import { silent, with_peer } from '../e2e/peer.mjs';
import { with_server } from '../e2e/server.mjs';

const request = { userId: user_id, content: 'hello' };
const text_error = { code: 'HTTP_ERROR', message: 'Unknown error' };

async function assert_api_error(promise, expected) {
  const fault = await promise.then(() => assert.fail('no error'), (error) => error);
  assert.ok(fault instanceof ApiError, String(fault));
  const { name, status, code, message, details } = fault;
  const all = { name: 'ApiError', details: undefined, ...expected };
  assert.deepEqual({ name, status, code, message, details }, all);
}

test('400: a request that breaks a rule', () =>
  with_server({}, async (server) => {
    const { jobs } = new ElizaClient({ baseUrl: server.url });
    const refused = { status: 400, ...text_error };

    await assert_api_error(jobs.create({ ...request, content: '' }), refused);
    await assert_api_error(jobs.create({ ...request, timeoutMs: 1 }), refused);
    await assert_api_error(jobs.create({}), refused);
    await assert_api_error(jobs.create(undefined), refused);
    await assert_api_error(jobs.createAndPoll({ ...request, userId: 'me' }), refused);
    await assert_api_error(jobs.createAndPollWithBackoff({ ...request, userId: 'me' }), refused);
    await assert_api_error(jobs.ask('me', 'hello'), refused);
  }));

test('400: a content type that is none', () =>
  with_server({}, async (server) => {
    const headers = { 'Content-Type': 'text/plain' };
    const { jobs } = new ElizaClient({ baseUrl: server.url, headers });

    await assert_api_error(jobs.create(request), {
      status: 400,
      code: 'INVALID_CONTENT_TYPE',
      message: 'Invalid or missing Content-Type header',
    });
  }));

test('404: a job or an agent that is not there', () =>
  with_server({}, async (server) => {
    const { jobs } = new ElizaClient({ baseUrl: server.url });
    const missing = { status: 404, ...text_error };

    await assert_api_error(jobs.getJob(randomUUID()), missing);
    await assert_api_error(jobs.getJob('not-even-an-id'), missing);
    await assert_api_error(jobs.poll(randomUUID()), missing);
    await assert_api_error(jobs.create({ ...request, agentId: randomUUID() }), missing);
    await assert_api_error(jobs.ask(user_id, 'hello', randomUUID()), missing);
  }));

test('404: what the client can do and this server does not', () =>
  with_server({}, async (server) => {
    const client = new ElizaClient({ baseUrl: server.url });

    const unknown = { status: 404, code: 404, message: 'API endpoint not found' };
    await assert_api_error(client.messaging.listMessageServers(), unknown);
    await assert_api_error(client.agents.getAgent(randomUUID()), unknown);
  }));

test('401: no key and a wrong key', () => {
  const apiKeys = [{ name: 'k', sha256: '0'.repeat(64), org: 'default', scopes: ['MESSAGING'] }];
  return with_server({ config: { apiKeys } }, async (server) => {
    for (const apiKey of [undefined, 'wrong']) {
      const { jobs } = new ElizaClient({ baseUrl: server.url, apiKey });
      const locked_out = { status: 401, ...text_error };

      await assert_api_error(jobs.create(request), locked_out);
      await assert_api_error(jobs.getJob(randomUUID()), locked_out);
      await assert_api_error(jobs.list(), locked_out);
      await assert_api_error(jobs.health(), locked_out);
    }
  });
});

test('503: as many live jobs as fit', () =>
  with_peer(silent, (peer) => {
    const agents = [{ name: 'silent', type: 'http', url: peer.url }];
    return with_server({ config: { agents, capacity: { maxJobs: 2 } } }, async (server) => {
      const { jobs } = new ElizaClient({ baseUrl: server.url });
      await jobs.create(request);
      await jobs.create(request);

      await assert_api_error(jobs.create(request), { status: 503, ...text_error });

      const health = await jobs.health();
      assert.equal(health.totalJobs, 2);
      assert.equal(health.maxJobs, 2);
      assert.equal(health.healthy, false);
    });
  }));

test('a client that gives up waiting and one that finds nobody', async () => {
  let jobs;
  await with_peer(silent, (peer) =>
    with_server({ config: { agents: [{ name: 'silent', type: 'http', url: peer.url }] } }, async (server) => {
      jobs = new ElizaClient({ baseUrl: server.url, timeout: 300 }).jobs;
      const { jobId: job_id } = await new ElizaClient({ baseUrl: server.url }).jobs.create(request);

      // The client puts the id into the path as it is, a query included.
      const timed_out = { status: undefined, code: 'TIMEOUT', message: 'Request timed out' };
      await assert_api_error(jobs.getJob(`${job_id}?wait=60`), timed_out);
    }));

  const fault = await jobs.health().catch((error) => error);
  assert.equal(fault.code, 'NETWORK_ERROR');
});
