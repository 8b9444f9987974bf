// Callboard itself, with the echo agent inside or with workers over HTTP, which this process plays.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { promisify } from 'node:util';
import { Pool } from 'undici';
import { daemon } from './daemon.mjs';
import { answer_to } from './load.mjs';

const jobs_path = '/api/messaging/jobs';
const user_id = '550e8400-e29b-41d4-a716-446655440000';
// Far longer than any job takes; one that is not over by then ends the run as a wrong result.
const wait_seconds = 30;

/** The program to measure. */
function binary() {
  const program = process.env.CALLBOARD_BINARY;
  assert.ok(program, 'CALLBOARD_BINARY must name the callboard program');
  return path.resolve(program);
}

/** The worker of an `http` agent: a web server that answers each task at once. */
async function start_worker() {
  const server = http.createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { content } = JSON.parse(Buffer.concat(chunks));
    const body = JSON.stringify({ content: answer_to(content) });
    response.writeHead(200, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
    });
    response.end(body);
  });
  // Connections stay open while others have their turns.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** The environment without what would configure a server. */
function clean_environment() {
  const is_setting = (name) => name.startsWith('CALLBOARD_') || name === 'ELIZA_SERVER_AUTH_TOKEN';
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !is_setting(name)));
}

export class callboard_peer {
  name = 'Callboard';

  /** @param facts.store, facts.store_sync its settings; @param facts.is_worker_outside who runs jobs. */
  constructor({ is_worker_outside, ...facts }) {
    Object.assign(this, facts);
    this.is_worker_outside = is_worker_outside;
    this.worker = is_worker_outside ? 'outside, HTTP' : 'inside, no network hop';
  }

  async start(directory, { worker_slots }) {
    const { stdout } = await promisify(execFile)(binary(), ['--version']);
    this.version = stdout.replace('callboard', '').trim();
    if (this.is_worker_outside) this.worker_server = await start_worker();
    const config_file = path.join(directory, 'config.json');
    await writeFile(config_file, JSON.stringify(this.#config(worker_slots)));
    const port_file = path.join(directory, 'port');
    const command = [binary(), 'serve', '--config', config_file, '--port-file', port_file];
    this.daemon = new daemon(command, { cwd: directory, env: clean_environment() });
    await this.daemon.until_ready(async () => {
      const port = Number(await readFile(port_file, 'utf8'));
      return port > 0 && (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;
    });
    const port = Number(await readFile(port_file, 'utf8'));
    this.pool = new Pool(`http://127.0.0.1:${port}`, { connections: worker_slots });
  }

  #config(worker_slots) {
    const agent = this.worker_server
      ? { type: 'http', url: `http://127.0.0.1:${this.worker_server.address().port}/` }
      : { type: 'echo' };
    return {
      listen: '127.0.0.1:0',
      store: this.store,
      storeSync: this.store_sync,
      agents: [{ name: 'echo', concurrency: worker_slots, ...agent }],
      log: { level: 'warning', directory: '' },
    };
  }

  async #call(method, target, body) {
    const headers = body ? { 'Content-Type': 'application/json' } : undefined;
    const answer = await this.pool.request({ path: target, method, headers, body });
    const text = await answer.body.text();
    if (answer.statusCode >= 300)
      throw new Error(`Callboard answered ${answer.statusCode}: ${text}`);
    return JSON.parse(text);
  }

  /** Creation is confirmed, then the result read: two requests, though one with `Prefer: wait` would do. */
  async run_job(content) {
    const order = JSON.stringify({ userId: user_id, content });
    const { jobId: job_id } = await this.#call('POST', jobs_path, order);
    const job = await this.#call('GET', `${jobs_path}/${job_id}?wait=${wait_seconds}`);
    return job.result?.message.content ?? job;
  }

  cpu_ms() {
    return this.daemon.cpu_ms();
  }

  async stop() {
    await this.pool?.destroy();
    await this.daemon?.stop();
    this.worker_server?.closeAllConnections();
    this.worker_server?.close();
  }
}
