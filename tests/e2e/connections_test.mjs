// Connections by the thousand, piped ones, half ones, abandoned ones: none hangs, none harms others.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { assert_alive, create_job, job_health, jobs_path, run_job } from './jobs.mjs';
import { silent, with_peer } from './peer.mjs';
import { with_server } from './server.mjs';
import { in_parallel, until } from './until.mjs';
import { raw_connection } from './wire.mjs';

const host = 'Host: localhost\r\n';

async function open_connections(server, count) {
  // A listener's backlog is short: open as a crowd would, not all in one instant.
  return in_parallel(count, 64, () => new raw_connection(server.port).connected);
}

async function assert_descriptors(needed) {
  const limits = await readFile('/proc/self/limits', 'utf8');
  const available = Number(/^Max open files\s+(\d+)/m.exec(limits)[1]);
  assert.ok(available >= needed, `needs ulimit -n ${needed} or more, this shell has ${available}`);
}

test('five thousand idle connections leave room for everybody else', async () => {
  await assert_descriptors(5_200);
  await with_server({}, async (server) => {
    const idle = await open_connections(server, 5_000);

    const jobs = await in_parallel(50, 8, () => run_job(server));

    assert.ok(jobs.every(({ status }) => status === 'completed'));
    assert.equal(idle.filter(({ is_closed }) => is_closed).length, 0);
    // Each of them is as good as new.
    await in_parallel(idle.length, 64, async (index) => {
      const connection = idle[index];
      connection.write(`GET /livez HTTP/1.1\r\n${host}\r\n`);
      await connection.answered_or_closed(`connection ${index}`);
      assert.equal(connection.answers[0]?.status, 200, `connection ${index}`);
      connection.destroy();
    });
    await assert_alive(server);
  });
});

test('connections beyond the limit are answered or closed, and room is made again', () =>
  with_server({ config: { limits: { connections: 20 } } }, async (server) => {
    const within = await open_connections(server, 20);
    const beyond = await open_connections(server, 30);
    for (const connection of beyond) connection.write(`GET /livez HTTP/1.1\r\n${host}\r\n`);

    for (const connection of within) connection.destroy();

    // Refused with 503, closed, or served once there is room: never left hanging.
    for (const connection of beyond) {
      await connection.answered_or_closed('a connection beyond the limit');
      for (const { status } of connection.answers) assert.ok(status === 200 || status === 503);
      connection.destroy();
    }
    await until('room for a new connection', () =>
      server.call('GET', '/livez', { agent: false }).then(
        ({ status }) => status === 200,
        () => false,
      ));
  }));

test('whoever asks for /livez is answered beyond the limit, too', () =>
  // Symptom: a busy server did not answer its liveness probe, and was restarted.
  with_server({ config: { limits: { connections: 5 } } }, async (server) => {
    server.http_agent.destroy();
    await until('no connection', async () => await connection_count(server) === 0);
    const within = await open_connections(server, 5);

    assert.equal((await server.call('GET', '/livez', { agent: false })).status, 200);
    const other = await server.call('GET', '/readyz', { agent: false });
    assert.equal(other.status, 503);
    assert.equal(other.json.code, 'too_many_connections');

    for (const connection of within) connection.destroy();
  }));

test('a thousand pipelined requests get a thousand answers in order', () =>
  with_server({}, async (server) => {
    const targets = ['/livez', '/nowhere', `${jobs_path}/health`, `${jobs_path}/x`, jobs_path];
    const requests = Array.from({ length: 1000 }, (_, index) =>
      `GET ${targets[index % targets.length]} HTTP/1.1\r\n${host}X-Request-Id: r${index}\r\n\r\n`);
    const connection = new raw_connection(server.port).write(requests.join(''));

    await connection.wait_for('a thousand answers', (self) =>
      self.is_closed || self.answers.length === 1000);

    const answers = connection.answers;
    assert.equal(answers.length, 1000);
    answers.forEach(({ status, headers }, index) => {
      assert.equal(headers['x-request-id'], `r${index}`);
      assert.equal(status, [200, 404, 200, 404, 200][index % targets.length]);
    });
    connection.destroy();
  }));

test('pipelined creations make as many jobs', () =>
  with_server({}, async (server) => {
    const body = '{"userId":"550e8400-e29b-41d4-a716-446655440000","content":"piped"}';
    const request = `POST ${jobs_path} HTTP/1.1\r\n${host}Content-Type: application/json\r\n` +
      `Content-Length: ${body.length}\r\n\r\n${body}`;
    const connection = new raw_connection(server.port).write(request.repeat(200));

    await connection.wait_for('200 answers', (self) => self.is_closed || self.answers.length === 200);

    const ids = new Set(connection.answers.map((answer) => JSON.parse(answer.body).jobId));
    assert.equal(ids.size, 200);
    assert.equal((await job_health(server)).totalJobs, 200);
    connection.destroy();
  }));

test('a request to upgrade is answered, and nothing of it stays', () =>
  with_peer(silent, (peer) => {
    const config = { agents: [{ name: 'slow', type: 'http', url: peer.url }] };
    return with_server({ config }, async (server) => {
      const { jobId: job_id } = await create_job(server, { timeoutMs: 300_000 });
      const upgrade = `GET ${jobs_path}/${job_id}?wait=1 HTTP/1.1\r\n${host}` +
        'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
      const connect = `CONNECT localhost:80 HTTP/1.1\r\n${host}\r\n`;

      await in_parallel(400, 64, async (index) => {
        const connection = new raw_connection(server.port).write(index % 4 ? upgrade : connect);
        await connection.answered_or_closed('a request to upgrade');
        for (const { status } of connection.answers) assert.notEqual(status, 101);
        await connection.half_close().wait_for('its end', (self) => self.is_closed);
        connection.destroy();
      });

      await until('the end of every connection', async () => await connection_count(server) <= 1);
      await assert_alive(server);
    });
  }));

test('clients that only close their sending side are answered', () =>
  with_server({}, async (server) => {
    await in_parallel(100, 10, async () => {
      const connection = new raw_connection(server.port, { half_open: true });
      connection.write(`GET /livez HTTP/1.1\r\n${host}\r\n`).half_close();

      await connection.wait_for('the end of the connection', (self) => self.is_closed);

      assert.equal(connection.answers[0]?.status, 200);
      connection.destroy();
    });
  }));

test('clients that leave while they wait free what they held', () =>
  with_peer(silent, (peer) => {
    const config = { agents: [{ name: 'slow', type: 'http', url: peer.url }] };
    return with_server({ config }, async (server) => {
      const { jobId: job_id } = await create_job(server, { timeoutMs: 300_000 });
      const request = `GET ${jobs_path}/${job_id}?wait=60 HTTP/1.1\r\n${host}\r\n`;
      const waiting = await open_connections(server, 500);
      for (const connection of waiting) connection.write(request);
      await assert_alive(server);

      for (const connection of waiting) connection.socket.resetAndDestroy();

      const canceled = await server.call('POST', `${jobs_path}/${job_id}/cancel`);
      assert.equal(canceled.status, 200);
      await until('the end of every connection', async () => await connection_count(server) <= 1);
    });
  }));

/** The server's connections, half-closed ones included. */
async function connection_count(server) {
  const port = server.port.toString(16).toUpperCase().padStart(4, '0');
  const local_address = `0100007F:${port}`;
  const table = await readFile('/proc/net/tcp', 'latin1');
  const open_states = ['01', '08']; // ESTABLISHED, CLOSE_WAIT
  return table.split('\n').filter((line) => {
    const [, local, , state] = line.trim().split(/\s+/);
    return local === local_address && open_states.includes(state);
  }).length;
}
