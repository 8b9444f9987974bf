// BullMQ on a Redis of its own.
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Queue, QueueEvents, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { daemon, free_port } from './daemon.mjs';
import { answer_to } from './load.mjs';

const queue_name = 'jobs';
// As many finished jobs as Callboard holds by default.
const kept_jobs = 10_000;
// Far longer than any job takes.
const wait_ms = 30_000;

async function package_version(name) {
  const file = new URL(`node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(await readFile(file, 'utf8')).version;
}

export class bullmq_peer {
  name = 'BullMQ';
  worker = 'outside, TCP';
  #closables = [];
  #faults = [];

  /** @param facts.redis_settings lines of redis.conf. */
  constructor({ redis_settings, ...facts }) {
    Object.assign(this, facts);
    this.redis_settings = redis_settings;
  }

  async start(directory, { worker_slots }) {
    const connection = await this.#start_redis(directory);
    const with_events = (part) => {
      this.#closables.push(part);
      part.on('error', (fault) => this.#faults.push(fault));
      return part;
    };
    this.queue = with_events(new Queue(queue_name, { connection }));
    // Each job that is waited for listens for the end of the queue.
    this.queue.setMaxListeners(2 * worker_slots);
    this.events = with_events(new QueueEvents(queue_name, { connection }));
    const work = async (job) => answer_to(job.data.content);
    const worker = new Worker(queue_name, work, { connection, concurrency: worker_slots });
    with_events(worker);
    await Promise.all([
      this.queue.waitUntilReady(),
      this.events.waitUntilReady(),
      worker.waitUntilReady(),
    ]);
  }

  /** The settings go over standard input: the password is on no command line and in no file. */
  async #start_redis(directory) {
    const password = randomBytes(16).toString('hex');
    const port = await free_port();
    const settings = [
      'bind 127.0.0.1',
      `port ${port}`,
      `dir ${directory}`,
      `requirepass ${password}`,
      'save ""',
      ...this.redis_settings,
    ];
    this.daemon = new daemon(['redis-server', '-'], { cwd: directory, input: settings.join('\n') });
    // What BullMQ asks of connections that wait for jobs.
    const connection = { host: '127.0.0.1', port, password, maxRetriesPerRequest: null };
    await this.daemon.until_ready(() => this.#read_versions(connection));
    return connection;
  }

  async #read_versions(connection) {
    const redis = new Redis({ ...connection, lazyConnect: true, retryStrategy: null });
    redis.on('error', () => {}); // connect() rejects, too
    try {
      await redis.connect();
      const [, redis_version] = /redis_version:(\S+)/.exec(await redis.info('server'));
      this.version = `${await package_version('bullmq')}, Redis ${redis_version}`;
      return true;
    } finally {
      redis.disconnect();
    }
  }

  async run_job(content) {
    const options = { removeOnComplete: { count: kept_jobs } };
    const job = await this.queue.add('echo', { content }, options);
    const result = await job.waitUntilFinished(this.events, wait_ms);
    if (this.#faults.length > 0) throw this.#faults[0];
    return result;
  }

  cpu_ms() {
    return this.daemon.cpu_ms();
  }

  async stop() {
    await Promise.all(this.#closables.map((part) => part.close()));
    await this.daemon?.stop();
  }
}
