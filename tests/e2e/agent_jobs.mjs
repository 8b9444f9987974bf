// The Agent Jobs API as tests call it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { agent_ids } from './jobs.mjs';

export const jobs_path = '/services/agent-jobs';

/** Keys of the tests, by what they may do; the file holds their digests. */
export const keys = {
  org123: 'key-of-org123-that-reads-and-writes',
  reader: 'key-of-org123-that-reads',
  writer: 'key-of-org123-that-writes',
  other: 'key-of-org456-that-reads-and-writes',
  messaging: 'key-of-org123-for-messages',
  jobs: 'key-of-org123-for-scheduled-jobs',
};

const scopes_of = {
  org123: ['SERVICES:READ', 'SERVICES:WRITE'],
  reader: ['SERVICES:READ'],
  writer: ['SERVICES:WRITE'],
  other: ['SERVICES:READ', 'SERVICES:WRITE'],
  messaging: ['MESSAGING'],
  jobs: ['JOBS'],
};

const sha256 = (text) => createHash('sha256').update(text).digest('hex');

/** The headers that present a key. */
export const as = (name) => ({ Authorization: `Bearer ${keys[name]}` });

/** What the source's examples need: two organisations, a job type, agents. */
export function config_with(agents = [], more = {}) {
  return {
    organizations: [{ id: 'org123', name: 'Example' }, { id: 'org456' }],
    apiKeys: Object.keys(keys).map((name) => ({
      name,
      sha256: sha256(keys[name]),
      org: name === 'other' ? 'org456' : 'org123',
      scopes: scopes_of[name],
    })),
    agents: [{ id: agent_ids.echo, name: 'echo', type: 'echo', prefix: '' }, ...agents],
    jobTypes: [
      {
        id: 'daily-report',
        org_id: 'org123',
        name: 'Daily report',
        agent: agents.length > 0 ? agents[0].name : 'echo',
        default_config: { start_prompt: 'Write the {{params.report_type}} report.' },
        params_schema: {
          type: 'object',
          required: ['report_type'],
          properties: { report_type: { type: 'string' }, include_metrics: { type: 'boolean' } },
        },
      },
      { id: 'retired', org_id: 'org123', agent: 'echo', active: false },
      { id: 'daily-report', org_id: 'org456', name: 'Theirs', agent: 'echo' },
    ],
    ...more,
  };
}

/** A job as the source creates it. */
export const sample_job = (more = {}) => ({
  target_channel: {
    org_id: 'org123',
    platform: 'slack',
    type: 'channel',
    code: 'C123456',
    data: { channel_id: 'C123456', team_id: 'T123456' },
  },
  job_type_id: 'daily-report',
  config: {
    max_follow_ups: 3,
    max_task_retries: 2,
    task_retry_interval: 5,
    max_time_to_complete: 60,
    profile_id: 'profile123',
  },
  params: { report_type: 'daily', include_metrics: true },
  ...more,
});

/** POSTs a job that must be accepted; gives its `data`. */
export async function create_agent_job(server, more = {}, { key = 'org123', query = '' } = {}) {
  const json = sample_job(more);
  const answer = await server.call('POST', `${jobs_path}${query}`, { json, headers: as(key) });
  assert.equal(answer.status, 201, answer.text);
  return answer.json.data;
}

/** The job as it stands. */
export async function agent_job(server, id, { key = 'org123', wait } = {}) {
  const query = wait === undefined ? '' : `?wait=${wait}`;
  const answer = await server.call('GET', `${jobs_path}/${id}${query}`, { headers: as(key) });
  assert.equal(answer.status, 200, answer.text);
  return answer.json.data;
}

/** DELETEs a job: the whole answer. */
export function cancel_agent_job(server, id, { key = 'org123', json } = {}) {
  return server.call('DELETE', `${jobs_path}/${id}`, { headers: as(key), json });
}
