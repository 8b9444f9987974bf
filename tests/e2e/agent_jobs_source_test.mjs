// The examples of the source of the Agent Jobs API as they are written there, with curl, and what its
// document says is answered.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { config_with, keys } from './agent_jobs.mjs';
import { uuid_pattern } from './jobs.mjs';
import { silent, with_peer } from './peer.mjs';
import { with_server } from './server.mjs';
import { guarded } from './until.mjs';

const create_now = `curl -X POST https://api.example.com/services/agent-jobs \\
  -H "Authorization: Bearer YOUR_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{
    "target_channel": {
      "org_id": "org123",
      "platform": "slack",
      "type": "channel",
      "code": "C123456",
      "data": {
        "channel_id": "C123456",
        "team_id": "T123456"
      }
    },
    "job_type_id": "daily-report",
    "config": {
      "max_follow_ups": 3,
      "max_task_retries": 2,
      "task_retry_interval": 5,
      "max_time_to_complete": 60,
      "profile_id": "profile123"
    },
    "params": {
      "report_type": "daily",
      "include_metrics": true
    }
  }'`;

const create_later = create_now.replace(
  /\n {4}\}\n {2}\}'$/,
  `\n    },\n    "scheduled_at": "2023-12-31T09:00:00Z"\n  }'`,
);

const list = `curl -X GET "https://api.example.com/services/agent-jobs?status=RUNNING&job_type_id=daily-report&limit=10&offset=0&sort=created_at:desc" \\
  -H "Authorization: Bearer YOUR_TOKEN"`;

const cancel = `curl -X DELETE https://api.example.com/services/agent-jobs/job123 \\
  -H "Authorization: Bearer YOUR_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{
    "reason": "No longer needed"
  }'`;

/** Runs a command of the document, host, token and id apart: `{status, json}`. */
async function run_curl(server, command, id = 'job123') {
  const here = command
    .replace('https://api.example.com', server.url)
    .replace('YOUR_TOKEN', keys.org123)
    .replace('job123', id)
    .replace(/^curl /, 'curl -sS -w "\\n%{http_code}" ');
  const child = spawn('sh', ['-c', here], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (more) => (text += more));
  await guarded(new Promise((resolve) => child.once('close', resolve)), 'the end of curl');
  const lines = text.split('\n');
  return { status: Number(lines.pop()), json: JSON.parse(lines.join('\n')) };
}

const member_names = [
  'job_id', 'org_id', 'channel_code', 'job_type_id', 'job_status', 'created_at', 'updated_at',
  'scheduled_at', 'tasks', 'result', 'params', 'config',
];

function assert_documented_job(job) {
  for (const name of member_names) assert.ok(name in job, `${name} is missing`);
  assert.match(job.job_id, uuid_pattern);
  assert.equal(job.org_id, 'org123');
  assert.equal(job.channel_code, 'C123456');
  assert.equal(job.job_type_id, 'daily-report');
  for (const name of ['created_at', 'updated_at', 'scheduled_at']) {
    assert.match(job[name], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  }
  assert.deepEqual(job.params, { report_type: 'daily', include_metrics: true });
  assert.deepEqual(job.config, {
    max_follow_ups: 3,
    max_task_retries: 2,
    task_retry_interval: 5,
    max_time_to_complete: 60,
    start_prompt: 'Write the {{params.report_type}} report.',
    profile_id: 'profile123',
  });
}

test('the examples of the source answer as it documents', () =>
  with_peer(silent, async (peer) => {
    const config = config_with([{ name: 'hook', type: 'http', url: peer.url }]);
    await with_server({ config }, async (server) => {
      const created = await run_curl(server, create_now);
      assert.equal(created.status, 201);
      assert_documented_job(created.json.data);
      const id = created.json.data.job_id;
      assert.deepEqual(created.json.meta, { org_id: 'org123', id });
      assert.equal(created.json.data.result, null);

      // Its time is long past: due now.
      const later = await run_curl(server, create_later);
      assert.equal(later.status, 201);
      assert_documented_job(later.json.data);
      assert.match(later.json.data.job_status, /^(WAITING|RUNNING)$/);

      const running = `curl -X GET "https://api.example.com/services/agent-jobs/job123?wait=0" -H "Authorization: Bearer YOUR_TOKEN"`;
      let shown;
      do shown = await run_curl(server, running, id);
      while (shown.json.data.job_status !== 'RUNNING');
      assert.equal(shown.status, 200);
      assert_documented_job(shown.json.data);
      assert.deepEqual(shown.json.meta, { org_id: 'org123', id });
      assert.match(shown.json.data.tasks[0].task_id, uuid_pattern);
      assert.equal(shown.json.data.tasks[0].status, 'RUNNING');
      assert.equal(shown.json.data.tasks[0].result, null);

      let listed;
      do listed = await run_curl(server, list);
      while (listed.json.meta.total !== 2);
      assert.equal(listed.status, 200);
      assert.deepEqual(
        listed.json.data.map((job) => job.job_id),
        [later.json.data.job_id, id],
      );
      listed.json.data.forEach(assert_documented_job);
      assert.deepEqual(listed.json.meta, {
        org_id: 'org123',
        limit: 10,
        offset: 0,
        count: 2,
        total: 2,
        sort: [{ field: 'created_at', direction: 'desc' }],
      });

      const canceled = await run_curl(server, cancel, id);
      assert.equal(canceled.status, 200);
      assert.deepEqual(canceled.json.meta, { org_id: 'org123', job_id: id });
      assert.equal(canceled.json.message, `Job with ID '${id}' successfully canceled`);
      assert.equal(canceled.json.data.cancel_reason, 'No longer needed');

      const again = await run_curl(server, cancel, id);
      assert.equal(again.status, 409);
      assert.equal((await run_curl(server, cancel)).status, 404);
    });
  }));
