// Clients that send so slowly that they would hold their connections for ever.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assert_alive, job_health, jobs_path } from './jobs.mjs';
import { embedded_server, with_server } from './server.mjs';
import { raw_connection } from './wire.mjs';

const head = `POST ${jobs_path} HTTP/1.1\r\nHost: localhost\r\n`;

// The server's own limits, ten seconds and a minute, are too long for a test.
const short_limit = { program: embedded_server, args: ['--idle-seconds', '2', '--head-ms', '1000'] };

/** How each kind begins; then it sends a byte now and then. And the answer that ends it, if any. */
const beginnings = {
  'a request line without an end': ['GET /', 408],
  'a head without an end': [`${head}X-Slow: `, 408],
  'a body without an end': [`${head}Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n`, 408],
};

async function assert_cut(port, what, [beginning, expected]) {
  const connection = await new raw_connection(port).connected;
  connection.write(beginning);
  const drip = setInterval(() => connection.write('a'), 250);
  try {
    await connection.answered_or_closed(what);

    assert.equal(connection.answers[0]?.status, expected, what);
  } finally {
    clearInterval(drip);
    connection.destroy();
  }
}

test('requests that arrive byte by byte for ever are cut, others are served meanwhile', () =>
  with_server(short_limit, async (server) => {
    const kinds = Object.entries(beginnings);
    const all = Array.from({ length: 30 }, (_, index) => kinds[index % kinds.length]);
    const cut = Promise.all(all.map(([what, kind]) => assert_cut(server.port, what, kind)));

    assert.equal((await job_health(server)).healthy, true);
    await cut;

    await assert_alive(server);
  }));

test('idle connections are closed when their time is over', () =>
  with_server(short_limit, async (server) => {
    const fresh = await new raw_connection(server.port).connected;
    const used = await new raw_connection(server.port).connected;
    used.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n');

    for (const connection of [fresh, used]) {
      await connection.wait_for('the end of an idle connection', (self) => self.is_closed);
      connection.destroy();
    }

    assert.equal(used.answers[0].status, 200);
  }));
