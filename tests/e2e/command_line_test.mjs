// The program's own face: flags, configuration faults, check-config.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { run_job } from './jobs.mjs';
import { run_program, with_directory, with_server } from './server.mjs';

const loopback = { listen: '127.0.0.1:0', store: 'memory:' };

/** Runs `args` with a configuration file made of `config` (text or value). */
function run_with_config(args, config, env) {
  return with_directory(async (directory) => {
    const file = path.join(directory, 'config.json');
    await writeFile(file, typeof config === 'string' ? config : JSON.stringify(config));
    return run_program([...args, '--config', file], { cwd: directory, env });
  });
}

/** Starts a server that must refuse to start; gives what it says. */
async function refusal(config, env) {
  const { code, signal, stdout, stderr } = await run_with_config(['serve'], config, env);
  assert.equal(signal, null);
  assert.ok(code > 0, `exit code ${code}\n${stdout}${stderr}`);
  assert.notEqual(stderr, '', 'faults are told on stderr');
  return stderr;
}

test('--version names the program and its version', async () => {
  const { code, stdout } = await run_program(['--version']);

  assert.equal(code, 0);
  assert.match(stdout, /^callboard \d+\.\d+\.\d+\b/);
});

test('--help lists the commands', async () => {
  const { code, stdout } = await run_program(['--help']);

  assert.equal(code, 0);
  for (const word of ['serve', 'check-config', 'key', '--config']) assert.ok(stdout.includes(word), word);
});

test('an unknown flag or command is a fault', async () => {
  for (const args of [['--frobnicate'], ['frobnicate'], ['serve', '--frobnicate']]) {
    const { code, stderr } = await run_program(args);
    assert.ok(code > 0, args.join(' '));
    assert.match(stderr, /frobnicate/);
  }
});

const config_faults = [
  ['an unknown key', { lisen: 'x' }, [/\/lisen/, /did you mean/i, /listen/]],
  ['a wrong type', { capacity: { maxJobs: 'many' } }, [/\/capacity\/maxJobs/]],
  ['a number out of range', { messaging: { defaultTimeoutMs: 5 } }, [/\/messaging\/defaultTimeoutMs/]],
  ['an agent without its url', { agents: [{ name: 'a', type: 'http' }] }, [/\/agents\/0(\/url)?/, /url/]],
  ['an unknown agent type', { agents: [{ name: 'a', type: 'psychic' }] }, [/\/agents\/0\/type/]],
  ['two agents of one name', {
    agents: [{ name: 'a', type: 'echo' }, { name: 'a', type: 'echo' }],
  }, [/\/agents\/1/]],
  ['an agent id that is none', { agents: [{ id: 'x', name: 'a', type: 'echo' }] }, [/\/agents\/0\/id/]],
  ['a variable that is not set', {
    agents: [{ name: 'a', type: 'http', url: 'http://127.0.0.1:1/', secret: '${NO_SUCH_VARIABLE}' }],
  }, [/\/agents\/0\/secret/, /NO_SUCH_VARIABLE/]],
  ['a digest that is none', {
    apiKeys: [{ name: 'k', sha256: 'abc', org: 'default', scopes: ['MESSAGING'] }],
  }, [/\/apiKeys\/0\/sha256/]],
  ['an unknown scope', {
    apiKeys: [{ name: 'k', sha256: '0'.repeat(64), org: 'default', scopes: ['EVERYTHING'] }],
  }, [/\/apiKeys\/0\/scopes\/0/, /MESSAGING/]],
  ['half of TLS', { tls: { certificate: '/nowhere.pem' } }, [/\/tls/]],
];

for (const [name, config, patterns] of config_faults) {
  test(`${name} is refused at its JSON Pointer`, async () => {
    const text = await refusal({ ...loopback, ...config });

    for (const pattern of patterns) assert.match(text, pattern);
  });
}

test('all faults of a file are told at once', async () => {
  const config = { ...loopback, lisen: 1, threads: { http: -1 }, log: { level: 'loud' } };
  const text = await refusal(config);

  for (const pointer of ['/lisen', '/threads/http', '/log/level']) assert.ok(text.includes(pointer), text);
});

test('a file that is not JSON is refused with the place', async () => {
  assert.match(await refusal('{"listen": '), /config\.json/);
  assert.match(await refusal('[]'), /object/);
});

test('a file that is not there is refused by its name', async () => {
  const { code, stderr } = await run_program(['serve', '--config', '/nowhere/at-all.json']);

  assert.ok(code > 0);
  assert.match(stderr, /at-all\.json/);
});

test('comments in the file are allowed', async () => {
  const text = '// one\n{ /* two */ "store": "memory:" } // three\n';
  const { code, stderr } = await run_with_config(['check-config'], text);

  assert.equal(code, 0, stderr);
});

test('a listener beyond this machine needs a key', async () => {
  for (const listen of ['0.0.0.0:0', '[::]:0']) {
    const text = await refusal({ ...loopback, listen });
    assert.match(text, /key/i);
    assert.match(text, /allowInsecure/);
  }
  await with_server({ config: { listen: '0.0.0.0:0', allowInsecure: true } }, async (server) => {
    assert.equal((await run_job(server)).status, 'completed');
  });
});

test('an address that is taken is a fault with a text', () =>
  with_server({}, async (server) => {
    const listen = `127.0.0.1:${server.port}`;
    const text = await refusal({ ...loopback, listen });

    assert.ok(text.includes(listen) || text.includes(String(server.port)), text);
  }));

test('flags override the environment, the environment overrides the file', async () => {
  const effective = async (args, env) => {
    const config = { ...loopback, listen: '127.0.0.1:1111' };
    const { code, stdout, stderr } = await run_with_config(['check-config', ...args], config, env);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout).listen;
  };
  const env = { CALLBOARD_LISTEN: '127.0.0.1:2222' };

  assert.equal(await effective([]), '127.0.0.1:1111');
  assert.equal(await effective([], env), '127.0.0.1:2222');
  assert.equal(await effective(['--listen', '127.0.0.1:3333'], env), '127.0.0.1:3333');
});

test('check-config shows the effective settings and no secret', async () => {
  const digest = 'ab'.repeat(32);
  const env = { TEST_SECRET: 'whsec_c2VjcmV0LW9mLXRoZS10ZXN0', TEST_TOKEN: 'token-of-the-test' };
  const { code, stdout, stderr } = await run_with_config(['check-config'], {
    ...loopback,
    apiKeys: [{ name: 'ci', sha256: digest, org: 'default', scopes: ['MESSAGING'] }],
    agents: [{
      name: 'hook', type: 'http', url: 'http://127.0.0.1:9000/', secret: '${TEST_SECRET}',
      headers: { Authorization: 'Bearer ${TEST_TOKEN}' },
    }],
  }, env);

  assert.equal(code, 0, stderr);
  const shown = JSON.parse(stdout);
  assert.equal(shown.store, 'memory:');
  assert.equal(shown.capacity.maxJobs, 10_000);
  assert.equal(shown.agents[0].name, 'hook');
  for (const secret of [env.TEST_SECRET, env.TEST_TOKEN, 'c2VjcmV0']) {
    assert.ok(!(stdout + stderr).includes(secret), secret);
  }
});

test('check-config refuses what serve refuses', async () => {
  const { code, stderr } = await run_with_config(['check-config'], { lisen: 1 });

  assert.ok(code > 0);
  assert.match(stderr, /\/lisen/);
});
