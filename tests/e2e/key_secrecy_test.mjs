// Keys are shown once, by whoever made them: the server keeps them nowhere and tells nobody.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { jobs_path, user_id } from './jobs.mjs';
import { with_server } from './server.mjs';
import { in_parallel } from './until.mjs';

const count = 1000;
const scopes = ['MESSAGING', 'SERVICES:READ', 'SERVICES:WRITE', 'JOBS', 'OPERATIONS'];

/** All files below a directory: `[{name, bytes}]`. */
async function files_in(directory) {
  const entries = await readdir(directory, { withFileTypes: true });
  const found = await Promise.all(entries.map(async (entry) => {
    const name = path.join(directory, entry.name);
    return entry.isDirectory() ? files_in(name) : [{ name, bytes: await readFile(name, 'latin1') }];
  }));
  return found.flat();
}

test('a thousand keys are found in no file, log or metric', () => {
  const keys = Array.from({ length: count }, () => `cb_${randomBytes(32).toString('base64url')}`);
  const apiKeys = keys.map((key, index) => ({
    name: `key-${index}`,
    sha256: createHash('sha256').update(key).digest('hex'),
    scopes,
  }));
  const config = {
    apiKeys,
    store: 'sqlite:jobs.db',
    log: { level: 'debug', format: 'json', directory: 'logs' },
    agents: [{ name: 'echo', type: 'echo' }, { name: 'gone', type: 'http', url: 'http://127.0.0.1:9/' }],
  };
  return with_server({ config }, async (server) => {
    const shown = [];
    const ask = async (method, target, options) => {
      const answer = await server.call(method, target, options);
      shown.push(JSON.stringify(answer.headers) + answer.text);
      return answer;
    };
    await in_parallel(count, 16, async (index) => {
      const key = keys[index];
      const headers = index % 2 ? { 'X-API-Key': key } : { authorization: `Bearer ${key}` };
      const json = { userId: user_id, content: `job ${index}` };
      assert.equal((await ask('POST', jobs_path, { headers, json })).status, 201);
      // Faults are where such things slip out.
      await ask('POST', jobs_path, { headers, body: '{' });
      await ask('GET', '/nowhere', { headers });
      await ask('GET', '/api/jobs/nothing', { headers });
    });
    await ask('GET', '/metrics', { headers: { 'X-API-Key': keys[0] } });
    await ask('GET', '/readyz?verbose');

    const places = [
      ...(await files_in(server.directory)),
      { name: 'what it printed', bytes: server.log },
      { name: 'its answers', bytes: shown.join('\n') },
    ];
    assert.ok(places.some(({ name, bytes }) => name.includes('jobs.db') && bytes.includes('job 1')));
    assert.ok(server.log.includes('"key":"key-1"'), 'the log names the keys');
    for (const { name, bytes } of places) {
      const found = keys.findIndex((key) => bytes.includes(key));
      assert.equal(found, -1, `key ${found} stands in ${name}`);
    }
  });
});
