// What an operator finds in the logs, and who else can read them.
import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { agent_ids, create_job, jobs_path, user_id } from './jobs.mjs';
import { answer_json, silent, with_peer } from './peer.mjs';
import { run_program, with_directory, with_server } from './server.mjs';
import { until } from './until.mjs';

const read_log = (server) => readFile(path.join(server.directory, 'logs', 'callboard.log'), 'utf8');

const hook = (peer, more = {}) => ({ name: 'hook', type: 'http', url: peer.url, ...more });

/** Each line as JSON; a line that is none is a fault. */
function json_lines(text) {
  return text.split('\n').filter(Boolean).map((line) => {
    try {
      return JSON.parse(line);
    } catch {
      return assert.fail(`no JSON: ${line}`);
    }
  });
}

/** All files and directories below a directory, with their rights. */
async function rights_in(directory) {
  const entries = await readdir(directory, { withFileTypes: true });
  const found = await Promise.all(entries.map(async (entry) => {
    const name = path.join(directory, entry.name);
    const mode = ((await stat(name)).mode & 0o777).toString(8);
    return [[name, mode], ...(entry.isDirectory() ? await rights_in(name) : [])];
  }));
  return found.flat();
}

// Symptom: database, log and lock were 0644, their directories 0755.
test('what the server makes is for its owner alone', () =>
  with_directory((directory) =>
    with_server({ config: { store: 'sqlite:data/jobs.db' }, directory }, async (server) => {
      await create_job(server);

      const ours = (await rights_in(directory)).filter(([name]) => !/(port|config\.json)$/.test(name));
      const expected = ours.map(([name]) => [name, /\/(logs|var|data)$/.test(name) ? '700' : '600']);
      assert.deepEqual(ours, expected);
      for (const name of ['jobs.db', 'jobs.db-wal', 'jobs.db-shm', 'jobs.db.lock', 'dev-key',
        'callboard.log', 'failures.jsonl']) {
        assert.ok(ours.some(([file]) => path.basename(file) === name), name);
      }
    })));

test('an export is for its owner alone, and replaces a link without following it', () =>
  with_directory(async (directory) => {
    const victim = path.join(directory, 'victim');
    await writeFile(victim, 'precious');
    await symlink(victim, path.join(directory, 'jobs.jsonl.part'));
    const store = ['--store', 'sqlite:jobs.db'];
    await with_server({ config: { store: 'sqlite:jobs.db' }, directory }, create_job);

    const exported = await run_program(['store', 'export', '--output', 'jobs.jsonl', ...store], {
      cwd: directory,
    });

    assert.equal(exported.code, 0, exported.stderr);
    const { mode } = await stat(path.join(directory, 'jobs.jsonl'));
    assert.equal((mode & 0o777).toString(8), '600');
    assert.equal(await readFile(victim, 'utf8'), 'precious');
  }));

// Symptom: whoever put a link there had the server overwrite any of its user's files.
test('a link in the place of the lock or of a log is not followed', () =>
  with_directory(async (directory) => {
    const victim = path.join(directory, 'victim');
    await writeFile(victim, 'precious');
    await symlink(victim, path.join(directory, 'jobs.db.lock'));
    await symlink(victim, path.join(directory, 'callboard.log'));
    const config = path.join(directory, 'c.json');

    await writeFile(config, JSON.stringify({ listen: '127.0.0.1:0', store: 'sqlite:jobs.db' }));
    const locked = await run_program(['--config', config], { cwd: directory });
    await writeFile(config, JSON.stringify({ listen: '127.0.0.1:0', store: 'memory:', log: { directory: '.' } }));
    const logged = await run_program(['--config', config], { cwd: directory });

    assert.equal(locked.code, 69);
    assert.match(locked.stderr, /jobs\.db\.lock.*symbolic link/);
    assert.equal(logged.code, 69);
    assert.match(logged.stderr, /callboard\.log.*symbolic link/);
    assert.equal(await readFile(victim, 'utf8'), 'precious');
  }));

// Symptom: SIGHUP, which logrotate and a closed terminal send, ended the server at once.
test('SIGHUP opens log files anew and ends nothing', () =>
  with_peer(silent, (peer) =>
    with_server({ config: { agents: [hook(peer)] } }, async (server) => {
      await create_job(server, { timeoutMs: 300_000 });
      await until('the task at the agent', () => peer.open === 1);
      const log = path.join(server.directory, 'logs', 'callboard.log');
      await rename(log, `${log}.moved`);

      process.kill(server.pid, 'SIGHUP');

      await until('a new log', async () => /log files were reopened/.test(await readFile(log, 'utf8').catch(() => '')));
      assert.equal((await server.call('GET', '/readyz')).status, 200);
      assert.equal(peer.open, 1, 'the task goes on');
      server.kill('SIGTERM');
      process.kill(server.pid, 'SIGHUP');
      server.kill('SIGKILL');
      server.expected_exit = { code: null, signal: 'SIGKILL' };
    })));

// Symptom: the second server wrote "cannot start" into the log of the first, rotated it, and so on.
test('a second server that is refused leaves the log of the first alone', () =>
  with_directory(async (directory) => {
    const config = { store: 'sqlite:jobs.db', log: { directory: 'logs' } };
    await with_server({ config, directory }, async (server) => {
      const before = await read_log(server);

      const second = await run_program(['--config', 'config.json'], { cwd: directory });

      assert.equal(second.code, 69);
      assert.match(second.stderr, new RegExp(`in use by process ${server.pid}`));
      assert.equal(await read_log(server), before);
    });
  }));

test('without a log directory there is no file, and failed attempts are told on standard error', () =>
  with_peer((task, response) => answer_json(response, 200, { status: 'failed', error: 'no luck' }), (peer) => {
    const options = {
      config: { agents: [hook(peer, { id: agent_ids.first })] },
      env: { CALLBOARD_LOG_DIRECTORY: '' },
    };
    return with_server(options, async (server) => {
      const json = {
        name: 'often', agentId: agent_ids.first, interval: 3_600_000, payload: {},
        retryPolicy: { maxRetries: 0 },
      };
      const made = await server.call('POST', '/api/jobs', { json });
      assert.equal(made.status, 201, made.text);
      await server.call('POST', `/api/jobs/${made.json.id}/run`);

      await until('a line', () => /attempt failed .*name=often .*attempt=1 error="no luck"/.test(server.log));
      assert.ok(!(await readdir(server.directory)).includes('logs'));
    });
  }));

// Symptom: the development key and spdlog's own complaints were no JSON.
test('with the JSON format standard error holds nothing but JSON, and stopped is the last line', () =>
  with_peer(silent, async (peer) => {
    const config = { agents: [hook(peer)], log: { format: 'json' }, shutdown: { graceSeconds: 1 } };
    let log;
    await with_server({ config }, async (server) => {
      await create_job(server);
      await until('the task at the agent', () => peer.open === 1);
      server.kill('SIGTERM');
      ({ stderr: log } = await server.ended());
    });
    const lines = json_lines(log);
    assert.ok(lines.some(({ key }) => key?.startsWith('cb_')), 'the development key');
    assert.ok(lines.some(({ message, live }) => message === 'jobs resumed' && live === 0));
    assert.ok(lines.some(({ message }) => message === 'job failed'), 'the job that was stopped');
    assert.equal(lines.at(-1).message, 'stopped');
  }));

test('configuration faults are JSON where the configuration says so', () =>
  with_directory(async (directory) => {
    const file = path.join(directory, 'c.json');
    await writeFile(file, JSON.stringify({ log: { format: 'json' }, lisen: 1, threads: { http: -1 } }));
    for (const env of [{}, { CALLBOARD_LOG_FORMAT: 'json' }]) {
      const { code, stderr } = await run_program(['--config', file], { cwd: directory, env });

      assert.equal(code, 78);
      assert.deepEqual(json_lines(stderr).map(({ where }) => where), ['/lisen', '/threads/http']);
    }
  }));

// Symptom: a job that failed was logged nowhere unless the level was `debug`.
test('failed and timed out jobs and 5xx are logged with their ids, others only when asked for', async () => {
  const play = (task, response) => {
    if (task.content === 'fail') answer_json(response, 400, { error: 'no such thing' });
    if (task.content === 'work') answer_json(response, 200, { content: 'done' });
  };
  await with_peer(play, async (peer) => {
    for (const choice of ['failures', 'off', 'all']) {
      const log = { jobs: choice, requests: choice, format: 'json' };
      await with_server({ config: { agents: [hook(peer)], log } }, async (server) => {
        const run = async (content, timeoutMs) => {
          const json = { userId: user_id, content, timeoutMs };
          const headers = { Prefer: 'wait=60', 'X-Request-Id': `request-${content}` };
          return (await server.call('POST', jobs_path, { json, headers })).json.jobId;
        };
        const ids = {};
        for (const [content, limit] of [['fail', 60_000], ['hang', 1000], ['work', 60_000]]) {
          ids[content] = await run(content, limit);
        }
        const expected = {
          off: [],
          failures: [['job failed', ids.fail], ['job timeout', ids.hang]],
          all: [['job failed', ids.fail], ['request', ids.fail], ['job timeout', ids.hang],
            ['request', ids.hang], ['job completed', ids.work], ['request', ids.work]],
        };
        const told = () => json_lines(server.program.output.stderr)
          .filter(({ message, path: asked }) => /^job (?!s)/.test(message) || asked === jobs_path)
          .map(({ message, job_id: id }) => [message, id]);
        const sorted = (pairs) => pairs.map(String).sort();
        await until(`the lines of ${choice}`, () => told().length >= expected[choice].length);
        assert.deepEqual(sorted(told().filter(([message]) => message !== 'jobs resumed')), sorted(expected[choice]));
        const failed = json_lines(server.program.output.stderr).find(({ message }) => message === 'job failed');
        if (failed) {
          assert.equal(failed.agent, 'hook');
          assert.equal(failed.attempt, 1);
          assert.match(failed.reason, /400.*no such thing/);
        }
        const request = json_lines(server.program.output.stderr).find(({ job_id: id, message }) => message === 'request' && id === ids.fail);
        if (request) assert.equal(request.request_id, 'request-fail');
      });
    }
  });
});

test('a development key that others may know opens nothing', () =>
  with_directory(async (directory) => {
    await mkdir(path.join(directory, 'var'));
    const file = path.join(directory, 'var', 'dev-key');
    for (const [key, mode] of [['x', 0o600], ['k'.repeat(46), 0o644], ['k'.repeat(46), 0o600]]) {
      await writeFile(file, `${key}\n`);
      await chmod(file, mode);
      await with_server({ directory }, async (server) => {
        const { status } = await server.call('GET', '/services/agent-jobs', { headers: { 'X-API-Key': key } });

        const is_fine = key.length > 1 && mode === 0o600;
        assert.equal(status, is_fine ? 200 : 401);
        assert.equal(/no key opens/.test(server.log), !is_fine);
      });
    }
  }));
