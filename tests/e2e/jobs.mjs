// The Messaging Jobs API as tests call it.
import assert from 'node:assert/strict';

export const jobs_path = '/api/messaging/jobs';
export const user_id = '550e8400-e29b-41d4-a716-446655440000';
export const uuid_pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A configured agent with an id that the test can name. */
export const agent_ids = {
  echo: '00000000-0000-4000-8000-000000000001',
  first: '11111111-1111-4111-8111-111111111111',
  second: '22222222-2222-4222-8222-222222222222',
};

/** POSTs a job that must be accepted; gives the answer's body. */
export async function create_job(server, fields = {}, headers = {}) {
  const json = { userId: user_id, content: 'hello', ...fields };
  const answer = await server.call('POST', jobs_path, { json, headers });
  assert.equal(answer.status, 201, answer.text);
  return answer.json;
}

/** The job, once it is terminal. */
export async function finished_job(server, job_id) {
  const answer = await server.call('GET', `${jobs_path}/${job_id}?wait=60`);
  assert.equal(answer.status, 200, answer.text);
  assert.match(answer.json.status, /^(completed|failed|timeout)$/, answer.text);
  return answer.json;
}

/** Creates a job and gives it once it is terminal. */
export async function run_job(server, fields = {}) {
  const { jobId: job_id } = await create_job(server, fields);
  return finished_job(server, job_id);
}

export async function job_health(server) {
  const answer = await server.call('GET', `${jobs_path}/health`);
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
}

/** The process still serves: asked on a connection of its own. */
export async function assert_alive(server) {
  const answer = await server.call('GET', '/livez', { agent: false });
  assert.equal(answer.status, 200, answer.text);
}
