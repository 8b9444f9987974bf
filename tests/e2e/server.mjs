// Starts the built server for a test and always ends it again.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { call } from './wire.mjs';
import { guarded, until } from './until.mjs';

/** The program under test, as CTest names it. */
export const binary = process.env.CALLBOARD_BINARY;
assert.ok(binary, 'CALLBOARD_BINARY must name the callboard-server program');

/** A program without agents whose time limit for requests is an argument: embedded_server.cpp. */
export const embedded_server = process.env.EMBEDDED_SERVER;
assert.ok(embedded_server, 'EMBEDDED_SERVER must name the embedded_server program');

// What AddressSanitizer, LeakSanitizer, UBSan and assert() print, whatever the exit code.
const sanitizer_report = /\w+Sanitizer:|runtime error:|Assertion .* failed|terminate called/;

/** A fresh directory that is gone after `body`. */
export async function with_directory(body) {
  const directory = await mkdtemp(path.join(tmpdir(), 'callboard-'));
  try {
    return await body(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The environment of the test without what would configure a server. */
function clean_environment() {
  const is_setting = (name) => name.startsWith('CALLBOARD_') || name === 'ELIZA_SERVER_AUTH_TOKEN';
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !is_setting(name)));
}

// The child dies with its parent even when a time limit kills the test outright.
export function spawn_program(args, { cwd, env, program = binary, open_files_max, through = [] }) {
  const stdio = ['ignore', 'pipe', 'pipe'];
  const options = { cwd, env: { ...clean_environment(), ...env }, stdio };
  const limited = open_files_max ? ['prlimit', `--nofile=${open_files_max}`] : [];
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...limited, ...through, program, ...args], options);
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => (output[name] += text));
  }
  const exited = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, ...output }));
  });
  return { child, output, exited };
}

// Of objects that UBSan cannot look at, for want of a descriptor (app/sanitizer_options.cpp).
const blind_report = /^.*runtime error: .* which does not point to an object of type .*$/gm;

function check_no_sanitizer_report({ stderr }, { may_be_blind = false } = {}) {
  const reports = may_be_blind ? stderr.replace(blind_report, '') : stderr;
  assert.doesNotMatch(reports, sanitizer_report, 'the program must run without faults');
}

/** Runs the program to its end (`check-config`, `--version` …): `{code, signal, stdout, stderr}`. */
export async function run_program(args, { cwd, env } = {}) {
  const { child, exited } = spawn_program(args, { cwd, env });
  try {
    const exit = await guarded(exited, `the end of callboard ${args.join(' ')}`);
    check_no_sanitizer_report(exit);
    return exit;
  } finally {
    child.kill('SIGKILL');
  }
}

/** A server process; `with_server` makes and ends it. */
class server_process {
  constructor(program, directory) {
    this.program = program;
    this.directory = directory;
    this.http_agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
    this.expected_exit = { code: 0, signal: null };
    program.exited.then((exit) => (this.exit = exit), () => {});
  }

  /** All that it printed so far. */
  get log() {
    return this.program.output.stdout + this.program.output.stderr;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid() {
    return this.program.child.pid;
  }

  /** One request over a pool of kept connections; see `call` in wire.mjs. */
  call(method, target, options = {}) {
    return call(this.port, method, target, { agent: this.http_agent, ...options });
  }

  /** Sends a signal. A test that stops the server itself is not disturbed by a second SIGTERM. */
  kill(signal) {
    this.is_stopping = true;
    this.program.child.kill(signal);
  }

  /** Ends it as a crash would. */
  async crash() {
    this.expected_exit = { code: null, signal: 'SIGKILL' };
    this.kill('SIGKILL');
    await this.ended();
  }

  /** Waits for the end of the process: `{code, signal, stdout, stderr}`. */
  ended() {
    return guarded(this.program.exited, 'the end of the server process');
  }

  async wait_until_ready(port_file) {
    await until('a ready server', async () => {
      assert.equal(this.exit, undefined, 'the server must not end while it starts');
      this.port = Number(await readFile(port_file, 'utf8').catch(() => ''));
      return this.port > 0 && (await answers_ready(this.port));
    });
  }

  /** Stops it as an operator would and checks that it went well. */
  async stop() {
    this.http_agent.destroy();
    if (!this.is_stopping) this.kill('SIGTERM');
    const { code, signal, ...output } = await this.ended();
    check_no_sanitizer_report(output, { may_be_blind: this.may_be_blind });
    assert.deepEqual({ code, signal }, this.expected_exit, 'exit of the server');
  }
}

async function answers_ready(port) {
  try {
    return (await call(port, 'GET', '/readyz')).status === 200;
  } catch {
    return false; // not listening yet
  }
}

function last_lines(text, count) {
  return text.split('\n').slice(-count).join('\n');
}

/** Settings every test server has unless the test says otherwise. */
const base_config = { listen: '127.0.0.1:0', store: 'memory:' };

/**
 * Runs `body` with a ready server and ends the server, whatever `body` did. Fails on an unexpected
 * exit and on any sanitizer report.
 * @param options.config settings on top of `base_config`; null: no configuration file at all.
 * @param options.args further arguments; @param options.env further environment.
 * @param options.directory where to run it; by default a fresh one that is gone afterwards.
 * @param options.open_files_max limit on the file descriptors of the process.
 * @param options.through a command that starts the program: `['unshare', '--pid']`.
 * @param options.program another program that serves and takes `--port-file`.
 */
export function with_server(options, body) {
  const { config = {}, args = [], env = {}, program, directory, open_files_max, through } = options;
  const in_directory = directory ? (run) => run(directory) : with_directory;
  return in_directory(async (directory) => {
    const port_file = path.join(directory, 'port');
    await rm(port_file, { force: true });
    const all_args = ['serve', '--port-file', port_file, ...args];
    if (config) {
      const config_file = path.join(directory, 'config.json');
      await writeFile(config_file, JSON.stringify({ ...base_config, ...config }));
      all_args.push('--config', config_file);
    }
    const blind_env = open_files_max ? { UBSAN_OPTIONS: 'halt_on_error=0' } : {};
    const all_env = { ...blind_env, ...env };
    const all = { cwd: directory, env: all_env, program, open_files_max, through };
    const spawned = spawn_program(all_args, all);
    const server = new server_process(spawned, directory);
    server.may_be_blind = Boolean(open_files_max);
    const faults = [];
    try {
      await server.wait_until_ready(port_file);
      await body(server);
    } catch (fault) {
      faults.push(fault);
    }
    await server.stop().catch((fault) => faults.push(fault));
    server.kill('SIGKILL'); // only has an effect if the stop failed
    if (faults.length > 0) {
      process.stderr.write(`--- the server's last lines\n${last_lines(server.log, 60)}\n---\n`);
      throw faults.length === 1 ? faults[0] : new AggregateError(faults, String(faults[0]));
    }
  });
}
