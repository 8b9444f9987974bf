// Kills the server with SIGKILL again and again under full load, and compares what is left with what
// was promised: node crashtest.mjs [ROUNDS [SEED]]. Ten rounds share a database, then a fresh one
// begins. One round in ten kills the server while it is still starting.
import { setTimeout as pause } from 'node:timers/promises';
import { end_schedules, load_config, load_until_gone, moody_agent } from './crash_load.mjs';
import { crash_oracle, reading_clock } from './crash_oracle.mjs';
import { count_programs, no_programs, program_agent } from './crash_programs.mjs';
import { agent_ids } from './jobs.mjs';
import { with_peer } from './peer.mjs';
import { run_program, spawn_program, with_directory, with_server } from './server.mjs';
import { until } from './until.mjs';

const rounds_per_database = 10;
const store = 'sqlite:jobs.db';

/** Mulberry32: numbers from 0 to 1 that depend on the seed alone. */
function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function config_for(peer) {
  return {
    ...load_config,
    store,
    capacity: { maxJobs: 1_000_000 },
    log: { level: 'error' },
    agents: [
      { id: agent_ids.echo, name: 'echo', type: 'echo' },
      { id: agent_ids.first, name: 'moody', type: 'http', url: peer.url, concurrency: 100 },
      { id: agent_ids.second, ...program_agent },
    ],
  };
}

async function exported(directory) {
  const args = ['store', 'export', '--store', store];
  return (await run_program(args, { cwd: directory })).stdout.split('\n');
}

async function compare(oracle, directory, round) {
  const check = await run_program(['store', 'check', '--store', store], { cwd: directory });
  if (!check.stdout.startsWith('ok: ')) oracle.faults.push(`store check: ${check.stdout}`);
  oracle.stored(await exported(directory));
  oracle.check(`round ${round}`);
}

/** Starts the server once more and kills it before it is ready, or soon after. */
async function kill_while_starting(directory, random) {
  const args = ['serve', '--config', 'config.json'];
  const { child, exited } = spawn_program(args, { cwd: directory });
  await pause(random() * 100);
  child.kill('SIGKILL');
  await exited;
}

async function kill_under_load(config, directory, oracle, random) {
  await with_server({ config, directory }, async (server) => {
    const load = load_until_gone(server, oracle, random);
    await pause(50 + random() * 1500);
    programs += await count_programs();
    await server.crash();
    await load;
  });
  await no_programs();
}

/** A run that nobody kills: everything that is live and due ends. */
async function let_all_end(config, directory, oracle) {
  await with_server({ config, directory }, async (server) => {
    await end_schedules(server, oracle);
    await until('the end of all jobs', async () => {
      const lines = await exported(directory);
      return !lines.some((line) => /"state":"(pending|processing)"/.test(line));
    });
  });
}

async function one_database(rounds, first_round, all_rounds, random) {
  const oracle = new crash_oracle(() => clock.ms);
  await with_directory((directory) =>
    with_peer(moody_agent(oracle, random), async (peer) => {
      const config = config_for(peer);
      for (let round = first_round; round < first_round + rounds; round += 1) {
        await kill_under_load(config, directory, oracle, random);
        if (random() < 0.1) await kill_while_starting(directory, random);
        await compare(oracle, directory, round);
        console.log(`round ${round} of ${all_rounds}: ${oracle.acknowledged_count} jobs, all there; ${oracle.run_count} runs`);
      }
      await let_all_end(config, directory, oracle);
      await compare(oracle, directory, first_round + rounds - 1);
      oracle.finished();
      oracle.check('at the end');
    }),
  );
  return oracle.acknowledged_count;
}

const clock = new reading_clock(performance.now());
setInterval(() => clock.tick(performance.now()), 5).unref();
const rounds = Number(process.argv[2] ?? 10);
const seed = Number(process.argv[3] ?? Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${seed}`);
const random = seeded(seed);
let acknowledged = 0;
// Processes that were there when their server was killed.
let programs = 0;
for (let done = 0; done < rounds; done += rounds_per_database) {
  const count = Math.min(rounds_per_database, rounds - done);
  acknowledged += await one_database(count, done + 1, rounds, random);
}
console.log(`${rounds} rounds, ${acknowledged} acknowledged jobs: none lost, each ended once`);
if (programs === 0) throw new Error('no program was running at any kill: nothing is known of them');
console.log(`${programs} processes of programs when their server was killed: none outlived it`);
