// Agents that are chat models: `openai`, against a chat completions server played by the test.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { run_job } from './jobs.mjs';
import { answer_json, with_peer } from './peer.mjs';
import { with_server } from './server.mjs';

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
