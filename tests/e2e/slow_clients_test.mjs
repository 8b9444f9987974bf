// Clients that send so slowly that they would hold their connections for ever.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assert_alive, jobs_path, run_job } from './jobs.mjs';
import { with_server } from './server.mjs';
import { raw_connection } from './wire.mjs';

const head = `POST ${jobs_path} HTTP/1.1\r\nHost: localhost\r\n`;

// The documented limits are 10 s for a head and 60 s for a whole request; checks run once a second.
const guard_ms = 90_000;

/** How each kind begins; then it sends a byte now and then. */
const beginnings = {
  'a request line without an end': 'GET /',
  'a head without an end': `${head}X-Slow: `,
  'a body without an end': `${head}Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n`,
};

async function assert_cut(port, what, beginning) {
  const connection = await new raw_connection(port).connected;
  connection.write(beginning);
  const drip = setInterval(() => connection.write('a'), 250);
  try {
    await connection.answered_or_closed(what, guard_ms);

    for (const { status } of connection.answers) assert.equal(status, 408, what);
  } finally {
    clearInterval(drip);
    connection.destroy();
  }
}

test('requests that arrive byte by byte for ever are cut, others are served meanwhile', () =>
  with_server({}, async (server) => {
    const kinds = Object.entries(beginnings);
    const all = Array.from({ length: 30 }, (_, index) => kinds[index % kinds.length]);
    const cut = Promise.all(all.map(([what, beginning]) => assert_cut(server.port, what, beginning)));

    assert.equal((await run_job(server)).status, 'completed');
    await cut;

    await assert_alive(server);
  }));
