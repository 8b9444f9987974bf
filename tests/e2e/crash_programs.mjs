// An agent of the crash test that is a program with a child of its own, and a look at what is left of both.
import { readdir, readFile } from 'node:fs/promises';
import { until } from './until.mjs';

// Seconds that no other `sleep` of this machine has: by them the processes are known.
const seconds = `600.${process.pid}${Date.now()}`;

/** Never answers; its job ends by its deadline, a cancel, or the end of the server. */
export const program_agent = {
  name: 'program',
  type: 'exec',
  command: ['sh', '-c', `sleep ${seconds} & cat >/dev/null; sleep ${seconds}`],
  concurrency: 8,
};

/** How many of the processes there are. */
export async function count_programs() {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')),
  );
  return lines.filter((line) => line.includes(seconds)).length;
}

/** None may outlive the server that started them. */
export function no_programs() {
  return until('the end of all programs', async () => (await count_programs()) === 0, 10_000);
}
