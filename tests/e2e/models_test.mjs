// Agents that are chat models: `openai`, against a chat completions server played by the test.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { create_job, finished_job, jobs_path, run_job } from './jobs.mjs';
import { answer_json, with_peer } from './peer.mjs';
import { with_server } from './server.mjs';
import { until } from './until.mjs';

const usage = { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 };
const completion = (content) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  model: 'tiny',
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  usage,
});

/** A server whose only agent is a model behind `answer`; `body(server, peer)`. */
function with_model(answer, body, settings = {}) {
  return with_peer(answer, (peer) => {
    const baseUrl = `${peer.url}/v1`;
    const agent = { name: 'model', type: 'openai', baseUrl, model: 'tiny', ...settings };
    const env = { TEST_MODEL_KEY: 'sk-test-1234' };
    return with_server({ config: { agents: [agent] }, env }, (server) => body(server, peer));
  });
}

test('a model is asked and its first choice is the answer', () => {
  let asked;
  const answer = (body, response, request) => {
    asked = { method: request.method, url: request.url, headers: request.headers, body };
    answer_json(response, 200, completion('It is raining.'));
  };
  const settings = { apiKeyEnv: 'TEST_MODEL_KEY', system: 'Be brief.', temperature: 0.5, maxTokens: 64 };
  return with_model(answer, async (server) => {
    const job = await run_job(server, { content: 'How is the weather?' });

    assert.equal(job.status, 'completed', JSON.stringify(job));
    assert.equal(job.result.message.content, 'It is raining.');
    assert.deepEqual(job.result.message.metadata.usage, usage);
    assert.equal(asked.method, 'POST');
    assert.equal(asked.url, '/v1/chat/completions');
    assert.equal(asked.headers.authorization, 'Bearer sk-test-1234');
    assert.equal(asked.body.model, 'tiny');
    assert.equal(asked.body.temperature, 0.5);
    assert.deepEqual(asked.body.messages, [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'How is the weather?' },
    ]);
  }, settings);
});

const faults = {
  'the error of the model server': {
    answer: (response) => answer_json(response, 401, { error: { message: 'Incorrect API key provided.' } }),
    error: /401|Incorrect API key provided/,
  },
  'an answer without choices': {
    answer: (response) => answer_json(response, 200, { ...completion(''), choices: [] }),
    error: /choice/i,
  },
  'a choice without text': {
    answer: (response) => answer_json(response, 200, { ...completion(''), choices: [{ message: {} }] }),
    error: /choice|content|message|text/i,
  },
  'a page of HTML': {
    answer: (response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>'),
    error: /JSON/,
  },
};

for (const [name, { answer, error }] of Object.entries(faults)) {
  test(`${name} fails the job and says why`, () =>
    with_model((body, response) => answer(response), async (server) => {
      const job = await run_job(server);

      assert.equal(job.status, 'failed', JSON.stringify(job));
      assert.match(job.error, error);
      assert.doesNotMatch(job.error, /sk-test-1234/);
    }, { apiKeyEnv: 'TEST_MODEL_KEY' }));
}

// It failed the user's message at once.
test('a model that is busy is asked again, and the message is pending meanwhile', () => {
  const seen = [];
  const answer = (body, response, request) => {
    seen.push(Date.now());
    if (seen.length > 2) answer_json(response, 200, completion('Here I am.'));
    else answer_json(response, 429, { error: { message: 'Rate limit reached' } });
  };
  return with_model(answer, async (server) => {
    const { jobId: job_id } = await create_job(server);
    await until('the first refusal', async () => seen.length === 1);
    const states = new Set();
    await until('the answer', async () => {
      const { json } = await server.call('GET', `${jobs_path}/${job_id}`);
      states.add(json.status);
      return json.status === 'completed' || json.status === 'failed';
    });

    const job = await finished_job(server, job_id);
    assert.equal(job.status, 'completed', JSON.stringify(job));
    assert.equal(job.result.message.content, 'Here I am.');
    assert.equal(seen.length, 3);
    assert.ok(states.has('pending'), [...states].join());
    assert.ok(seen[1] - seen[0] >= 400 && seen[2] - seen[1] >= 900, seen.join());
  });
});

test('an agent that is busy for a day costs a message its deadline, not a day', () =>
  with_model((body, response) => answer_json(response, 503, {}, { 'Retry-After': '86400' }), async (server, peer) => {
    const job = await run_job(server, { timeoutMs: 1000 });

    assert.equal(job.status, 'timeout');
    assert.equal(peer.tasks.length, 1);
  }));

test('a model without retries fails a message with its first refusal', () =>
  with_model((body, response) => answer_json(response, 429, { error: { message: 'Rate limit reached' } }), async (server, peer) => {
    const job = await run_job(server);

    assert.equal(job.status, 'failed');
    assert.match(job.error, /429: Rate limit reached/);
    assert.equal(peer.tasks.length, 1);
  }, { retry: 0 }));

test('an http agent with a secret signs what it sends by Standard Webhooks', () => {
  const key = Buffer.from('a secret of thirty-two bytes, ok');
  let headers;
  let received;
  const answer = (task, response, request) => {
    headers = request.headers;
    received = task;
    answer_json(response, 200, { content: 'signed' });
  };
  return with_peer(answer, (peer) => {
    const secret = '${HOOK_SECRET}';
    const agents = [{ name: 'hook', type: 'http', url: peer.url, secret }];
    const env = { HOOK_SECRET: `whsec_${key.toString('base64')}` };
    return with_server({ config: { agents }, env }, async (server) => {
      await run_job(server);

      const { 'webhook-id': id, 'webhook-timestamp': timestamp } = headers;
      const signed = `${id}.${timestamp}.${peer.texts[0]}`;
      const expected = createHmac('sha256', key).update(signed).digest('base64');
      assert.equal(headers['webhook-signature'], `v1,${expected}`);
      assert.ok(Math.abs(Number(timestamp) - Date.now() / 1000) < 300);
      assert.ok(received.taskId);
    });
  });
});
