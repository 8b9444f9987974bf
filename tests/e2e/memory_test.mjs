// Clients without a key that try to fill the server's memory. Each sends far more than the server may
// grow by. Builds with sanitizers take more for everything, so the bounds are part of what was sent.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { assert_alive, create_job, jobs_path, user_id } from './jobs.mjs';
import { assert_resident, resident_bytes } from './memory.mjs';
import { with_server } from './server.mjs';
import { in_parallel, until } from './until.mjs';
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
    const answered = await write_all(connection, request.slice(start.length) + request.repeat(31) + start, 96);

    assert.ok(answered() > 2_500, `most of 3,072 requests were answered: ${answered()}`);
    await assert_resident(server, quiet, 12 * mebibyte, 'after 24 MiB of requests');
    connection.destroy();
    await assert_alive(server);
  }));

const key = 'a-key-of-this-test';
const keys = [{
  name: 'test',
  sha256: createHash('sha256').update(key).digest('hex'),
  org: 'default',
  scopes: ['MESSAGING'],
}];
const body_bytes = 2 * mebibyte - 1;
const with_body = (lines) => `POST ${jobs_path} HTTP/1.1\r\nHost: localhost\r\n` +
  `Content-Type: application/json\r\n${lines}\r\n`;

/** Opens connections of which each sends a head and most of a body, and nothing more. */
async function begin_bodies(server, count, head, framed = (piece) => piece) {
  const piece = framed(Buffer.alloc(256 * 1024, 'x'));
  return in_parallel(count, 16, async () => {
    const connection = await new raw_connection(server.port).connected;
    connection.write(head);
    for (let sent = 0; sent + 256 * 1024 < body_bytes && !connection.is_closed; sent += 256 * 1024) {
      await new Promise((resolve) => connection.socket.write(piece, resolve));
    }
    return connection;
  });
}

/** Waits until the system holds no more for the server than what it may leave there of a body. */
async function all_is_read(server, connections) {
  const left_bytes_max = 16 * 1024;
  const port = server.port.toString(16).toUpperCase().padStart(4, '0');
  await until('a server that has read what it was sent', async () => {
    const lines = (await readFile('/proc/net/tcp', 'latin1')).split('\n');
    const ours = lines.map((line) => line.trim().split(/\s+/)).filter(([, local, , state]) =>
      local === `0100007F:${port}` && state === '01');
    const unread = ours.map(([, , , , queues]) => parseInt(queues.split(':')[1], 16));
    return unread.every((bytes) => bytes <= left_bytes_max) &&
      connections.every(({ socket }) => socket.destroyed || socket.writableLength === 0);
  });
}

function in_a_chunk(piece) {
  return Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]);
}

const with_length = `Content-Length: ${body_bytes}\r\n`;
for (const [what, start, framed] of [
  ['with a length', with_body(with_length)],
  ['in chunks', with_body('Transfer-Encoding: chunked\r\n'), in_a_chunk],
]) {
  test(`bodies ${what} of clients without a key are not kept`, () =>
    // Symptom: 300 such clients made the server grow from 44 to 648 MB.
    with_server({ env, config: { apiKeys: keys } }, async (server) => {
      await assert_alive(server);
      const quiet = await resident_bytes(server.pid);

      const connections = await begin_bodies(server, 30, start, framed);
      for (const connection of connections) {
        await connection.answered_or_closed('a body without a key');
        assert.equal(connection.answers[0]?.status, 401);
      }
      await all_is_read(server, connections);

      await assert_resident(server, quiet, 25 * mebibyte, 'after 52 MiB of bodies');
      await create_job(server, {}, { 'X-API-Key': key });
      for (const connection of connections) connection.destroy();
    }));
}

for (const [what, line] of [
  ['that nobody reads', 'POST /nothing'],
  ['without a meaning', 'GET /livez'],
]) {
  test(`bodies ${what} are not kept`, () =>
    with_server({ env }, async (server) => {
      await assert_alive(server);
      const quiet = await resident_bytes(server.pid);

      const start = `${line} HTTP/1.1\r\nHost: localhost\r\n${with_length}\r\n`;
      const connections = await begin_bodies(server, 30, start);
      await all_is_read(server, connections);

      await assert_resident(server, quiet, 25 * mebibyte, 'after 52 MiB of bodies');
      for (const connection of connections) connection.destroy();
    }));
}

test('bodies that are wanted are kept within limits.unreadBytes', () => {
  const config = { limits: { unreadBytes: 16 * mebibyte } };
  return with_server({ env, config }, async (server) => {
    await assert_alive(server);
    const quiet = await resident_bytes(server.pid);

    const connections = await begin_bodies(server, 30, with_body(with_length));
    // 52 MiB for 16: at least every second one must be refused.
    await until('refusals', () =>
      connections.filter(({ answers }) => answers[0]?.status === 503).length >= 15);
    await all_is_read(server, connections);

    await assert_resident(server, quiet, 36 * mebibyte, 'after 52 MiB of bodies');
    await create_job(server);
    const headers = { 'Content-Type': 'application/json' };
    const large = JSON.stringify({ userId: user_id, content: 'x' }) + ' '.repeat(mebibyte);
    // Those who have stopped sending make room, when they have for half a second.
    await until('room for a large body', async () => {
      const answer = await server.call('POST', jobs_path, { body: large, headers }).catch(() => ({}));
      return answer.status === 201;
    });
    for (const connection of connections) connection.destroy();
  });
});
