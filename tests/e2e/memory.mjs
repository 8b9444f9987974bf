// What a server process holds, as the system counts it.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

/** Resident memory of a process in bytes. */
export async function resident_bytes(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'latin1');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)[1]) * 1024;
}

/** Fails if a server holds more than `allowed` bytes beyond what it held when it was quiet. */
export async function assert_resident(server, quiet, allowed, what) {
  const grown = (await resident_bytes(server.pid)) - quiet;
  assert.ok(grown <= allowed, `${what}: grown by ${grown} bytes, allowed are ${allowed}`);
}
