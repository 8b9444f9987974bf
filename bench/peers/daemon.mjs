// Processes that a run starts, and ends again: these and no others.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';
import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { processor_time } from './processor_time.mjs';

// A guard against hangs: all of these start within seconds, on a busy machine too.
const start_limit_ms = 60_000;
const stop_limit_ms = 15_000;
const look_interval_ms = 20;
const log_characters_max = 4000;

/** `promise`, or a failure that names what has not come within `limit_ms`. */
export async function within(limit_ms, what, promise) {
  let timer;
  const guard = new Promise((_, reject) => {
    const give_up = () => reject(new Error(`waited ${limit_ms} ms in vain for ${what}`));
    timer = setTimeout(give_up, limit_ms);
  });
  try {
    return await Promise.race([promise, guard]);
  } finally {
    clearTimeout(timer);
  }
}

/** A TCP port of 127.0.0.1 that was free just now. */
export async function free_port() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** A program that serves in the background. It dies with this process, whatever ends that. */
export class daemon {
  /**
   * @param options.user runs it as this user and its group (needs root).
   * @param options.stop_signal asks it to end in order; @param options.death_signal it gets when this
   * process has died. @param options.input its standard input.
   */
  constructor(
    command,
    { cwd, user, stop_signal = 'SIGTERM', input, death_signal = 'KILL', env } = {},
  ) {
    const as_user = user ? [`--reuid=${user}`, `--regid=${user}`, '--clear-groups'] : [];
    const args = ['--pdeathsig', death_signal, ...as_user, '--', ...command];
    this.name = command[0];
    this.stop_signal = stop_signal;
    this.log = '';
    // Detached: the Ctrl-C that ends a run is for the run alone, which then ends these in order.
    const options = { cwd, env: env ?? process.env, stdio: 'pipe', detached: true };
    this.child = spawn('setpriv', args, options);
    this.child.stdin.on('error', () => {}); // gone before it read all: `ended` tells
    this.child.stdin.end(input ?? '');
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        this.log = (this.log + text).slice(-log_characters_max);
      });
    }
    this.used = new processor_time();
    this.ended = new Promise((resolve) => {
      this.child.once('error', (fault) => resolve((this.exit = fault.message)));
      this.child.once('close', (code, signal) => resolve((this.exit ??= `exit ${code ?? signal}`)));
    });
  }

  /** Waits until `is_ready` gives true; that it throws or rejects means: not yet. */
  async until_ready(is_ready) {
    const give_up_at = Date.now() + start_limit_ms;
    let fault;
    while (!this.exit && Date.now() < give_up_at) {
      try {
        if (await is_ready()) return;
      } catch (not_yet) {
        fault = not_yet;
      }
      await pause(look_interval_ms);
    }
    const why = this.exit ?? `not ready within ${start_limit_ms} ms (${fault?.message})`;
    throw new Error(`${this.name} did not start: ${why}\n${this.log}`);
  }

  /** Ends it in order, by force if that takes too long. */
  async stop() {
    if (this.exit) return;
    this.child.kill(this.stop_signal);
    const too_long = setTimeout(() => this.child.kill('SIGKILL'), stop_limit_ms);
    await this.ended;
    clearTimeout(too_long);
  }

  /** Processor time that it and its children have used so far, by the scheduler's count. */
  async cpu_ms() {
    const members = await family(this.child.pid);
    await Promise.all(members.map((member) => look_at_threads(member, this.used)));
    return this.used.ms;
  }
}

/** Whether anybody accepts connections at a port of 127.0.0.1. */
export async function is_listening(port) {
  const socket = net.connect({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'connect');
    return true;
  } finally {
    socket.destroy();
  }
}

async function family(pid) {
  const members = [pid];
  // What is added meanwhile is visited, too.
  for (const member of members) {
    const read = readFile(`/proc/${member}/task/${member}/children`, 'utf8');
    // A child may be gone by now; the server itself may not.
    const children = member === pid ? await read : await read.catch(() => '');
    members.push(...children.split(' ').filter(Boolean).map(Number));
  }
  return members;
}

async function look_at_threads(pid, used) {
  for (const task of await readdir(`/proc/${pid}/task`).catch(() => [])) {
    // A thread may be gone by now.
    const counts = await readFile(`/proc/${pid}/task/${task}/schedstat`, 'utf8').catch(() => '');
    if (counts) used.note(`${pid}/${task}`, Number(counts.split(' ')[0]));
  }
}
