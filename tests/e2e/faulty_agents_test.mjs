// One job's agent misbehaves: that job ends with a text that says why, and no other job notices.
import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import { agent_ids, create_job, finished_job, run_job } from './jobs.mjs';
import { answer_json, with_peer } from './peer.mjs';
import { with_server } from './server.mjs';
import { in_parallel } from './until.mjs';

const too_large = 'x'.repeat(2 * 1024 * 1024 + 1);
const raw_answer = (response, bytes) => response.socket.end(bytes);
const json_head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';

/** What the peer does when the task's content is the key, and how the job must end. */
const faults = {
  'hangs for ever': { play: () => {}, status: 'timeout', error: /^Job timed out waiting for agent response$/ },
  'answers 500': { play: (r) => answer_json(r, 500, { oops: 1 }), error: /500/ },
  'answers 404': { play: (r) => answer_json(r, 404, {}), error: /404/ },
  redirects: { play: (r) => answer_json(r, 302, {}, { Location: '/tasks' }), error: /302|redirect/i },
  'sends words for JSON': { play: (r) => answer_json(r, 200, 'good day'), error: /JSON/ },
  'sends half a JSON text': { play: (r) => answer_json(r, 200, '{"content":"ha'), error: /JSON/ },
  'sends an array': { play: (r) => answer_json(r, 200, '[1]'), error: /object|JSON/ },
  'sends a number as content': { play: (r) => answer_json(r, 200, '{"content":7}'), error: /content/ },
  'sends an unknown status': { play: (r) => answer_json(r, 200, { status: 'maybe' }), error: /status/ },
  'sends too deep a JSON text': {
    play: (r) => answer_json(r, 200, '['.repeat(120_000)),
    error: /deep|nest|level/i,
  },
  'sends too much': { play: (r) => answer_json(r, 200, { content: too_large }), error: /2097152|2 MiB|large|bytes/ },
  'sends bytes that are no HTTP': { play: (r) => raw_answer(r, 'good day\r\n\r\n'), error: /./ },
  'dies mid-body': {
    play: (r) => raw_answer(r, `${json_head}Content-Length: 100\r\n\r\n{"content":"half`),
    error: /connection|closed|cut|body/i,
  },
  'dies mid-chunk': {
    play: (r) => raw_answer(r, `${json_head}Transfer-Encoding: chunked\r\n\r\n50\r\n{"content"`),
    error: /connection|closed|cut|body/i,
  },
  'dies at once': { play: (r) => r.socket.destroy(), error: /connection|closed|empty|answer/i },
  'resets the connection': { play: (r) => r.socket.resetAndDestroy(), error: /connection|reset/i },
  'says why it failed': {
    play: (r) => answer_json(r, 200, { status: 'failed', error: 'the model is asleep' }),
    error: /^the model is asleep$/,
  },
};

function play(task, response) {
  const fault = faults[task.content];
  if (fault) fault.play(response);
  else answer_json(response, 200, { content: `fine: ${task.content}` });
}

async function run_faulty(server, content) {
  const { status = 'failed', error } = faults[content];
  const job = await run_job(server, { content, timeoutMs: 5000 });

  assert.equal(job.status, status, `${content}: ${JSON.stringify(job)}`);
  assert.match(job.error, error, content);
  // Texts for callers: no addresses of memory, no C++ names, no paths.
  assert.doesNotMatch(job.error, /0x[0-9a-f]{6}|::|\/(usr|tmp|home)\//, content);
  assert.equal(job.result, undefined, content);
}

test('each fault of an agent fails its own job and no other', () =>
  with_peer(play, (peer) => {
    const agents = [{ id: agent_ids.first, name: 'hook', type: 'http', url: `${peer.url}/tasks` }];
    return with_server({ config: { agents } }, async (server) => {
      const good = in_parallel(400, 16, async (index) => {
        const job = await run_job(server, { content: `job ${index}`, timeoutMs: 60_000 });
        assert.equal(job.status, 'completed', JSON.stringify(job));
        assert.equal(job.result.message.content, `fine: job ${index}`);
      });
      const faulty = Promise.all(Object.keys(faults).map((name) => run_faulty(server, name)));

      await Promise.all([good, faulty]);
    });
  }));

test('an answer that is not UTF-8 is a fault or is made UTF-8', () =>
  with_peer(
    (task, response) => raw_answer(response, Buffer.concat([
      Buffer.from(`${json_head}Content-Length: 18\r\n\r\n{"content":"a`),
      Buffer.from([0xff, 0xfe, 0x80]),
      Buffer.from('"}'),
    ])),
    (peer) => {
      const agents = [{ name: 'latin', type: 'http', url: peer.url }];
      return with_server({ config: { agents } }, async (server) => {
        const job = await run_job(server);

        if (job.status === 'completed') assert.match(job.result.message.content, /^a\uFFFD+$/);
        else assert.match(job.error, /UTF-8/i);
      });
    },
  ));

test('an agent that nobody is behind fails its jobs, the other agent goes on', async () => {
  const closed_port = await unused_port();
  const agents = [
    { id: agent_ids.first, name: 'gone', type: 'http', url: `http://127.0.0.1:${closed_port}/` },
    { id: agent_ids.second, name: 'echo', type: 'echo' },
  ];
  await with_server({ config: { agents } }, async (server) => {
    const refused = await run_job(server, { agentId: agent_ids.first });
    const fine = await run_job(server, { agentId: agent_ids.second });

    assert.equal(refused.status, 'failed');
    assert.match(refused.error, /refused|connect/i);
    assert.equal(fine.status, 'completed');
  });
});

test('the time limit of the agent ends a task before the job is due', () =>
  with_peer(() => {}, (peer) => {
    const agents = [{ name: 'hook', type: 'http', url: peer.url, timeoutMs: 300 }];
    return with_server({ config: { agents } }, async (server) => {
      const job = await run_job(server, { timeoutMs: 300_000 });

      assert.equal(job.status, 'failed');
      assert.match(job.error, /300|time/i);
    });
  }));

test('a late answer changes nothing', async () => {
  let late_response;
  await with_peer((task, response) => (late_response = response), async (peer) => {
    const agents = [{ name: 'late', type: 'http', url: peer.url }];
    await with_server({ config: { agents } }, async (server) => {
      const { jobId: job_id } = await create_job(server, { timeoutMs: 1000 });
      const timed_out = await finished_job(server, job_id);

      answer_json(late_response, 200, { content: 'too late' });

      assert.equal(timed_out.status, 'timeout');
      assert.deepEqual(await finished_job(server, job_id), timed_out);
    });
  });
});

/** A port that was free a moment ago and on which nobody listens. */
async function unused_port() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
