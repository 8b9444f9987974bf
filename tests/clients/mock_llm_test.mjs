// The `openai` agent against a chat completions server that others wrote: mock-llm.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { run_job } from '../e2e/jobs.mjs';
import { with_server } from '../e2e/server.mjs';
import { in_parallel } from '../e2e/until.mjs';

const require = createRequire(import.meta.url);
const { createServer: create_mock_llm } = require('@dwmkerr/mock-llm/dist/server.js');
const { getDefaultConfig: default_config } = require('@dwmkerr/mock-llm/dist/config.js');

const refusal = {
  path: '/v1/chat/completions',
  match: "contains(body.messages[-1].content, 'error-401')",
  response: {
    status: 401,
    content: JSON.stringify({
      error: {
        message: 'Incorrect API key provided.',
        type: 'invalid_request_error',
        param: null,
        code: 'invalid_api_key',
      },
    }),
  },
};

/** A server whose agent is mock-llm, with its default rules (echo) and `rules` after them. */
async function with_mock_llm(rules, body) {
  const config = default_config();
  config.rules.push(...rules);
  const listener = create_mock_llm(config, '127.0.0.1', 0).listen(0, '127.0.0.1');
  try {
    await new Promise((resolve, reject) => listener.once('listening', resolve).once('error', reject));
    const baseUrl = `http://127.0.0.1:${listener.address().port}/v1`;
    const agents = [{ name: 'model', type: 'openai', baseUrl, model: 'gpt-4' }];
    await with_server({ config: { agents } }, body);
  } finally {
    listener.closeAllConnections();
    listener.close();
  }
}

test('a model answers each job with its own words', () =>
  with_mock_llm([], async (server) => {
    await in_parallel(50, 10, async (index) => {
      const job = await run_job(server, { content: `hello ${index}`, timeoutMs: 60_000 });

      assert.equal(job.status, 'completed', JSON.stringify(job));
      assert.equal(job.result.message.content, `hello ${index}`);
    });
  }));

test('the error of the model server is the error of the job', () =>
  with_mock_llm([refusal], async (server) => {
    const job = await run_job(server, { content: 'please error-401' });

    assert.equal(job.status, 'failed');
    assert.match(job.error, /401/);
    assert.match(job.error, /Incorrect API key provided/);
    assert.equal((await run_job(server, { content: 'fine' })).status, 'completed');
  }));
