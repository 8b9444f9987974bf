// Clients and agents of the crash test: all they can do at once, and a record of what they were told.
import { createHash } from 'node:crypto';
import { pause_all, touch_schedules } from './crash_schedules.mjs';
import { agent_ids, jobs_path as messages_path, user_id } from './jobs.mjs';
import { answer_json } from './peer.mjs';

const key = 'key-of-the-crash-test';
const agent_jobs_path = '/services/agent-jobs';
const headers = { 'X-API-Key': key };
const org = 'crash';

/** What the load needs of a configuration besides its agents. */
export const load_config = {
  organizations: [{ id: org }],
  apiKeys: [
    {
      name: 'crash',
      sha256: createHash('sha256').update(key).digest('hex'),
      org,
      scopes: ['MESSAGING', 'SERVICES:READ', 'SERVICES:WRITE', 'JOBS'],
    },
  ],
  // Every run stays, so that they can be counted.
  scheduledJobs: { keepRuns: 1_000_000 },
  jobTypes: [{ id: 'moody', org_id: org, agent: 'moody' }],
};

/** Clients that create jobs, clients that look at them, and clients that have jobs scheduled. */
const creators = 24;
const lookers = 8;
const schedulers = 2;

/** An agent that answers soon, late, never, with an error, or asks for another turn. */
export function moody_agent(oracle, random) {
  return (task, response) => {
    oracle.task_begun(task);
    const mood = random();
    const answer = () => answer_json(response, 200, { content: `done: ${task.content}` });
    if (mood < 0.6) answer();
    else if (mood < 0.8) setTimeout(answer, random() * 300);
    else if (mood < 0.9) answer_json(response, 500, { error: 'no mood' });
    else if (mood < 0.95) answer_json(response, 200, { status: 'continue', content: 'and?' });
    // else it never answers: the deadline ends the job
  };
}

const minutes = (seconds) => seconds / 60;

/** The two APIs that create jobs: how each asks, and what it shows of an end (undefined: none yet). */
const messages = {
  path: messages_path,
  make: (random) => ({
    userId: user_id,
    content: `${random()}`,
    agentId: random() < 0.05 ? agent_ids.second : random() < 0.5 ? agent_ids.echo : agent_ids.first,
    timeoutMs: 1000 + Math.floor(random() * 2000),
  }),
  id_of: (body) => body.jobId,
  end_of: ({ status, result, error }) =>
    status === 'pending' || status === 'processing' ? undefined : [status, result, error],
};

const agent_jobs = {
  path: agent_jobs_path,
  make: (random) => ({
    target_channel: { code: 'c', platform: 'p' },
    job_type_id: 'moody',
    config: {
      max_follow_ups: 2,
      max_task_retries: 2,
      task_retry_interval: minutes(random() * 0.5),
      max_time_to_complete: minutes(1 + random() * 2),
    },
    // Some at once, some in a moment, some far beyond the horizon.
    scheduled_at:
      random() < 0.1
        ? '2999-01-01T00:00:00Z'
        : new Date(Date.now() + Math.floor(random() * 1000) - 500).toISOString(),
  }),
  id_of: (body) => body.data.job_id,
  end_of: ({ data: { job_status: status, result, error, cancel_reason: reason } }) =>
    ['SCHEDULED', 'WAITING', 'RUNNING'].includes(status)
      ? undefined
      : [status, result, error, reason],
};

async function create(server, api, oracle, random) {
  const answer = await server.call('POST', api.path, { json: api.make(random), headers });
  if (answer.status === 503) return undefined;
  if (answer.status !== 201) oracle.faults.push(`creation: ${answer.status} ${answer.text}`);
  const id = api.id_of(answer.json);
  oracle.acknowledged(id);
  return id;
}

async function look(server, api, id, oracle, random) {
  const is_cancel = api === agent_jobs && random() < 0.2;
  const answer = is_cancel
    ? await server.call('DELETE', `${api.path}/${id}`, { headers, json: { reason: 'why not' } })
    : await server.call('GET', `${api.path}/${id}?wait=0.05`, { headers });
  if (answer.status === 404) oracle.faults.push(`job ${id} was acknowledged, then 404`);
  const end = answer.status === 200 ? api.end_of(answer.json) : undefined;
  if (end) oracle.seen_over(id, end);
}

/** Loads a server until it is gone; every answer goes to the oracle. */
export async function load_until_gone(server, oracle, random) {
  const recent = [];
  let is_gone = false;
  const creator = async () => {
    const api = random() < 0.5 ? messages : agent_jobs;
    const id = await create(server, api, oracle, random);
    if (id) recent[Math.floor(random() * 200)] = { api, id };
  };
  const looker = async () => {
    const { api, id } = recent[Math.floor(random() * recent.length)] ?? {};
    if (id) await look(server, api, id, oracle, random);
    else await server.call('GET', '/livez');
  };
  const until_gone = async (work) => {
    while (!is_gone) {
      try {
        await work();
      } catch {
        // Killed under our hands: what was not answered was not promised.
        is_gone = true;
      }
    }
  };
  const scheduler = () => touch_schedules(server, oracle, random, headers);
  const clients = [
    [creators, creator],
    [lookers, looker],
    [schedulers, scheduler],
  ];
  await Promise.all(
    clients.flatMap(([count, work]) => Array.from({ length: count }, () => until_gone(work))),
  );
}

/** Has nothing new begin by itself. */
export const end_schedules = (server, oracle) => pause_all(server, oracle, headers);
