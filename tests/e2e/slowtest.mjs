// What slow and idle clients cost others: node slowtest.mjs SECONDS. Prints figures; judges only whether
// the server lives. Needs slowhttptest and a limit of open files (ulimit -n) of 20,000.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { assert_alive, jobs_path, run_job } from './jobs.mjs';
import { with_directory, with_server } from './server.mjs';
import { in_parallel, until } from './until.mjs';
import { raw_connection } from './wire.mjs';

const seconds = Number(process.argv[2] ?? 20);
const attackers = 4000;
const idlers = 15_000;
// A list of so many jobs of 10 KB each is what they read: more than a window, less than a flood, which
// would show the cost of lists instead.
const jobs_read = 10;
// Rounds of quiet and attack in turn: the machine's own noise shows as the spread between them.
const rounds = 3;

/** How slowhttptest attacks: heads, bodies, reading. */
const attacks = {
  'slow heads (-H)': ['-H', '-i', '2', '-x', '24'],
  'slow bodies (-B)': ['-B', '-i', '2', '-s', '100000', '-x', '10'],
  'slow reading (-X)': ['-X', '-w', '512', '-y', '1024', '-n', '2', '-z', '32', '-k', '1'],
};

function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** Asks for a job again and again for a while: latencies in ms, sorted. */
async function latencies(server, target, for_ms) {
  const end = performance.now() + for_ms;
  const found = [];
  while (performance.now() < end) {
    const from = performance.now();
    const { status } = await server.call('GET', target);
    assert.equal(status, 200);
    found.push(performance.now() - from);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return found.sort((a, b) => a - b);
}

async function connection_count(server) {
  const port = server.port.toString(16).toUpperCase().padStart(4, '0');
  const table = await readFile('/proc/net/tcp', 'latin1');
  return table.split('\n').filter((line) => line.includes(` 0100007F:${port} `) && / 01 /.test(line)).length;
}

/** Runs `body` while slowhttptest attacks with all its connections open. */
async function under_attack(server, directory, args, body) {
  const all = ['-c', String(attackers), '-r', '1000', '-l', '600', '-p', '10', ...args,
    '-u', `${server.url}${jobs_path}?limit=${jobs_read}`];
  const attack = spawn('setpriv', ['--pdeathsig', 'KILL', 'slowhttptest', ...all], { cwd: directory, stdio: 'ignore' });
  const ended = new Promise((resolve) => attack.once('close', resolve));
  try {
    let most = 0;
    await until('the attackers to connect', async () => {
      most = Math.max(most, await connection_count(server));
      return most >= attackers * 0.9;
    });
    return { most, result: await body() };
  } finally {
    attack.kill('SIGKILL');
    await ended;
  }
}

async function resident_bytes(server) {
  const status = await readFile(`/proc/${server.pid}/status`, 'latin1');
  return 1024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(status)[1]);
}

const show = (sorted) =>
  `p50 ${quantile(sorted, 0.5).toFixed(2)} ms, p99 ${quantile(sorted, 0.99).toFixed(2)} ms (${sorted.length} requests)`;

await with_directory((directory) =>
  with_server({ config: { limits: { connections: 18_000 } } }, async (server) => {
    // Something to read slowly.
    await in_parallel(100, 8, () => run_job(server, { content: 'x'.repeat(10_000) }));
    const { id, jobId } = await run_job(server);
    const target = `${jobs_path}/${jobId ?? id}`;
    await latencies(server, target, 2000);

    for (const [name, args] of Object.entries(attacks)) {
      for (let round = 1; round <= rounds; ++round) {
        const quiet = await latencies(server, target, seconds * 1000);
        const { most, result } = await under_attack(server, directory, args, () =>
          latencies(server, target, seconds * 1000));
        const ratio = quantile(result, 0.99) / quantile(quiet, 0.99);
        console.log(`${name}, round ${round}: quiet ${show(quiet)}; with ${most} connections ${show(result)}; p99 × ${ratio.toFixed(2)}`);
        await until('the attackers to be gone', async () => (await connection_count(server)) <= 2);
      }
    }
    await assert_alive(server);

    const before = await resident_bytes(server);
    const idle = await in_parallel(idlers, 64, () => new raw_connection(server.port).connected);
    // Each has been used: an idle connection that was never asked anything would be cheaper.
    await in_parallel(idlers, 64, async (index) => {
      idle[index].write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await idle[index].answered_or_closed('an idle connection');
    });
    const after = await resident_bytes(server);
    console.log(`${idlers} idle connections: ${((after - before) / idlers / 1024).toFixed(2)} KiB each`);
    assert.equal(idle.filter(({ is_closed }) => is_closed).length, 0);
    await assert_alive(server);
    for (const connection of idle) connection.destroy();
  }));
