// pg-boss on a PostgreSQL of its own. pg-boss only polls, at most every half a second; here the worker
// and the creator, who are one process, tell each other of each job at once instead.
import { randomBytes, randomUUID } from 'node:crypto';
import { chown, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import pg_boss from 'pg-boss';
import { daemon, free_port } from './daemon.mjs';
import { answer_to } from './load.mjs';

const queue_name = 'jobs';
// What it opens by default; 4 and 32 brought no more jobs that stood out of the noise.
const connections = 10;
const programs_root = '/usr/lib/postgresql';
// PostgreSQL refuses to run as root.
const postgres_user = process.getuid() === 0 ? 'postgres' : undefined;

/** The folder with the programs of the newest PostgreSQL, which Debian keeps out of PATH. */
async function programs_folder() {
  const versions = (await readdir(programs_root)).map(Number).filter(Number.isFinite);
  return path.join(programs_root, String(Math.max(...versions)), 'bin');
}

async function user_and_group(name) {
  const [user, group] = await Promise.all(
    ['-u', '-g'].map(async (flag) => (await promisify(execFile)('id', [flag, name])).stdout),
  );
  return [Number(user), Number(group)];
}

export class pg_boss_peer {
  name = 'pg-boss';
  worker = 'outside, TCP';
  #faults = [];
  #callers = new Map();
  #is_fetching = false;
  #has_new_jobs = false;

  /** @param facts.synchronous_commit PostgreSQL's setting. */
  constructor({ synchronous_commit, ...facts }) {
    Object.assign(this, facts);
    this.synchronous_commit = synchronous_commit;
  }

  async start(directory, { worker_slots }) {
    this.batch_size = worker_slots;
    const database = await this.#start_postgres(directory);
    this.boss = new pg_boss({ ...database, max: connections });
    this.boss.on('error', (fault) => this.#faults.push(fault));
    await this.boss.start();
    await this.boss.createQueue(queue_name);
    const package_file = new URL('node_modules/pg-boss/package.json', import.meta.url);
    const { version } = JSON.parse(await readFile(package_file, 'utf8'));
    this.version = `${version}, PostgreSQL ${this.postgres_version}`;
  }

  async #start_postgres(directory) {
    const folder = await programs_folder();
    const program = path.join(folder, 'postgres');
    const { stdout } = await promisify(execFile)(program, ['--version']);
    this.postgres_version = /[\d.]+/.exec(stdout)[0];
    const password = randomBytes(16).toString('hex');
    const cluster = path.join(directory, 'cluster');
    await this.#make_cluster(folder, directory, cluster, password);
    const port = await free_port();
    const settings = {
      listen_addresses: '127.0.0.1',
      port,
      unix_socket_directories: '',
      synchronous_commit: this.synchronous_commit,
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    // SIGINT: without waiting for clients. SIGQUIT if this process dies: SIGKILL would leave its own behind.
    const options = {
      cwd: directory,
      user: postgres_user,
      stop_signal: 'SIGINT',
      death_signal: 'QUIT',
    };
    this.daemon = new daemon([program, '-D', cluster, ...flags], options);
    await this.daemon.until_ready(() => this.daemon.log.includes('ready to accept connections'));
    return { host: '127.0.0.1', port, user: 'peers', password, database: 'postgres' };
  }

  async #make_cluster(folder, directory, cluster, password) {
    const password_file = path.join(directory, 'password');
    await mkdir(cluster, { mode: 0o700 });
    await writeFile(password_file, password, { mode: 0o600 });
    if (postgres_user) {
      const owner = await user_and_group(postgres_user);
      for (const file of [directory, cluster, password_file]) await chown(file, ...owner);
    }
    const command = [
      path.join(folder, 'initdb'),
      ...['-D', cluster, '--username=peers', `--pwfile=${password_file}`],
      ...['--auth=scram-sha-256', '--encoding=UTF8', '--no-locale', '--no-sync'],
    ];
    const making = new daemon(command, { cwd: directory, user: postgres_user });
    if ((await making.ended) !== 'exit 0') throw new Error(`initdb: ${making.exit}\n${making.log}`);
  }

  async run_job(content) {
    const id = randomUUID();
    const is_over = new Promise((resolve, reject) => this.#callers.set(id, { resolve, reject }));
    is_over.catch(() => {}); // in case send() fails, too
    await this.boss.send(queue_name, { content }, { id });
    this.#tell_worker();
    await is_over;
    const job = await this.boss.getJobById(queue_name, id);
    if (this.#faults.length > 0) throw this.#faults[0];
    return job.output.text;
  }

  #tell_worker() {
    this.#has_new_jobs = true;
    if (this.#is_fetching) return;
    this.#fetch_jobs().catch((fault) => this.#give_up(fault));
  }

  async #fetch_jobs() {
    this.#is_fetching = true;
    try {
      while (this.#has_new_jobs) {
        this.#has_new_jobs = false;
        const jobs = await this.boss.fetch(queue_name, { batchSize: this.batch_size });
        if (jobs.length === this.batch_size) this.#has_new_jobs = true;
        for (const job of jobs) this.#work(job).catch((fault) => this.#give_up(fault));
      }
    } finally {
      this.#is_fetching = false;
    }
  }

  async #work({ id, data }) {
    await this.boss.complete(queue_name, id, { text: answer_to(data.content) });
    this.#callers.get(id).resolve();
    this.#callers.delete(id);
  }

  #give_up(fault) {
    this.#faults.push(fault);
    for (const { reject } of this.#callers.values()) reject(fault);
  }

  cpu_ms() {
    return this.daemon.cpu_ms();
  }

  async stop() {
    await this.boss?.stop({ graceful: false, close: true });
    await this.daemon?.stop();
  }
}
