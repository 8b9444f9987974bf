// beanstalkd keeps no results: the worker puts the result into a tube of the creator's own.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beanstalk_connection } from './beanstalk_connection.mjs';
import { daemon, free_port, is_listening } from './daemon.mjs';
import { answer_to } from './load.mjs';

const jobs_tube = 'jobs';

export class beanstalkd_peer {
  name = 'beanstalkd';
  worker = 'outside, TCP';
  #connections = [];
  #lanes = [];
  #faults = [];

  /** @param facts.log_arguments say when the log on disk is flushed; without them there is no log. */
  constructor({ log_arguments, ...facts }) {
    Object.assign(this, facts);
    this.log_arguments = log_arguments;
  }

  async start(directory, { worker_slots }) {
    this.version = (await promisify(execFile)('beanstalkd', ['-v'])).stdout
      .replace('beanstalkd', '')
      .trim();
    this.port = await free_port();
    const log = this.log_arguments ? ['-b', directory, ...this.log_arguments] : [];
    const command = ['beanstalkd', '-l', '127.0.0.1', '-p', String(this.port), ...log];
    this.daemon = new daemon(command, { cwd: directory });
    await this.daemon.until_ready(() => is_listening(this.port));
    // One of each for each job under way: a reserve holds its connection until there is a job.
    await Promise.all(Array.from({ length: worker_slots }, (_, index) => this.#open_lane(index)));
    await Promise.all(Array.from({ length: worker_slots }, () => this.#open_worker()));
  }

  #connect() {
    const connection = new beanstalk_connection(this.port);
    this.#connections.push(connection);
    return connection;
  }

  async #open_lane(index) {
    const connection = this.#connect();
    const tube = `results-${index}`;
    await Promise.all([connection.use(jobs_tube), connection.watch_only(tube)]);
    this.#lanes[index] = { connection, tube };
  }

  async #open_worker() {
    const connection = this.#connect();
    await connection.watch_only(jobs_tube);
    this.#work(connection).catch((fault) => this.#faults.push(fault));
  }

  /** The result is put before the job is deleted: a crash between the two repeats the job. */
  async #work(connection) {
    for (;;) {
      const { id, text } = await connection.reserve();
      const { tube, content } = JSON.parse(text);
      const steps = [
        connection.use(tube),
        connection.put(answer_to(content)),
        connection.delete(id),
      ];
      // Not waited for: the next reserve goes out with them.
      for (const step of steps) step.catch((fault) => this.#faults.push(fault));
    }
  }

  async run_job(content, lane) {
    const { connection, tube } = this.#lanes[lane];
    const order = JSON.stringify({ tube, content });
    const [, { id, text }] = await Promise.all([connection.put(order), connection.reserve()]);
    await connection.delete(id);
    if (this.#faults.length > 0) throw this.#faults[0];
    return text;
  }

  cpu_ms() {
    return this.daemon.cpu_ms();
  }

  async stop() {
    for (const connection of this.#connections) connection.close();
    await this.daemon?.stop();
  }
}
