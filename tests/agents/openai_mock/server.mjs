// mock-llm on a free port of the loopback interface: prints the port, then serves until its standard
// input ends.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { createServer } = require('@dwmkerr/mock-llm/dist/server.js');
const { getDefaultConfig } = require('@dwmkerr/mock-llm/dist/config.js');

/** A rule for prompts that contain `text`; `{{…}}` in the body is filled in from the request. */
function rule(text, status, body) {
  return {
    path: '/v1/chat/completions',
    method: 'POST',
    match: `contains(body.messages[-1].content, '${text}')`,
    response: { status, content: JSON.stringify(body) },
  };
}

/** A completion with that text. */
function completion(content) {
  return {
    id: 'chatcmpl-{{timestamp}}',
    object: 'chat.completion',
    model: '{{jmes request body.model}}',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 },
  };
}

const quote = (expression) => `{{jmes request ${expression}}}`;

const settings = `${quote('body.temperature')} ${quote('body.max_tokens')}`;
const messages = [0, 1, 2, 3]
  .map((n) => `${quote(`body.messages[${n}].role`)}=${quote(`body.messages[${n}].content`)}`)
  .join('; ');

const config = getDefaultConfig();
config.rules.push(
  rule('count tokens', 200, completion('counted')),
  rule('who am I', 200, completion(quote('headers.authorization'))),
  rule('which settings', 200, completion(settings)),
  rule('what was said', 200, completion(messages)),
  rule('refuse me', 401, {
    error: { message: 'Incorrect API key provided.', type: 'invalid_request_error', param: null },
  }),
  rule('too many', 429, { error: { message: 'Rate limit reached.', type: 'requests' } }),
  rule('break down', 500, { error: { message: 'The server had an error.', type: 'server_error' } }),
);

// It tells of every request; nobody reads that.
console.log = () => {};
const listener = createServer(config, '127.0.0.1', 0).listen(0, '127.0.0.1', () => {
  process.stdout.write(`${listener.address().port}\n`);
});
process.stdin.resume().on('end', () => process.exit(0));
