// The published client @elizaos/api-client through every method of its jobs service.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { ApiError, ElizaClient, JobStatus, JobValidation } from '@elizaos/api-client';
import { agent_ids, user_id, uuid_pattern } from '../e2e/jobs.mjs';
import { answer_json, silent, with_peer } from '../e2e/peer.mjs';
import { with_server } from '../e2e/server.mjs';
import { until } from '../e2e/until.mjs';

// Polls often: what is tested are the answers, not the client's patience.
const eager = { interval: 20, maxAttempts: 3000 };
const api_key = 'key-of-the-client-test';

const with_client = (config, body) =>
  with_server({ config }, (server) => body(ElizaClient.create({ baseUrl: server.url }), server));

/** A client whose first agent answers only when the test says so: `body(client, release)`. */
function with_held_agent(body) {
  let response;
  const hold = (task, held_response) => (response = held_response);
  return with_peer(hold, (peer) => {
    const agents = [{ id: agent_ids.first, name: 'held', type: 'http', url: peer.url }];
    const release = async (answer) => {
      await until('the task at the agent', () => response);
      answer_json(response, 200, answer);
    };
    return with_client({ agents }, (client, server) => body(client, release, server));
  });
}

const request = (more = {}) => ({ userId: user_id, content: 'hello', ...more });

test('create answers with id, state and times', () =>
  with_client({}, async (client) => {
    const metadata = { source: 'mobile-app', nested: { list: [1, 2, null] } };
    const created = await client.jobs.create(request({ timeoutMs: 60_000, metadata }));

    assert.deepEqual(Object.keys(created), ['jobId', 'status', 'createdAt', 'expiresAt']);
    assert.match(created.jobId, uuid_pattern);
    assert.ok([JobStatus.PENDING, JobStatus.PROCESSING].includes(created.status));
    assert.equal(created.expiresAt - created.createdAt, 60_000);
    const { metadata: kept } = await client.jobs.getJob(created.jobId);
    assert.deepEqual(kept, metadata);
  }));

test('create uses the time limit that the client documents', () =>
  with_client({}, async (client) => {
    const created = await client.jobs.create(request());

    assert.equal(created.expiresAt - created.createdAt, JobValidation.DEFAULT_TIMEOUT_MS);
  }));

test('the limits that the client documents are those of the server', () =>
  with_client({}, async (client) => {
    const { MAX_CONTENT_LENGTH, MAX_METADATA_SIZE, MAX_TIMEOUT_MS, MIN_TIMEOUT_MS } = JobValidation;
    const metadata_of = (size) => ({ a: 'x'.repeat(size - '{"a":""}'.length) });
    const cases = [
      [{ content: 'x'.repeat(MAX_CONTENT_LENGTH) }, { content: 'x'.repeat(MAX_CONTENT_LENGTH + 1) }],
      [{ metadata: metadata_of(MAX_METADATA_SIZE) }, { metadata: metadata_of(MAX_METADATA_SIZE + 1) }],
      [{ timeoutMs: MAX_TIMEOUT_MS }, { timeoutMs: MAX_TIMEOUT_MS + 1 }],
      [{ timeoutMs: MIN_TIMEOUT_MS }, { timeoutMs: MIN_TIMEOUT_MS - 1 }],
    ];
    for (const [taken, refused] of cases) {
      assert.match((await client.jobs.create(request(taken))).jobId, uuid_pattern);
      await assert.rejects(client.jobs.create(request(refused)), { name: 'ApiError', status: 400 });
    }
  }));

test('getJob gives the job with its result', () =>
  with_client({}, async (client) => {
    const created = await client.jobs.create(request({ content: 'what is up?' }));
    const { job } = await client.jobs.poll(created.jobId, eager);

    const again = await client.jobs.getJob(created.jobId);

    assert.deepEqual(again, job);
    assert.equal(again.status, JobStatus.COMPLETED);
    assert.equal(again.prompt, 'what is up?');
    assert.equal(again.userId, user_id);
    assert.equal(again.createdAt, created.createdAt);
    assert.equal(again.expiresAt, created.expiresAt);
    assert.deepEqual(again.metadata, {});
    assert.equal(again.error, undefined);
    assert.equal(again.result.message.content, 'echo: what is up?');
    assert.equal(again.result.message.authorId, again.agentId);
    assert.match(again.result.message.id, uuid_pattern);
    assert.ok(Number.isInteger(again.result.message.createdAt));
    assert.ok(Number.isInteger(again.result.processingTimeMs));
  }));

test('getJob of a job that waits for its agent shows no result yet', () =>
  with_held_agent(async (client, release) => {
    const { jobId: job_id } = await client.jobs.create(request());
    const live = await client.jobs.getJob(job_id);
    assert.ok([JobStatus.PENDING, JobStatus.PROCESSING].includes(live.status));
    assert.equal(live.agentId, agent_ids.first);
    assert.equal(live.result, undefined);

    await release({ content: 'now', metadata: { mood: 'fine' } });

    const { job } = await client.jobs.poll(job_id, eager);
    assert.equal(job.result.message.content, 'now');
    assert.deepEqual(job.result.message.metadata, { mood: 'fine' });
  }));

test('list pages and filters', () =>
  with_client({}, async (client) => {
    const ids = [];
    for (let turn = 0; turn < 3; turn += 1) {
      ids.unshift((await client.jobs.createAndPoll(request(), eager)).job.jobId);
    }

    const all = await client.jobs.list();
    const two = await client.jobs.list({ limit: 2 });
    const completed = await client.jobs.list({ status: JobStatus.COMPLETED, limit: 10 });
    const failed = await client.jobs.list({ status: JobStatus.FAILED });

    assert.deepEqual(all.jobs.map(({ jobId }) => jobId), ids);
    assert.deepEqual({ ...all, jobs: [] }, { jobs: [], total: 3, filtered: 3 });
    assert.deepEqual(two.jobs.map(({ jobId }) => jobId), ids.slice(0, 2));
    assert.equal(two.filtered, 2);
    assert.equal(completed.jobs.length, 3);
    assert.deepEqual(failed, { jobs: [], total: 3, filtered: 0 });
    assert.deepEqual(all.jobs[0], await client.jobs.getJob(ids[0]));
  }));

test('health counts what happened', () =>
  with_peer(silent, (peer) => {
    const agents = [
      { id: agent_ids.first, name: 'echo', type: 'echo' },
      { id: agent_ids.second, name: 'silent', type: 'http', url: peer.url, concurrency: 1 },
    ];
    return with_client({ agents }, async (client) => {
      const silent_request = request({ agentId: agent_ids.second, timeoutMs: 300_000 });
      const timing_out = request({ agentId: agent_ids.second, timeoutMs: 1000 });
      await client.jobs.createAndPoll(request(), eager);
      await client.jobs.createAndPoll(request(), eager);
      await client.jobs.createAndPoll(timing_out, eager);
      await client.jobs.create(silent_request);
      await until('the task at the agent', () => peer.open === 1);
      await client.jobs.create(silent_request);

      const health = await client.jobs.health();

      assert.deepEqual(Object.keys(health), [
        'healthy', 'timestamp', 'totalJobs', 'statusCounts', 'metrics', 'maxJobs',
      ]);
      assert.equal(health.healthy, true);
      assert.ok(Math.abs(health.timestamp - Date.now()) < 60_000);
      assert.equal(health.totalJobs, 5);
      assert.deepEqual(health.statusCounts, {
        pending: 1, processing: 1, completed: 2, failed: 0, timeout: 1,
      });
      assert.ok(health.metrics.averageProcessingTimeMs >= 0);
      const { successRate, failureRate, timeoutRate } = health.metrics;
      assert.deepEqual([successRate, failureRate, timeoutRate], [0.67, 0, 0.33]);
      assert.equal(health.maxJobs, 10_000);
    });
  }));

test('poll reports each look and ends with the job', () =>
  with_held_agent(async (client, release) => {
    const { jobId: job_id } = await client.jobs.create(request());
    const looks = [];
    const onProgress = (job, attempt) => {
      looks.push([attempt, job.status]);
      if (attempt === 3) release({ content: 'at last' });
    };

    const result = await client.jobs.poll(job_id, { ...eager, onProgress });

    assert.equal(result.success, true);
    assert.equal(result.job.result.message.content, 'at last');
    assert.equal(result.attempts, looks.length);
    assert.ok(looks.length > 3);
    assert.deepEqual(looks.map(([attempt]) => attempt), looks.map((_, index) => index + 1));
    assert.equal(looks.at(-1)[1], JobStatus.COMPLETED);
    assert.ok(looks.slice(0, 3).every(([, status]) => status !== JobStatus.COMPLETED));
  }));

test('poll gives up after its attempts or its time and shows the live job', () =>
  with_held_agent(async (client, release) => {
    const { jobId: job_id } = await client.jobs.create(request({ timeoutMs: 300_000 }));

    const by_attempts = await client.jobs.poll(job_id, { interval: 1, maxAttempts: 2 });
    const by_time = await client.jobs.poll(job_id, { interval: 10, timeout: 50 });

    for (const { success, job } of [by_attempts, by_time]) {
      assert.equal(success, false);
      assert.ok([JobStatus.PENDING, JobStatus.PROCESSING].includes(job.status));
    }
    assert.equal(by_attempts.attempts, 2);
    await release({ content: 'unheard' });
  }));

test('poll of a job that times out ends with that state', () =>
  with_held_agent(async (client) => {
    const { success, job } = await client.jobs.createAndPoll(request({ timeoutMs: 1000 }), eager);

    assert.equal(success, false);
    assert.equal(job.status, JobStatus.TIMEOUT);
    assert.equal(job.error, 'Job timed out waiting for agent response');
  }));

test('createAndPoll of a job whose agent fails ends with its error', () =>
  with_held_agent(async (client, release) => {
    const polling = client.jobs.createAndPoll(request(), eager);
    await release({ status: 'failed', error: 'the model is asleep' });
    const { success, job } = await polling;

    assert.equal(success, false);
    assert.equal(job.status, JobStatus.FAILED);
    assert.equal(job.error, 'the model is asleep');
  }));

test('createAndPollWithBackoff ends with the job', () =>
  with_held_agent(async (client, release) => {
    let looks = 0;
    const onProgress = (job, attempt) => {
      looks = attempt;
      if (attempt === 2) release({ content: 'patience pays' });
    };
    const backoff = { initialInterval: 5, maxInterval: 40, multiplier: 2, maxAttempts: 3000 };

    const result = await client.jobs.createAndPollWithBackoff(request(), { ...backoff, onProgress });

    assert.equal(result.success, true);
    assert.equal(result.job.result.message.content, 'patience pays');
    assert.equal(result.attempts, looks);
    assert.ok(looks > 2);
  }));

test('ask gives the text of the answer', () =>
  with_client({}, async (client) => {
    const { jobs: [{ agentId }] } = await client.jobs.createAndPoll(request(), eager)
      .then(() => client.jobs.list());

    assert.equal(await client.jobs.ask(user_id, 'who is there?', undefined, eager), 'echo: who is there?');
    assert.equal(await client.jobs.ask(user_id, 'and now?', agentId, eager), 'echo: and now?');
    assert.equal(
      await client.jobs.ask(user_id, 'and now?', agentId.toUpperCase(), eager),
      'echo: and now?',
    );
  }));

test('ask throws what went wrong', () =>
  with_held_agent(async (client, release) => {
    const asking = client.jobs.ask(user_id, 'who is there?', undefined, eager);
    const rejection = assert.rejects(asking, (fault) =>
      !(fault instanceof ApiError) && fault.message === 'nobody is there');

    await release({ status: 'failed', error: 'nobody is there' });

    await rejection;
  }));

test('the key of the client opens the API', () => {
  const sha256 = createHash('sha256').update(api_key).digest('hex');
  const apiKeys = [{ name: 'client', sha256, org: 'default', scopes: ['MESSAGING'] }];
  return with_server({ config: { apiKeys } }, async (server) => {
    const client = new ElizaClient({ baseUrl: `${server.url}/`, apiKey: api_key });

    const { success, job } = await client.jobs.createAndPoll(request(), eager);

    assert.equal(success, true);
    assert.equal((await client.jobs.list()).jobs[0].jobId, job.jobId);
    assert.equal((await client.jobs.health()).totalJobs, 1);
  });
});
