// Clients without a key that try to fill the server's memory. Each sends far more than the server may
// grow by. Builds with sanitizers take more for everything, so the bounds are part of what was sent.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assert_alive } from './jobs.mjs';
import { assert_resident, resident_bytes } from './memory.mjs';
import { with_server } from './server.mjs';
import { raw_connection } from './wire.mjs';

const mebibyte = 1024 * 1024;

/** What is freed is not kept by AddressSanitizer, which would count as held. */
const env = { ASAN_OPTIONS: 'quarantine_size_mb=1:thread_local_quarantine_size_kb=64' };

/** Writes as fast as the server reads; drops what it answers and counts the answers. */
async function write_all(connection, piece, times) {
  const { socket } = connection;
  let answers = 0;
  socket.removeAllListeners('data').on('data', (bytes) => {
    answers += bytes.toString('latin1').split('HTTP/1.1 200').length - 1;
  });
  for (let i = 0; i < times && !socket.destroyed; ++i) {
    if (!socket.write(piece)) await new Promise((resolve) => socket.once('drain', resolve));
  }
  return () => answers;
}

test('a pipeline that never ends where a read does is not kept', () =>
  // Symptom: 1,000 MB sent, 926 MB resident, all on one connection and without a key.
  with_server({ env }, async (server) => {
    const start = 'GET /livez HTTP/1.1\r\nHost: localhost\r\nX: ';
    const request = `${start}${'x'.repeat(8192 - start.length - 4)}\r\n\r\n`;
    assert.equal(request.length, 8192);
    await assert_alive(server);
    const connection = await new raw_connection(server.port).connected;
    const quiet = await resident_bytes(server.pid);

    // No write ends where a request does, lest a read does.
    connection.write(start);
    const answered = await write_all(connection, request.slice(start.length) + request.repeat(31) + start, 400);

    assert.ok(answered() > 12_000, `most of 12,800 requests were answered: ${answered()}`);
    await assert_resident(server, quiet, 40 * mebibyte, 'after 100 MiB of requests');
    connection.destroy();
    await assert_alive(server);
  }));
