// What a newcomer does first: start, create, look, wait.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agent_ids, create_job, finished_job, jobs_path, user_id, uuid_pattern } from './jobs.mjs';
import { answer_json, with_peer } from './peer.mjs';
import { with_server } from './server.mjs';
import { until } from './until.mjs';

const held_for_test = (answers) => (task, response) => answers.set(task.content, response);

test('a server without any configuration file runs a job with the echo agent', () =>
  with_server({ config: null, args: ['--listen', '127.0.0.1:0'] }, async (server) => {
    const created = await create_job(server, { content: 'good morning' });
    const job = await finished_job(server, created.jobId);

    assert.equal(job.status, 'completed');
    assert.equal(job.result.message.content, 'echo: good morning');
  }));

test('create and get answer with the documented bodies', () =>
  with_server({}, async (server) => {
    const json = { userId: user_id, content: 'hello', metadata: { b: 1, a: [2] }, timeoutMs: 5000 };
    const created = await server.call('POST', jobs_path, { json });

    assert.equal(created.status, 201);
    assert.deepEqual(Object.keys(created.json), ['jobId', 'status', 'createdAt', 'expiresAt']);
    assert.match(created.json.jobId, uuid_pattern);
    assert.match(created.json.status, /^(pending|processing)$/);
    assert.equal(created.json.expiresAt, created.json.createdAt + 5000);
    assert.equal(created.headers.location, `${jobs_path}/${created.json.jobId}`);

    const job = await finished_job(server, created.json.jobId);
    const { jobId, agentId, result, ...rest } = job;
    assert.equal(jobId, created.json.jobId);
    assert.match(agentId, uuid_pattern);
    assert.deepEqual(rest, {
      status: 'completed',
      userId: user_id,
      prompt: 'hello',
      createdAt: created.json.createdAt,
      expiresAt: created.json.expiresAt,
      metadata: { b: 1, a: [2] },
    });
    assert.deepEqual(Object.keys(job), [
      'jobId', 'status', 'agentId', 'userId', 'prompt', 'createdAt', 'expiresAt', 'result',
      'metadata',
    ]);
    assert.deepEqual(Object.keys(result), ['message', 'processingTimeMs']);
    assert.ok(Number.isInteger(result.processingTimeMs) && result.processingTimeMs >= 0);
    assert.match(result.message.id, uuid_pattern);
    assert.equal(result.message.content, 'echo: hello');
    assert.equal(result.message.authorId, agentId);
    assert.ok(result.message.createdAt >= job.createdAt);
  }));

test('every answer carries the headers that all answers carry', () =>
  with_server({}, async (server) => {
    for (const target of ['/livez', '/nowhere', `${jobs_path}/health`, `${jobs_path}/x`]) {
      const { headers } = await server.call('GET', target, { headers: { 'X-Request-Id': 'r-1' } });

      assert.equal(headers['x-request-id'], 'r-1', target);
      assert.equal(headers['x-content-type-options'], 'nosniff', target);
      assert.equal(headers['x-frame-options'], 'SAMEORIGIN', target);
      assert.equal(headers['referrer-policy'], 'no-referrer', target);
      assert.match(headers['content-type'], /json/, target);
      assert.equal(headers.server, undefined, target);
    }
  }));

test('a waiting get answers as soon as the agent has answered', async () => {
  const answers = new Map();
  await with_peer(held_for_test(answers), async (peer) => {
    const agents = [{ name: 'slow', type: 'http', url: peer.url }];
    await with_server({ config: { agents } }, async (server) => {
      const { jobId: job_id } = await create_job(server, { content: 'wait for me' });
      let is_answered = false;
      const waiting = server.call('GET', `${jobs_path}/${job_id}?wait=60`);
      waiting.then(() => (is_answered = true), () => {});
      const response = await until('the task', () => answers.get('wait for me'));
      assert.equal((await server.call('GET', `${jobs_path}/${job_id}`)).json.status, 'processing');
      assert.equal(is_answered, false);

      answer_json(response, 200, { content: 'here you are' });

      // The default time limit of 30 s would end the wait as well: the state tells which it was.
      const job = (await waiting).json;
      assert.equal(job.status, 'completed');
      assert.equal(job.result.message.content, 'here you are');
    });
  });
});

test('a wait that is over answers with the state as it is', async () => {
  await with_peer(held_for_test(new Map()), async (peer) => {
    const agents = [{ name: 'slow', type: 'http', url: peer.url }];
    await with_server({ config: { agents } }, async (server) => {
      const { jobId: job_id } = await create_job(server);

      const answer = await server.call('GET', `${jobs_path}/${job_id}?wait=0.2`);

      assert.equal(answer.status, 200);
      assert.match(answer.json.status, /^(pending|processing)$/);
      await server.call('POST', `${jobs_path}/${job_id}/cancel`);
    });
  });
});

test('Prefer: wait holds the creation until the job is over', () =>
  with_server({}, async (server) => {
    const json = { userId: user_id, content: 'at once' };
    const headers = { Prefer: 'wait=30' };
    const answer = await server.call('POST', jobs_path, { json, headers });

    assert.equal(answer.status, 201);
    assert.equal(answer.headers['preference-applied'], 'wait=30');
    assert.equal(answer.json.status, 'completed');
    assert.equal(answer.json.result.message.content, 'echo: at once');
  }));

test('an unusable wait is refused in the query and ignored in Prefer', () =>
  with_server({}, async (server) => {
    const { jobId: job_id } = await create_job(server);

    for (const wait of ['-1', 'soon', '', '1s', 'NaN', 'Infinity', '0x10']) {
      const answer = await server.call('GET', `${jobs_path}/${job_id}?wait=${wait}`);
      assert.equal(answer.status, 400, `wait=${wait}: ${answer.text}`);
    }
    for (const prefer of ['wait=soon', 'wait=-1', 'wait', 'respond-async', '"']) {
      const headers = { Prefer: prefer };
      const answer = await server.call('GET', `${jobs_path}/${job_id}`, { headers });
      assert.equal(answer.status, 200, `${prefer}: ${answer.text}`);
      assert.equal(answer.headers['preference-applied'], undefined, prefer);
    }
  }));

test('a canceled job is over for good and its agent is told', async () => {
  await with_peer(held_for_test(new Map()), async (peer) => {
    const agents = [{ id: agent_ids.first, name: 'slow', type: 'http', url: peer.url }];
    await with_server({ config: { agents } }, async (server) => {
      const { jobId: job_id } = await create_job(server);
      await until('the task at the agent', () => peer.open === 1);

      const canceled = await server.call('POST', `${jobs_path}/${job_id}/cancel`);

      assert.equal(canceled.status, 200, canceled.text);
      assert.equal(canceled.json.status, 'failed');
      assert.equal(canceled.json.error, 'Job was canceled');
      await until('the end of the request to the agent', () => peer.open === 0);
      const again = await server.call('POST', `${jobs_path}/${job_id}/cancel`);
      assert.equal(again.status, 409);
      assert.deepEqual(again.json, { success: false, error: 'Job is already failed' });
    });
  });
});

test('the list shows the newest first and filters by status', () =>
  with_server({}, async (server) => {
    const ids = [];
    for (let turn = 0; turn < 5; turn += 1) {
      const { jobId: job_id } = await create_job(server, { content: `turn ${turn}` });
      await finished_job(server, job_id);
      ids.unshift(job_id);
    }

    const ids_of = async (query) => {
      const { json } = await server.call('GET', jobs_path + query);
      assert.deepEqual(Object.keys(json), ['jobs', 'total', 'filtered']);
      assert.equal(json.total, 5);
      assert.equal(json.filtered, json.jobs.length);
      return json.jobs.map((job) => job.jobId);
    };
    assert.deepEqual(await ids_of(''), ids);
    assert.deepEqual(await ids_of('?limit=2'), ids.slice(0, 2));
    assert.deepEqual(await ids_of('?limit=none'), ids);
    assert.deepEqual(await ids_of('?status=completed&limit=3'), ids.slice(0, 3));
    assert.deepEqual(await ids_of('?status=failed'), []);
    assert.deepEqual(await ids_of('?status=unheard-of'), ids);
  }));
