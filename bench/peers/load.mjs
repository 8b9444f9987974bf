// The load that every server gets: a closed loop of jobs, each created, run, and its result read.
import { within } from './daemon.mjs';
import { turn_of } from './statistics.mjs';

// As much as the other benchmarks send.
const content_length = 100;

// A guard against hangs: no job takes as long, not even at the slowest disk.
const drain_limit_ms = 60_000;

let number = 0;

/** A text that no other job has. */
function next_content() {
  number += 1;
  return `job ${number} `.padEnd(content_length, '.');
}

/** What the worker makes of a job. */
export const answer_to = (content) => `echo: ${content}`;

/**
 * Keeps `concurrency` jobs under way for `duration_ms` and waits for the last ones; a wrong result ends
 * the run. `run_job(content, lane)` creates a job, waits for its end and gives its result.
 */
export async function run_load(peer, { concurrency, duration_ms }) {
  const latencies_ms = [];
  const begin_cpu_ms = await peer.cpu_ms();
  const begin_client = process.cpuUsage();
  const begin = performance.now();
  const lane = async (index) => {
    for (let now = begin; now - begin < duration_ms;) {
      const content = next_content();
      const created = now;
      const result = await peer.run_job(content, index);
      if (result !== answer_to(content)) {
        throw new Error(`${peer.name}: the result of "${content}" is ${JSON.stringify(result)}`);
      }
      now = performance.now();
      latencies_ms.push(now - created);
    }
  };
  const lanes = Promise.all(Array.from({ length: concurrency }, (_, index) => lane(index)));
  await within(duration_ms + drain_limit_ms, `the last jobs of ${peer.name}`, lanes);
  const elapsed_ms = performance.now() - begin;
  const { user, system } = process.cpuUsage(begin_client);
  const server_cpu_ms = (await peer.cpu_ms()) - begin_cpu_ms;
  return turn_of({
    latencies_ms,
    elapsed_ms,
    server_cpu_ms,
    client_cpu_ms: (user + system) / 1000,
  });
}
