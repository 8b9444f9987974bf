// The machine of a run: what numbers depend on.
import { closeSync, fdatasyncSync, openSync, readFileSync, statfsSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { spread_of } from './statistics.mjs';

const flush_count = 51;
const flush_bytes = 4096;
// By statfs(2).
const file_systems = { 0xef53: 'ext4', 0x58465342: 'XFS', 0x9123683e: 'Btrfs', 0x2fc12fc1: 'ZFS' };
const memory_file_systems = { 0x01021994: 'tmpfs', 0x858458f6: 'ramfs' };

function flush_ms(directory) {
  const file = openSync(path.join(directory, 'flush'), 'w');
  const block = Buffer.alloc(flush_bytes, 1);
  const times = Array.from({ length: flush_count }, () => {
    writeSync(file, block);
    const begin = performance.now();
    fdatasyncSync(file);
    return performance.now() - begin;
  });
  closeSync(file);
  return spread_of(times).median;
}

function file_system_of(directory) {
  const { type } = statfsSync(directory);
  const in_memory = memory_file_systems[type];
  if (in_memory)
    throw new Error(`${directory} is in memory (${in_memory}), so flushes would cost nothing`);
  return file_systems[type] ?? `a file system of type 0x${type.toString(16)}`;
}

function cpu_text() {
  const cpus = os.cpus();
  return `${cpus[0]?.model.trim() ?? 'unknown processor'} (${cpus.length} cores)`;
}

function linux_text() {
  const [, name] = /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8')) ?? [];
  return `${name ?? 'Linux'}, kernel ${os.release()}`;
}

/** @param directory where the servers keep their data. */
export function machine_of(directory) {
  const memory_gib = Math.round(os.totalmem() / 2 ** 30);
  return {
    system: `${cpu_text()}, ${memory_gib} GiB, ${linux_text()}`,
    node: process.versions.node,
    load: os.loadavg()[0],
    cores: os.cpus().length,
    file_system: file_system_of(directory),
    flush_ms: flush_ms(directory),
  };
}
