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

/** How long requests are measured before the attackers are counted again. */
const slice_ms = 500;

/** How slowhttptest attacks: heads, bodies, reading. */
const attacks = {
  'slow heads (-H)': ['-H', '-i', '2', '-x', '24'],
  'slow bodies (-B)': ['-B', '-i', '2', '-s', '100000', '-x', '10'],
  'slow reading (-X)': ['-X', '-w', '512', '-y', '1024', '-n', '2', '-z', '32', '-k', '1'],
};

function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** Asks servers, each for a job of its own, in turn for a while: of each the latencies in ms. */
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
  return found;
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

/** Starts slowhttptest and runs `body` when all its connections are open and what they ask for is answered. */
async function under_attack(server, directory, args, body) {
  const all = ['-c', String(attackers), '-r', '1000', '-l', '600', '-p', '10', ...args,
    '-u', `${server.url}${jobs_path}?limit=${jobs_read}`];
  const attack = spawn('setpriv', ['--pdeathsig', 'KILL', 'slowhttptest', ...all], { cwd: directory, stdio: 'ignore' });
  const ended = new Promise((resolve) => attack.once('close', resolve));
  try {
    await until('the attackers to connect', async () => (await connection_count(server)) >= attackers * 0.9);
    await rest(server);
    await body();
  } finally {
    attack.kill('SIGKILL');
    await ended;
  }
  await until('the attackers to be gone', async () => (await connection_count(server)) <= 2);
}

/** Asks the servers for so long, a slice at a time, as long as `goes_on`. Returns the rest of the time. */
async function measure(asked, found, left_ms, goes_on) {
  for (; left_ms > 0 && (await goes_on()); left_ms -= slice_ms)
    for (const [index, slice] of (await latencies(asked, slice_ms)).entries()) found[index].push(...slice);
  return left_ms;
}

async function resident_bytes(server) {
  const status = await readFile(`/proc/${server.pid}/status`, 'latin1');
  return 1024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(status)[1]);
}

const p99 = (found) => quantile(found.sort((a, b) => a - b), 0.99);

const show = (found) => `p99 ${p99(found).toFixed(2)} ms (${found.length} requests)`;

const ratio = (found, quiet) => `× ${(p99(found) / p99(quiet)).toFixed(2)}`;

const report = (what, quiet, attacked) =>
  console.log(`${what}: quiet ${show(quiet[0])}, attacked ${show(attacked[0])} ${ratio(attacked[0], quiet[0])}, `
    + `the server beside it ${ratio(attacked[1], quiet[1])}`);

/** What each of many slow clients costs another one. */
async function attack_all(directory, server, bystander) {
  // Something to read slowly.
  await in_parallel(100, 8, () => run_job(server, { content: 'x'.repeat(10_000) }));
  const asked = [await job_of(server), await job_of(bystander)];
  await latencies(asked, 2000);

  for (const [name, args] of Object.entries(attacks)) {
    const all = { quiet: [[], []], attacked: [[], []] };
    for (let round = 1; round <= rounds; ++round) {
      const quiet = [[], []];
      const attacked = [[], []];
      await measure(asked, quiet, seconds * 1000, async () => (await connection_count(server)) < attackers / 2);
      // The server closes slow connections in time; then there are new attackers.
      for (let left_ms = seconds * 1000; left_ms > 0;)
        await under_attack(server, directory, args, async () => {
          const before_ms = left_ms;
          left_ms = await measure(asked, attacked, left_ms, async () => (await connection_count(server)) >= attackers / 2);
          assert.ok(left_ms < before_ms, 'the attackers are gone before anything is measured');
        });
      report(`${name}, round ${round}`, quiet, attacked);
      for (const index of [0, 1]) {
        all.quiet[index].push(...quiet[index]);
        all.attacked[index].push(...attacked[index]);
      }
    }
    report(`${name}, all rounds`, all.quiet, all.attacked);
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
