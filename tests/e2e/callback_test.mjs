// An http agent that says "later" (202) and answers by calling back.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import net from 'node:net';
import { test } from 'node:test';
import { create_job, finished_job, jobs_path, run_job, user_id } from './jobs.mjs';
import { answer_json, with_peer } from './peer.mjs';
import { with_server } from './server.mjs';
import { in_parallel, until } from './until.mjs';

const accept = (task, response) => response.writeHead(202).end();

/**
 * A relay on a port that is known before the server is: the server's own port is free choice, but
 * `publicUrl` must be in the configuration.
 */
async function with_relay(body) {
  let target_port;
  const sockets = new Set();
  const relay = net.createServer((inbound) => {
    const outbound = net.connect(target_port, '127.0.0.1');
    for (const [from, to] of [[inbound, outbound], [outbound, inbound]]) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  });
  await new Promise((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${relay.address().port}`;
  try {
    await body(url, (port) => (target_port = port));
  } finally {
    for (const socket of sockets) socket.destroy();
    relay.close();
  }
}

/** A server with one http agent that answers by callback; `body(server, peer)`. */
function with_callback_server(answer, body, more_config = {}) {
  return with_peer(answer, (peer) =>
    with_relay((publicUrl, relay_to) => {
      const agents = [{ name: 'hook', type: 'http', url: peer.url }];
      return with_server({ config: { agents, publicUrl, ...more_config } }, async (server) => {
        relay_to(server.port);
        await body(server, peer, publicUrl);
      });
    }));
}

function call_back(server, callback, json, token = callback.token) {
  const { pathname } = new URL(callback.url);
  const headers = token === null ? {} : { Authorization: `Bearer ${token}` };
  return server.call('POST', pathname, { json, headers });
}

test('an agent accepts a task and answers it later', () =>
  with_callback_server(accept, async (server, peer, public_url) => {
    const { jobId: job_id } = await create_job(server, { content: 'take your time' });
    const task = await until('the task', () => peer.tasks[0]);
    assert.equal(task.callback.url, `${public_url}/agents/tasks/${task.taskId}/result`);
    assert.equal(task.jobId, job_id);

    const metadata = { model: 'tortoise' };
    const accepted = await call_back(server, task.callback, { content: 'done', metadata });

    assert.equal(accepted.status, 204, accepted.text);
    const job = await finished_job(server, job_id);
    assert.equal(job.status, 'completed');
    assert.equal(job.result.message.content, 'done');
    assert.deepEqual(job.result.message.metadata, metadata);
  }));

test('a callback is told what is wrong with it', () =>
  with_callback_server(accept, async (server, peer) => {
    const { jobId: job_id } = await create_job(server);
    const { callback, taskId: task_id } = await until('the task', () => peer.tasks[0]);
    const answer = { content: 'done' };

    for (const token of [null, '', 'wrong', `${callback.token}x`, callback.token.slice(1)]) {
      const refused = await call_back(server, callback, answer, token);
      assert.equal(refused.status, 401, `token ${token}: ${refused.text}`);
    }
    const unknown = { ...callback, url: callback.url.replace(task_id, randomUUID()) };
    assert.equal((await call_back(server, unknown, answer)).status, 404);
    const garbled = await call_back(server, callback, { status: 'maybe' });
    assert.equal(garbled.status, 400, garbled.text);

    // All of that left the task open, for one answer.
    assert.equal((await call_back(server, callback, answer)).status, 204);
    assert.equal((await call_back(server, callback, { content: 'again' })).status, 409);
    const job = await finished_job(server, job_id);
    assert.equal(job.result.message.content, 'done');
  }));

test('an answer after the deadline or a cancel is a conflict', () =>
  with_callback_server(accept, async (server, peer) => {
    const timed_out = await run_job(server, { content: 'due', timeoutMs: 1000 });
    const { jobId: canceled_id } = await create_job(server, { content: 'canceled' });
    await until('both tasks', () => peer.tasks.length === 2);
    await server.call('POST', `${jobs_path}/${canceled_id}/cancel`);

    for (const { callback, content } of peer.tasks) {
      const late = await call_back(server, callback, { content: 'late' });
      assert.equal(late.status, 409, `${content}: ${late.text}`);
    }
    assert.equal(timed_out.status, 'timeout');
    assert.equal((await finished_job(server, canceled_id)).error, 'Job was canceled');
  }));

test('a failure that is called back fails the job with its text', () =>
  with_callback_server(accept, async (server, peer) => {
    const { jobId: job_id } = await create_job(server);
    const { callback } = await until('the task', () => peer.tasks[0]);

    await call_back(server, callback, { status: 'failed', error: 'no paper left' });

    const job = await finished_job(server, job_id);
    assert.equal(job.status, 'failed');
    assert.equal(job.error, 'no paper left');
  }));

test('many tasks are open at once and each gets its own answer, even before its 202', () => {
  const answer_first = async (task, response) => {
    const url = task.callback.url;
    const headers = {
      Authorization: `Bearer ${task.callback.token}`,
      'Content-Type': 'application/json',
    };
    const body = JSON.stringify({ content: `for ${task.content}` });
    const called_back = await fetch(url, { method: 'POST', headers, body });
    if (called_back.status === 204) response.writeHead(202).end();
    else answer_json(response, 500, `callback answered ${called_back.status}`);
  };
  return with_callback_server(answer_first, async (server) => {
    await in_parallel(200, 16, async (index) => {
      const job = await run_job(server, { content: `job ${index}`, timeoutMs: 60_000 });
      assert.equal(job.status, 'completed', JSON.stringify(job));
      assert.equal(job.result.message.content, `for job ${index}`);
    });
  });
});

test('without a public address a 202 fails the job and says so', () =>
  with_peer(accept, (peer) => {
    const agents = [{ name: 'hook', type: 'http', url: peer.url }];
    return with_server({ config: { agents } }, async (server) => {
      const job = await run_job(server);

      assert.equal(peer.tasks[0].callback, undefined);
      assert.equal(job.status, 'failed');
      assert.match(job.error, /202/);
    });
  }));

test('tasks carry what the contract lists', () =>
  with_callback_server(
    (task, response, request) => answer_json(response, 200, { content: JSON.stringify(request.headers) }),
    async (server, peer) => {
      const metadata = { room: 'blue' };
      const job = await run_job(server, { content: 'look', metadata });

      const task = peer.tasks[0];
      const headers = JSON.parse(job.result.message.content);
      assert.equal(headers['idempotency-key'], task.taskId);
      assert.equal(headers['x-callboard-job-id'], job.jobId);
      assert.equal(headers['x-callboard-attempt'], '1');
      assert.match(headers['content-type'], /^application\/json/);
      assert.equal(task.kind, 'message');
      assert.equal(task.attempt, 1);
      assert.equal(task.content, 'look');
      assert.equal(task.userId, user_id);
      assert.equal(task.org, 'default');
      assert.deepEqual(task.metadata, metadata);
      assert.deepEqual(task.agent, { id: job.agentId, name: 'hook' });
      assert.equal(Date.parse(task.deadline), job.expiresAt);
    },
  ));
