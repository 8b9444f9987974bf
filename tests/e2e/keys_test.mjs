// Who may call: keys, scopes, organisations, origins.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { create_job, jobs_path, user_id } from './jobs.mjs';
import { run_program, with_server } from './server.mjs';

/** `callboard key new`: the key and the JSON to paste. */
async function new_key(org, scopes) {
  const scope_args = scopes.flatMap((scope) => ['--scope', scope]);
  const args = ['key', 'new', '--org', org, ...scope_args];
  const { code, stdout, stderr } = await run_program(args);
  assert.equal(code, 0, stderr);
  const entry = JSON.parse(/\{[\s\S]*\}/.exec(stdout)[0]);
  const key = stdout.replace(/\{[\s\S]*\}/, '').split(/\s+/).find((word) => word.length >= 32);
  assert.ok(key, `no key in: ${stdout}`);
  return { key, entry };
}

test('key new makes a key that opens what its scope says', async () => {
  const mine = await new_key('default', ['MESSAGING']);
  const other = await new_key('other', ['MESSAGING']);
  const wrong_scope = await new_key('default', ['JOBS']);
  assert.match(mine.entry.sha256, /^[0-9a-f]{64}$/);
  assert.equal(mine.entry.org, 'default');
  assert.deepEqual(mine.entry.scopes, ['MESSAGING']);
  assert.notEqual(mine.key, other.key);

  const apiKeys = [mine, other, wrong_scope].map(({ entry }, index) => ({ ...entry, name: `k${index}` }));
  const organizations = [{ id: 'default', name: 'Default' }, { id: 'other', name: 'Other' }];
  await with_server({ config: { apiKeys, organizations } }, async (server) => {
    const as = (key) => ({ headers: { 'X-API-Key': key } });
    const { jobId: job_id } = await create_job(server, {}, { 'x-api-key': mine.key });
    const target = `${jobs_path}/${job_id}`;

    assert.equal((await server.call('GET', target, as(mine.key))).status, 200);
    const bearer = { headers: { authorization: `Bearer ${mine.key}` } };
    assert.equal((await server.call('GET', target, bearer)).status, 200);
    // Another organisation's job is not even seen.
    assert.equal((await server.call('GET', target, as(other.key))).status, 404);
    assert.equal((await server.call('GET', jobs_path, as(other.key))).json.total, 0);
    const out_of_scope = await server.call('GET', target, as(wrong_scope.key));
    assert.ok([401, 403].includes(out_of_scope.status), out_of_scope.text);
    assert.equal((await server.call('GET', '/livez')).status, 200);
    await assert_key_required(server, target, mine.key);
  });
});

async function assert_key_required(server, target, key) {
  const json = { userId: user_id, content: 'let me in' };
  for (const headers of [{}, { 'X-API-Key': 'wrong' }, { 'X-API-Key': `${key}x` }, { 'X-API-Key': '' }]) {
    for (const [method, path_] of [['GET', target], ['POST', jobs_path], ['GET', jobs_path]]) {
      const body = method === 'POST' ? { json } : {};
      const refused = await server.call(method, path_, { headers, ...body });
      assert.equal(refused.status, 401, `${method} ${path_}: ${refused.text}`);
      assert.deepEqual(refused.json, {
        error: 'API key required',
        message: 'Missing or invalid X-API-KEY header',
      });
    }
  }
}

test('the token in the environment is a key', () =>
  with_server({ env: { ELIZA_SERVER_AUTH_TOKEN: 'open-sesame' } }, async (server) => {
    const created = await create_job(server, {}, { 'X-API-KEY': 'open-sesame' });

    assert.ok(created.jobId);
    assert.equal((await server.call('GET', jobs_path)).status, 401);
  }));

test('a web page of another origin cannot drive an open server', () =>
  with_server({}, async (server) => {
    const json = { userId: user_id, content: 'hello' };
    const post_from = (Origin) => server.call('POST', jobs_path, { json, headers: { Origin } });

    assert.equal((await post_from('https://evil.example')).status, 403);
    assert.equal((await post_from('null')).status, 403);
    assert.equal((await post_from(server.url)).status, 201);
  }));

// `curl -H 'Host: evil.example' http://127.0.0.1:3000/api/messaging/jobs` showed every prompt.
test('an open server answers only to local names and its public one', () =>
  with_server({ config: { publicUrl: 'https://jobs.example.com' } }, async (server) => {
    await create_job(server);
    const get = (target, Host) => server.call('GET', target, { headers: { Host } });

    for (const target of [jobs_path, '/api/jobs']) {
      for (const host of [`localhost:${server.port}`, `[::1]:${server.port}`, 'jobs.example.com']) {
        assert.equal((await get(target, host)).status, 200, `${target} ${host}`);
      }
      const refused = await get(target, `evil.example:${server.port}`);
      assert.equal(refused.status, 403, target);
      assert.equal(refused.json.code, 'host_not_allowed');
      assert.doesNotMatch(refused.text, /hello/);
    }
    assert.equal((await get('/readyz', 'evil.example')).status, 200);
  }));

test('agent jobs can be tried without a configuration', () =>
  with_server({ config: {} }, async (server) => {
    const headers = { 'X-API-Key': (await readFile(path.join(server.directory, 'var/dev-key'), 'utf8')).trim() };
    const types = await server.call('GET', '/organizations/default/agent-jobs-type', { headers });
    assert.deepEqual(types.json.data.map(({ id }) => id), ['echo']);
    const json = {
      target_channel: { platform: 'none', code: 'c' },
      job_type_id: 'echo',
      config: { start_prompt: 'Hello' },
    };

    const made = await server.call('POST', '/services/agent-jobs?wait=10', { json, headers });

    assert.equal(made.json.data.job_status, 'COMPLETED', made.text);
    assert.match(made.json.data.result, /Hello/);
  }));
