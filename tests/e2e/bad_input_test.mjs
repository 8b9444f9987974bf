// Bytes that no decent client sends: each is answered or its connection closed, and the server
// goes on serving others. One process takes them all, so that what one breaks the next one finds.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assert_alive, jobs_path, run_job, user_id } from './jobs.mjs';
import { with_server } from './server.mjs';
import { raw_connection } from './wire.mjs';

const host = 'Host: localhost\r\n';
const json_type = 'Content-Type: application/json\r\n';
const json_headers = { 'Content-Type': 'application/json' };
const get = (target, more = '') => `GET ${target} HTTP/1.1\r\n${host}${more}\r\n`;
const post = (more, body = '') => `POST ${jobs_path} HTTP/1.1\r\n${host}${more}\r\n${body}`;
const body_bytes_max = 2 * 1024 * 1024;

/** Wrong from what is there: answered, and the connection ended, although the client keeps it open. */
const malformed = {
  words: ['good morning\r\n\r\n', 400],
  'binary bytes': [Buffer.from(Array.from({ length: 512 }, (_, index) => (index * 37) % 256)), 400],
  'a TLS hello': [Buffer.from('16030100c8010000c40303', 'hex'), 400],
  'an HTTP/2 preface': ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505],
  'an unknown version': [`GET /livez HTTP/x.y\r\n${host}\r\n`, 400],
  'an unknown method': [`BREW /livez HTTP/1.1\r\n${host}\r\n`, 501],
  'a method that is too long': [`${'A'.repeat(100_000)} /livez HTTP/1.1\r\n${host}\r\n`, 414],
  'a target that is too long': [get(`/${'a'.repeat(100_000)}`), 414],
  'a header that is too long': [get('/livez', `X-Long: ${'a'.repeat(100_000)}\r\n`), 431],
  'a header name that is too long': [get('/livez', `${'X'.repeat(100_000)}: a\r\n`), 431],
  'too many headers': [get('/livez', 'X-Many: a\r\n'.repeat(5_000)), 431],
  'a NUL in a header': [get('/livez', 'X-Nul: a\0b\r\n'), 400],
  'a NUL in the target': [get('/live\0z'), 400],
  'a header without a colon': [get('/livez', 'nonsense\r\n'), 400],
  'a space before a colon': [get('/livez', 'X-Space : a\r\n'), 400],
  'a folded header': [get('/livez', 'X-Folded: a\r\n b\r\n'), 400],
  'bare line feeds': [get('/livez').replaceAll('\r\n', '\n'), 400],
  'no host': ['GET /livez HTTP/1.1\r\n\r\n', 400],
  'two hosts': [get('/livez', host), 400],
  'a control byte in a header': [get('/livez', 'X-Bell: a\x01b\r\n'), 400],
  'two lengths': [post(`${json_type}Content-Length: 2\r\nContent-Length: 3\r\n`, '{}'), 400],
  'a length and chunks': [post('Content-Length: 2\r\nTransfer-Encoding: chunked\r\n', '{}'), 400],
  'a negative length': [post('Content-Length: -1\r\n', '{}'), 400],
  'a length beyond all numbers': [post(`Content-Length: ${'9'.repeat(40)}\r\n`, '{}'), 413],
  'a length that is no number': [post('Content-Length: two\r\n', '{}'), 400],
  'a length of a hundred gigabytes': [post(`${json_type}Content-Length: 107374182400\r\n`, '{}'), 413],
  'an unknown transfer coding': [post('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'), 501],
  'an unknown expectation': [post('Expect: money\r\nContent-Length: 2\r\n', '{}'), 417],
  'a broken chunk size': [post(`${json_type}Transfer-Encoding: chunked\r\n`, 'zz\r\n{}\r\n'), 400],
  'a broken chunk end': [post(`${json_type}Transfer-Encoding: chunked\r\n`, '1\r\n{}\r\n0\r\n\r\n'), 400],
  'an endless chunk size': [post(`${json_type}Transfer-Encoding: chunked\r\n`, 'f'.repeat(20_000)), 400],
};

/** Cut off before it could be wrong: the client's end of the connection ends it. */
const truncated = {
  'no bytes': '',
  'empty lines': '\r\n\r\n\r\n\r\n',
  'half a request line': 'GET /liv',
  'half a head': `GET /livez HTTP/1.1\r\n${host}`,
  'half a body': post(`${json_type}Content-Length: 100\r\n`, '{"userId":'),
  'half a chunk': post(`${json_type}Transfer-Encoding: chunked\r\n`, 'ff\r\n{"us'),
};

/** Request bodies that are refused with 400. */
const bodies = {
  'half a JSON text': '{"userId":',
  'two JSON texts': '{}{}',
  'a JSON text with a comment': '{/* */}',
  'a JSON text after a byte order mark': Buffer.from('efbbbf7b7d', 'hex'),
  'UTF-16': Buffer.from('{}', 'utf16le'),
  'not UTF-8': Buffer.from('7b2261223a22fffe227d', 'hex'),
  'UTF-8 in an overlong form': Buffer.from('7b2261223a22c080227d', 'hex'),
  'UTF-8 with a surrogate': Buffer.from('7b2261223a22eda080227d', 'hex'),
  'a JSON text with a lone surrogate': '{"a":"\\ud800"}',
  'a JSON text with a raw NUL': '{"a":"\0"}',
  'a JSON text with a NUL in a name': '{"a\\u0000":1}',
  'a JSON text with a number beyond all': '{"timeoutMs":1e400}',
  '120 KB of [': '['.repeat(120_000),
  '120 KB of {"a":': '{"a":'.repeat(24_000),
  'well-formed and 65 levels deep': `{"a":${'['.repeat(64)}${']'.repeat(64)}}`,
};

async function assert_refused_or_closed(server, what, connection) {
  await connection.answered_or_closed(what);

  for (const { status } of connection.answers) {
    assert.ok(status >= 400 && status < 600, `${what} was answered ${status}`);
  }
  connection.destroy();
  await assert_alive(server);
}

async function assert_refused(server, what, bytes, status) {
  const connection = new raw_connection(server.port).write(bytes);
  await connection.wait_for(`the end of ${what}`, (self) => self.is_closed);

  assert.deepEqual(connection.answers.map((answer) => answer.status), [status], what);
  assert.equal(connection.answers[0].headers.connection, 'close');
  await assert_alive(server);
}

async function assert_bad_body(server, body) {
  const answer = await server.call('POST', jobs_path, { body, headers: json_headers });

  assert.equal(answer.status, 400, answer.text);
  assert.equal(answer.json.success, false);
  const text = answer.json.error.message ?? answer.json.error;
  assert.ok(typeof text === 'string' && text.length > 0, answer.text);
  // Callers learn what is wrong, not which library found it.
  assert.doesNotMatch(text, /nlohmann|exception|parse_error|::/);
  await assert_alive(server);
}

async function deepest_body_is_taken(server) {
  const deep = '['.repeat(62) + ']'.repeat(62);
  const body = `{"userId":"${user_id}","content":"deep","metadata":{"a":${deep}}}`;

  const created = await server.call('POST', jobs_path, { body, headers: json_headers });

  assert.equal(created.status, 201, created.text);
  const { json } = await server.call('GET', `${jobs_path}/${created.json.jobId}?wait=60`);
  assert.equal(JSON.stringify(json.metadata), `{"a":${deep}}`);
}

async function largest_body_is_taken(server) {
  const open = `{"userId":"${user_id}","content":"large","ignored":"`;
  const filled = (length) => `${open}${'x'.repeat(length - open.length - 2)}"}`;
  const send = (body) => server.call('POST', jobs_path, { body, headers: json_headers });

  const fits = await send(filled(body_bytes_max));
  const above = await send(filled(body_bytes_max + 1));

  assert.equal(fits.status, 201, fits.text);
  assert.equal(above.status, 413, above.text);
  assert.equal(above.json.success, false);
  assert.equal(above.json.error.code, 413);
}

async function huge_body_is_cut(server) {
  const connection = new raw_connection(server.port);
  const chunk = 'x'.repeat(1024 * 1024);
  connection.write(post(`${json_type}Content-Length: ${64 * chunk.length}\r\n`));
  for (let count = 0; count < 64; count += 1) connection.write(chunk);

  await connection.answered_or_closed('a body of 64 MiB');

  for (const { status } of connection.answers) assert.equal(status, 413);
  connection.destroy();
  await assert_alive(server);
}

async function odd_paths_are_answered(server) {
  const expected = {
    '/%zz': [400],
    '/%': [400],
    '/%00': [400, 404],
    '/../../etc/passwd': [404],
    '/%2e%2e%2f%2e%2e%2fetc%2fpasswd': [404],
    '//': [404],
    [`${jobs_path}/%zz`]: [400],
    [`${jobs_path}/%ff%fe`]: [400, 404],
    [`${jobs_path}/${'9'.repeat(4000)}`]: [404],
    [`${jobs_path}/health/`]: [200],
    [`${jobs_path}/?limit=99999999999999999999`]: [200],
  };
  for (const [target, statuses] of Object.entries(expected)) {
    const answer = await server.call('GET', target);
    assert.ok(statuses.includes(answer.status), `${target}: ${answer.status} ${answer.text}`);
    assert.notEqual(answer.text, '', target);
  }
}

async function headers_cannot_be_injected(server) {
  const connection = new raw_connection(server.port);
  const target = `${jobs_path}/%0d%0aSet-Cookie:%20evil=1`;
  connection.write(get(target, 'X-Request-Id: a%0d%0aSet-Cookie: evil=1\r\nOrigin: a\r\n'));

  await connection.answered_or_closed('an injected header');

  for (const { headers } of connection.answers) assert.equal(headers['set-cookie'], undefined);
  connection.destroy();
}

test('bad input harms nobody but its sender', (t) =>
  with_server({}, async (server) => {
    for (const [name, [bytes, status]] of Object.entries(malformed)) {
      await t.test(`${name}: ${status}`, () => assert_refused(server, name, bytes, status));
    }
    for (const [name, bytes] of Object.entries(truncated)) {
      await t.test(`${name}: refused or closed`, () => {
        const connection = new raw_connection(server.port, { half_open: true });
        return assert_refused_or_closed(server, name, connection.write(bytes).half_close());
      });
    }
    for (const [name, body] of Object.entries(bodies)) {
      await t.test(`a body that is ${name}: 400`, () => assert_bad_body(server, body));
    }
    await t.test('a body may be 64 levels deep', () => deepest_body_is_taken(server));
    await t.test('a body may be 2 MiB, one byte more is 413', () => largest_body_is_taken(server));
    await t.test('a body of 64 MiB is answered or cut', () => huge_body_is_cut(server));
    await t.test('odd paths are answered', () => odd_paths_are_answered(server));
    await t.test('headers cannot be injected', () => headers_cannot_be_injected(server));
    await t.test('after all that a job runs as before', async () => {
      assert.equal((await run_job(server)).status, 'completed');
    });
  }));
