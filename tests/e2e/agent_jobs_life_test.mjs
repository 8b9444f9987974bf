// The life of agent jobs with a real server and a webhook agent that misbehaves, across crashes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agent_job, as, cancel_agent_job, config_with, create_agent_job, jobs_path } from './agent_jobs.mjs';
import { answer_json, silent, with_peer } from './peer.mjs';
import { with_directory, with_server } from './server.mjs';
import { until } from './until.mjs';

const hook = (peer, more = {}) => [{ name: 'hook', type: 'http', url: peer.url, ...more }];
const durable = { store: 'sqlite:jobs.db' };

/** Settings for tests: retries after 0.6 s. */
const quick = (more = {}) => ({
  config: { max_task_retries: 2, task_retry_interval: 0.01, max_follow_ups: 2, ...more },
});

test('an agent that is down at first answers the third time', () => {
  const play = (task, response) => {
    if (task.attempt < 3) return response.socket.destroy();
    return answer_json(response, 200, { content: 'the report' });
  };
  return with_peer(play, (peer) =>
    with_server({ config: config_with(hook(peer)) }, async (server) => {
      const { job_id } = await create_agent_job(server, quick());
      const done = await agent_job(server, job_id, { wait: 60 });

      assert.equal(done.job_status, 'COMPLETED');
      assert.equal(done.result, 'the report');
      assert.deepEqual(done.tasks.map(({ kind, status, attempt }) => [kind, status, attempt]), [
        ['start', 'FAILED', 1], ['retry', 'FAILED', 2], ['retry', 'COMPLETED', 3],
      ]);
      assert.ok(done.tasks[0].error);
      const waits = done.tasks.slice(1).map((task, i) => Date.parse(task.created_at) - Date.parse(done.tasks[i].finished_at));
      for (const wait of waits) assert.ok(wait >= 600, `retried after ${wait} ms`);
      assert.equal(new Set(peer.tasks.map((task) => task.taskId)).size, 3);
      const [task] = peer.tasks;
      assert.equal(task.org, 'org123');
      assert.equal(task.content, 'Write the daily report.');
      assert.deepEqual(task.params, { report_type: 'daily', include_metrics: true });
      assert.equal(task.targetChannel.code, 'C123456');
    }));
});

test('an agent that asks for follow-ups gets the conversation, up to the limit', () => {
  const play = (task, response) => answer_json(response, 200, { status: 'continue', content: `part ${task.attempt}` });
  return with_peer(play, (peer) =>
    with_server({ config: config_with(hook(peer)) }, async (server) => {
      const { job_id } = await create_agent_job(server, quick());
      const done = await agent_job(server, job_id, { wait: 60 });

      assert.equal(done.job_status, 'FAILED');
      assert.equal(done.error.code, 'follow_up_limit');
      assert.deepEqual(done.tasks.map(({ kind }) => kind), ['start', 'follow_up', 'follow_up']);
      assert.deepEqual(peer.tasks[2].history, [
        { role: 'user', content: 'Write the daily report.' },
        { role: 'assistant', content: 'part 1' },
        { role: 'user', content: 'Continue.' },
        { role: 'assistant', content: 'part 2' },
      ]);
      assert.equal(peer.tasks[2].content, 'Continue.');
    }));
});

test('when retries are used up the last error is told', () => {
  const play = (task, response) => answer_json(response, 200, { status: 'failed', error: `no ${task.attempt}` });
  return with_peer(play, (peer) =>
    with_server({ config: config_with(hook(peer)) }, async (server) => {
      const { job_id } = await create_agent_job(server, quick());
      const done = await agent_job(server, job_id, { wait: 60 });
      assert.equal(done.job_status, 'FAILED');
      assert.deepEqual(done.error, { code: 'agent_error', message: 'no 3' });
    }));
});

test('the deadline ends a job that runs and one that waits for a retry', () => {
  const play = (task, response) => {
    if (task.targetChannel.code === 'fails') answer_json(response, 200, { status: 'failed', error: 'no' });
  };
  return with_peer(play, (peer) =>
    with_server({ config: config_with(hook(peer)) }, async (server) => {
      const limit = { max_time_to_complete: 0.01, task_retry_interval: 5 };
      const running = await create_agent_job(server, quick(limit));
      const target_channel = { platform: 'slack', code: 'fails' };
      const waiting = await create_agent_job(server, { ...quick(limit), target_channel });
      for (const { job_id } of [running, waiting]) {
        const done = await agent_job(server, job_id, { wait: 60 });
        assert.equal(done.job_status, 'FAILED');
        assert.equal(done.error.code, 'timeout');
      }
      await until('the aborted request', () => peer.open === 0);
      const { json } = await server.call('GET', `${jobs_path}?status=FAILED`, { headers: as('org123') });
      assert.equal(json.meta.total, 2);
    }));
});

test('cancel ends a job that runs, waits for a retry, or waits for its agent', () => {
  const play = (task, response) => {
    if (task.targetChannel.code === 'fails') answer_json(response, 200, { status: 'failed', error: 'no' });
  };
  return with_peer(play, (peer) =>
    with_server({ config: config_with(hook(peer, { concurrency: 1 })) }, async (server) => {
      const more = quick({ task_retry_interval: 5 });
      const target_channel = { platform: 'slack', code: 'fails' };
      const retrying = await create_agent_job(server, { ...more, target_channel });
      await until('the failed task', async () => (await agent_job(server, retrying.job_id)).tasks[0]?.status === 'FAILED');
      const running = await create_agent_job(server, more);
      await until('the running task', async () => (await agent_job(server, running.job_id)).job_status === 'RUNNING');
      const queued = await create_agent_job(server, more);
      assert.equal(queued.job_status, 'WAITING');
      assert.deepEqual(queued.tasks, []);
      assert.equal((await agent_job(server, retrying.job_id)).job_status, 'WAITING');

      for (const { job_id } of [queued, running, retrying]) {
        const answer = await cancel_agent_job(server, job_id, { json: { reason: 'enough' } });
        assert.equal(answer.status, 200, answer.text);
        assert.equal(answer.json.data.job_status, 'CANCELED');
        assert.equal((await cancel_agent_job(server, job_id)).status, 409);
      }
      assert.equal((await agent_job(server, running.job_id)).tasks[0].status, 'CANCELED');
      await until('the aborted request', () => peer.open === 0);
      assert.equal(peer.tasks.length, 2, 'what waited for its agent never reached it');
    }));
});

test('after a crash jobs go on from where they stood', () =>
  with_directory(async (directory) => {
    let is_restarted = false;
    const play = (task, response) => {
      if (is_restarted) return answer_json(response, 200, { content: `done ${task.attempt}` });
      if (task.targetChannel.code === 'fails') return answer_json(response, 200, { status: 'failed', error: 'no' });
      return silent(task, response);
    };
    await with_peer(play, async (peer) => {
      const config = config_with(hook(peer, { concurrency: 2 }), durable);
      const in_channel = (code, more = {}) => ({ ...quick({ task_retry_interval: 0.05 }), ...more, target_channel: { platform: 'p', code } });
      const soon = () => new Date(Date.now() + 4000).toISOString();
      const jobs = {};
      let due;
      await with_server({ config, directory }, async (server) => {
        jobs.retrying = await create_agent_job(server, in_channel('fails', { tags: 'a,b' }));
        await until('the failed task', async () => (await agent_job(server, jobs.retrying.job_id)).tasks[0]?.status === 'FAILED');
        jobs.running = await create_agent_job(server, in_channel('runs'));
        await create_agent_job(server, in_channel('fills'));
        await until('two running tasks', () => peer.open === 2);
        jobs.queued = await create_agent_job(server, in_channel('waits'));
        due = soon();
        jobs.scheduled = await create_agent_job(server, in_channel('later', { scheduled_at: due }));
        jobs.far = await create_agent_job(server, in_channel('far', { scheduled_at: '2999-01-01' }));
        jobs.canceled = await create_agent_job(server, in_channel('gone', { scheduled_at: '2999-01-01' }));
        await cancel_agent_job(server, jobs.canceled.job_id, { json: { reason: 'why not' } });
        await server.crash();
      });
      const ran_before = peer.tasks.find((task) => task.jobId === jobs.running.job_id);

      is_restarted = true;
      await with_server({ config, directory }, async (server) => {
        for (const name of ['retrying', 'running', 'queued', 'scheduled']) {
          const done = await agent_job(server, jobs[name].job_id, { wait: 60 });
          assert.equal(done.job_status, 'COMPLETED', name);
          assert.deepEqual(done.params, jobs[name].params);
          assert.deepEqual(done.config, jobs[name].config);
          assert.deepEqual(done.target_channel, jobs[name].target_channel);
          assert.equal(done.tags, jobs[name].tags);
          if (name === 'retrying') assert.deepEqual(done.tasks.map(({ kind }) => kind), ['start', 'retry']);
          if (name === 'scheduled') assert.ok(Date.parse(done.started_at) >= Date.parse(due));
          if (name === 'running') assert.equal(done.tasks[0].task_id, ran_before.taskId);
        }
        const canceled = await agent_job(server, jobs.canceled.job_id);
        assert.equal(canceled.job_status, 'CANCELED');
        assert.equal(canceled.cancel_reason, 'why not');
        assert.equal((await agent_job(server, jobs.far.job_id)).job_status, 'SCHEDULED');
        assert.equal((await cancel_agent_job(server, jobs.far.job_id)).status, 200);
        assert.equal((await cancel_agent_job(server, jobs.far.job_id)).status, 409);
      });
    });
  }));

/** A job in each live state, of an agent with one slot that never answers but fails what is to fail. */
async function job_in_each_state(server, peer, config) {
  const make = (code, more = {}) =>
    create_agent_job(server, { ...quick({ task_retry_interval: 5, ...config }), ...more, target_channel: { platform: 'p', code } });
  const retrying = await make('fails');
  await until('the failed task', async () => (await agent_job(server, retrying.job_id)).tasks[0]?.status === 'FAILED');
  const running = await make('runs');
  await until('the running task', () => peer.open === 1);
  const queued = await make('waits');
  const scheduled = await make('later', { scheduled_at: new Date(Date.now() + 3_600_000).toISOString() });
  return { retrying, running, queued, scheduled };
}

const fails_or_is_silent = (task, response) => {
  if (task.targetChannel.code === 'fails') answer_json(response, 200, { status: 'failed', error: 'no' });
  else silent(task, response);
};

test('after a crash a job canceled in any state stays canceled', () =>
  with_directory((directory) =>
    with_peer(fails_or_is_silent, async (peer) => {
      const config = config_with(hook(peer, { concurrency: 1 }), durable);
      let jobs;
      await with_server({ config, directory }, async (server) => {
        jobs = await job_in_each_state(server, peer);
        const answers = await Promise.all(Object.values(jobs).map(({ job_id }) =>
          cancel_agent_job(server, job_id, { json: { reason: 'enough' } })));
        for (const answer of answers) assert.equal(answer.status, 200, answer.text);
        await server.crash();
      });
      const asked_before = peer.tasks.length;

      await with_server({ config, directory }, async (server) => {
        for (const [name, { job_id }] of Object.entries(jobs)) {
          const job = await agent_job(server, job_id);
          assert.equal(job.job_status, 'CANCELED', name);
          assert.equal(job.cancel_reason, 'enough', name);
          assert.equal((await cancel_agent_job(server, job_id)).status, 409, name);
        }
        // The agent's one slot is free: what comes next is not behind a job that is over.
        await create_agent_job(server, quick());
        await until('the next task', () => peer.tasks.length > asked_before);
        assert.equal(peer.tasks.length, asked_before + 1);
      });
    })));

test('a deadline that passes while the server is down ends a job in any state', () =>
  with_directory((directory) =>
    with_peer(fails_or_is_silent, async (peer) => {
      const config = config_with(hook(peer, { concurrency: 1 }), durable);
      const limit = { max_time_to_complete: 0.1 };
      let jobs;
      await with_server({ config, directory }, async (server) => {
        jobs = await job_in_each_state(server, peer, limit);
        const soon = new Date(Date.now() + 4_000).toISOString();
        jobs.scheduled = await create_agent_job(server, { ...quick(limit), scheduled_at: soon });
        assert.equal(jobs.scheduled.job_status, 'SCHEDULED');
        await server.crash();
      });
      const asked_before = peer.tasks.length;
      const last = Date.parse(jobs.scheduled.scheduled_at) + 6_000;
      await until('the last deadline', () => Date.now() > last);

      await with_server({ config, directory }, async (server) => {
        for (const [name, { job_id }] of Object.entries(jobs)) {
          const job = await agent_job(server, job_id, { wait: 60 });
          assert.equal(job.job_status, 'FAILED', name);
          assert.equal(job.error.code, 'timeout', name);
        }
      });
      assert.equal(peer.tasks.length, asked_before, 'none reached the agent again');
    })));

test('cancel and completion at the same instant have one winner', () => {
  const held = new Map();
  const play = (task, response) => held.set(task.jobId, response);
  return with_peer(play, (peer) =>
    with_server({ config: config_with(hook(peer)) }, async (server) => {
      const outcomes = new Set();
      for (let round = 0; round < 60; round += 1) {
        const { job_id } = await create_agent_job(server);
        const response = await until('the task', () => held.get(job_id));
        const cancel_first = round % 2 === 0;
        const asked = cancel_first && cancel_agent_job(server, job_id);
        answer_json(response, 200, { content: 'done' });
        const answer = await (asked || cancel_agent_job(server, job_id));
        const { job_status } = await agent_job(server, job_id, { wait: 60 });
        assert.equal(job_status, answer.status === 200 ? 'CANCELED' : 'COMPLETED', answer.text);
        assert.ok([200, 409].includes(answer.status));
        outcomes.add(answer.status);
      }
      assert.ok(outcomes.size > 0);
    }));
});
