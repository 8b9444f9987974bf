// script/bench --peers: Callboard and other job servers, doing the same work in the same run.
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { all_contestants, classes } from './contestants.mjs';
import { within } from './daemon.mjs';
import { run_load } from './load.mjs';
import { machine_of } from './machine.mjs';
import { between_marks, markdown_report, plain_report } from './report.mjs';
import { order_of_turns, summary_of } from './statistics.mjs';

const usage = `script/bench --peers [OPTION…]

  --only A,B         only those whose id contains one of these texts (--list shows the ids)
  --rounds N         rounds that count, after one to warm up (5)
  --turn-ms N        length of a turn (800)
  --quick            short turns, one round: does it all work?
  --json FILE        where the figures go, too (build/release/peers.json)
  --markdown FILE    puts the tables between the marks of that page (build/release/peers.md)
  --directory DIR    where the servers keep their data while they run (/var/tmp); must be on a disk
`;

const concurrencies = [1, 64];
const worker_slots = Math.max(...concurrencies);

// Ends hangs only: what does not stop by itself then dies with this process.
const stop_limit_ms = 30_000;

const options = {
  only: { type: 'string' },
  rounds: { type: 'string', default: '5' },
  'turn-ms': { type: 'string', default: '800' },
  quick: { type: 'boolean' },
  json: { type: 'string' },
  markdown: { type: 'string' },
  directory: { type: 'string', default: '/var/tmp' },
  list: { type: 'boolean' },
  help: { type: 'boolean' },
};

function say(text) {
  process.stderr.write(`${text}\n`);
}

function at_least_one(text, name) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new Error(`--${name} must be a whole number from 1, not ${text}`);
  return number;
}

function chosen_contestants(only) {
  const parts = only?.split(',');
  const chosen = all_contestants().filter(
    ({ id }) => !parts || parts.some((part) => id.includes(part)),
  );
  if (chosen.length === 0) throw new Error(`--only ${only} leaves nobody; see --list`);
  return chosen;
}

// One after the other: they must not wait for each other's disk.
async function start_all(contestants, directory, check_interrupted) {
  for (const contestant of contestants) {
    check_interrupted();
    const own_directory = path.join(directory, contestant.id);
    await mkdir(own_directory, { mode: 0o700 });
    await contestant.start(own_directory, { worker_slots });
    say(`started ${contestant.id}: ${contestant.name} ${contestant.version}`);
  }
}

/** What was measured: `turns[id][concurrency]` is a list of rounds. */
async function run_rounds(contestants, { rounds, turn_ms, check_interrupted }) {
  const turns = {};
  for (const { id } of contestants) {
    turns[id] = Object.fromEntries(concurrencies.map((concurrency) => [concurrency, []]));
  }
  for (let round = 0; round <= rounds; ++round) {
    for (const concurrency of concurrencies) {
      for (const index of order_of_turns(contestants.length, round)) {
        check_interrupted();
        const contestant = contestants[index];
        const turn = await run_load(contestant, { concurrency, duration_ms: turn_ms });
        const is_warm_up = round === 0;
        if (!is_warm_up) turns[contestant.id][concurrency].push(turn);
        const title = is_warm_up ? 'warm-up' : `round ${round}/${rounds}`;
        const rate = Math.round(turn.jobs_per_second).toLocaleString('en-US');
        say(`${title}, ${concurrency} at a time: ${contestant.id} ${rate} jobs/s`);
      }
    }
  }
  return turns;
}

function summaries_of(contestants, turns) {
  const summary = ({ id, reference }, concurrency) =>
    summary_of(turns[id][concurrency], turns[reference]?.[concurrency]);
  return Object.fromEntries(
    contestants.map((one) => [
      one.id,
      Object.fromEntries(
        concurrencies.map((concurrency) => [concurrency, summary(one, concurrency)]),
      ),
    ]),
  );
}

function facts_of({ id, name, version, short, settings, worker, durability, survives, reference }) {
  return { id, name, version, short, settings, worker, durability, survives, reference };
}

/** Everybody's turns in a directory that is gone afterwards, as are all servers. */
async function measure(contestants, { parent, rounds, turn_ms }) {
  const begin = performance.now();
  let interrupted;
  const interrupt = (signal) => (interrupted = signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, interrupt);
  const check_interrupted = () => {
    if (interrupted) throw new Error(`ended by ${interrupted}`);
  };
  const directory = await mkdtemp(path.join(parent, 'callboard-peers-'));
  try {
    // Whoever runs PostgreSQL must get through to its own directory.
    await chmod(directory, 0o711);
    const machine = machine_of(directory);
    await start_all(contestants, directory, check_interrupted);
    const turns = await run_rounds(contestants, { rounds, turn_ms, check_interrupted });
    const run_seconds = (performance.now() - begin) / 1000;
    const summaries = summaries_of(contestants, turns);
    const facts = contestants.map(facts_of);
    return {
      machine,
      rounds,
      turn_ms,
      run_seconds,
      classes,
      concurrencies,
      contestants: facts,
      summaries,
      turns,
    };
  } finally {
    const end = (contestant) =>
      within(stop_limit_ms, `the end of ${contestant.id}`, contestant.stop());
    const ends = await Promise.allSettled(contestants.map(end));
    for (const { reason } of ends) if (reason) say(`while stopping: ${reason.stack}`);
    await rm(directory, { recursive: true, force: true });
  }
}

async function main() {
  const { values } = parseArgs({ options });
  if (values.help) return void process.stdout.write(usage);
  const contestants = chosen_contestants(values.only);
  if (values.list)
    return void process.stdout.write(contestants.map(({ id }) => `${id}\n`).join(''));
  const rounds = values.quick ? 1 : at_least_one(values.rounds, 'rounds');
  const turn_ms = values.quick ? 200 : at_least_one(values['turn-ms'], 'turn-ms');
  const run = await measure(contestants, { parent: values.directory, rounds, turn_ms });
  process.stdout.write(`${plain_report(run)}\n`);
  if (values.json) await writeFile(values.json, `${JSON.stringify(run, null, 2)}\n`);
  if (values.markdown) {
    const page = existsSync(values.markdown) ? await readFile(values.markdown, 'utf8') : '';
    await writeFile(values.markdown, between_marks(page, markdown_report(run)));
  }
}

try {
  await main();
} catch (fault) {
  say(`bench: ${fault.stack}`);
  process.exitCode = 1;
}
// Whatever did not stop would keep this process alive.
process.exit();
