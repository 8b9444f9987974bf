// The Scheduled Jobs API as tests call it.
import assert from 'node:assert/strict';
import { agent_ids } from './jobs.mjs';
import { until } from './until.mjs';

export const schedules_path = '/api/jobs';

/** Creates a scheduled job that must be accepted. */
export async function create_schedule(server, fields = {}) {
  const json = { name: 'job', agentId: agent_ids.echo, payload: { action: 'clean' }, ...fields };
  const answer = await server.call('POST', schedules_path, { json });
  assert.equal(answer.status, 201, answer.text);
  return answer.json;
}

export async function schedule_of(server, id) {
  const answer = await server.call('GET', `${schedules_path}/${id}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
}

/** Its runs, newest first. */
export async function runs_of(server, id, query = '') {
  const answer = await server.call('GET', `${schedules_path}/${id}/runs${query}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
}

/** The job once it has so many runs that are over. */
export async function after_runs(server, id, count) {
  await until(`${count} runs`, async () => {
    const runs = await runs_of(server, id, '?limit=1000');
    return runs.filter((run) => run.finishedAt).length >= count;
  });
  return schedule_of(server, id);
}
