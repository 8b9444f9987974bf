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
// A list of so many jobs of 20 KB each is what they read: more than the system takes for a connection, and
// for all of them together less than limits.unsentBytes, beyond which the server would cut them off.
const jobs_read = 3;
// Rounds of quiet and attack in turn: the machine's own noise shows as the spread between them. A second
// server that nobody attacks is asked in turn with the first: what it is slower by is the attacker's own use
// of the machine.
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

/** Asks servers, each for a job of its own, in turn for a while: of each the latencies in ms, sorted. */
async function latencies(asked, for_ms) {
  const end = performance.now() + for_ms;
  const found = asked.map(() => []);
  while (performance.now() < end)
    for (const [index, { server, target }] of asked.entries()) {
      const from = performance.now();
      const { status } = await server.call('GET', target);
      assert.equal(status, 200);
      found[index].push(performance.now() - from);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  return found.map((of_one) => of_one.sort((a, b) => a - b));
}

/** A job to ask a server for. */
async function job_of(server) {
  const { id, jobId } = await run_job(server);
  return { server, target: `${jobs_path}/${jobId ?? id}` };
}

async function connection_count(server) {
  const port = server.port.toString(16).toUpperCase().padStart(4, '0');
  const table = await readFile('/proc/net/tcp', 'latin1');
  return table.split('\n').filter((line) => line.includes(` 0100007F:${port} `) && / 01 /.test(line)).length;
}

async function processor_ms(server) {
  const stat = await readFile(`/proc/${server.pid}/stat`, 'latin1');
  const [user, system] = stat.slice(stat.lastIndexOf(')') + 2).split(' ').slice(11, 13);
  return 10 * (Number(user) + Number(system));
}

/** Waits until the server has answered whatever it can: so many requests at once cost what they cost from anyone. */
async function rest(server) {
  const look_ms = 250;
  for (const end = performance.now() + 60_000; performance.now() < end;) {
    const before = await processor_ms(server);
    await new Promise((resolve) => setTimeout(resolve, look_ms));
    if ((await processor_ms(server)) - before <= look_ms / 10) return;
  }
  throw new Error('the server does not come to rest');
}

/** Runs `body` while slowhttptest attacks with all its connections open and asked for. */
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
    await rest(server);
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

const ratio = (sorted, quiet) => (quantile(sorted, 0.99) / quantile(quiet, 0.99)).toFixed(2);

/** What each of many slow clients costs another one. */
async function attack_all(directory, server, bystander) {
  // Something to read slowly.
  await in_parallel(100, 8, () => run_job(server, { content: 'x'.repeat(10_000) }));
  const asked = [await job_of(server), await job_of(bystander)];
  await latencies(asked, 2000);

  for (const [name, args] of Object.entries(attacks)) {
    for (let round = 1; round <= rounds; ++round) {
      const quiet = await latencies(asked, seconds * 1000);
      const { most, result } = await under_attack(server, directory, args, () => latencies(asked, seconds * 1000));
      console.log(`${name}, round ${round}: quiet ${show(quiet[0])}; with ${most} connections ${show(result[0])}; `
        + `p99 × ${ratio(result[0], quiet[0])}, of the server that is not attacked × ${ratio(result[1], quiet[1])}`);
      await until('the attackers to be gone', async () => (await connection_count(server)) <= 2);
    }
  }
  await assert_alive(server);
}

/** What an idle connection costs. */
async function hold_idle(server) {
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
}

const config = { limits: { connections: 18_000 } };
await with_directory((directory) =>
  with_server({ config }, (server) => with_server({}, (bystander) => attack_all(directory, server, bystander))));
// A server of its own: one that was attacked has memory left to reuse.
await with_server({ config }, hold_idle);
