// JSON of users and agents comes back, is kept and handed on as it came: only white space between its
// tokens goes, and the last of several members of one name stands.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import * as agent_jobs from './agent_jobs.mjs';
import { agent_ids, jobs_path, user_id } from './jobs.mjs';
import { answer_json, with_peer } from './peer.mjs';
import { after_runs, schedules_path } from './schedules.mjs';
import { run_program, with_directory, with_server } from './server.mjs';

// What came, and what must be kept of it if that is not the same.
const texts = {
  'members in no order': ['{"z":1,"a":{"y":2,"b":3},"m":[{"d":1,"c":2}]}'],
  'an exponent': ['{"n":1e2}'],
  'a large exponent sign': ['{"n":1E+02,"m":1E-7}'],
  'minus zero': ['{"n":-0,"m":-0.0,"k":0e0}'],
  'more than 64 bits': ['{"n":18446744073709551616,"m":-9223372036854775809}'],
  'just 64 bits': ['{"n":18446744073709551615,"m":-9223372036854775808}'],
  'a long decimal': ['{"n":0.1000000000000000055511151231257827021181583404541015625}'],
  'zeros at the end': ['{"n":100.0,"m":1.50,"k":0.10}'],
  'more than a double': ['{"n":1e400,"m":-1e400,"k":1e-400}'],
  'a thousand digits': [`{"n":${'1234567890'.repeat(100)}}`],
  'escapes': [String.raw`{"s":"\u00e9\u00E9é\/\n\"\\ \ud83d\ude00","\u0061":"\u0041"}`],
  'blanks within texts': ['{" a  b ":"  c  d  "}'],
  'empty values': ['{"a":{},"b":[],"c":"","":null}'],
  'white space': [' { "n" :\t[ 1 , 2 ] ,\r\n "m" : { } } ', '{"n":[1,2],"m":{}}'],
  'members of one name': ['{"a":1,"b":2,"a":3}', '{"a":3,"b":2}'],
  'one name in two spellings': ['{"x":{"a":1,"b":2,"\\u0061":3}}', '{"x":{"a":3,"b":2}}'],
};

const cases = Object.entries(texts).map(([name, [given, kept = given]]) => ({ name, given, kept }));

const type = { id: 'texts', org_id: 'org123', agent: 'hook' };
const template = 'Given {{params.v}} on {{ target_channel.data }}.';

function config_for(peer, store) {
  const agents = [
    { id: agent_ids.first, name: 'hook', type: 'http', url: peer.url },
    // What it reads it writes: `content` and `metadata` of the task become those of the answer.
    { id: agent_ids.second, name: 'cat', type: 'exec', command: ['cat'] },
  ];
  const more = { store, jobTypes: [{ ...type, default_config: { start_prompt: template } }] };
  return agent_jobs.config_with(agents, more);
}

const has = (text, part, where) =>
  assert.ok(text.includes(part), `${where} must have ${part}, but is ${text}`);

async function answer_to(server, method, target, key, body) {
  const headers = { ...agent_jobs.as(key), ...(body && { 'Content-Type': 'application/json' }) };
  const answer = await server.call(method, target, { body, headers });
  assert.ok(answer.status < 300, `${method} ${target}: ${answer.status} ${answer.text}`);
  return answer;
}

/** Creates one job of each kind for a text; gives what `check_jobs` looks at. */
async function create_jobs(server, peer, { name, given, kept }) {
  const made = { name, kept, messages: [] };
  const seen = () => peer.texts.at(-1);
  for (const agent of [agent_ids.first, agent_ids.second]) {
    const body = `{"userId":"${user_id}","agentId":"${agent}","content":"hi","metadata":${given}}`;
    const { json } = await answer_to(server, 'POST', jobs_path, 'messaging', body);
    await answer_to(server, 'GET', `${jobs_path}/${json.jobId}?wait=60`, 'messaging');
    made.messages.push(json.jobId);
    if (agent === agent_ids.first) has(seen(), `"metadata":${kept}`, 'the task of a message');
  }

  const channel = `{"platform":"p","data":${given},"code":"c"}`;
  const body = `{"job_type_id":"texts","target_channel":${channel},"params":{"v":${given}}}`;
  const created = await answer_to(server, 'POST', `${agent_jobs.jobs_path}?wait=60`, 'org123', body);
  made.agent_job = created.json.data.id;
  has(seen(), `"params":{"v":${kept}}`, 'the task of an agent job');
  has(seen(), `"targetChannel":{"platform":"p","data":${kept},"code":"c"}`, 'the task of an agent job');
  has(seen(), `"content":${JSON.stringify(`Given ${kept} on ${kept}.`)}`, 'the prompt of an agent job');

  const schedule = `{"name":"${name}","agentId":"${agent_ids.first}","interval":3600000,"payload":{"v":${given}}}`;
  const { json } = await answer_to(server, 'POST', schedules_path, 'jobs', schedule);
  made.schedule = json.id;
  await answer_to(server, 'POST', `${schedules_path}/${json.id}/run`, 'jobs');
  await run_is_over(server, json.id);
  has(seen(), `"payload":{"v":${kept}}`, 'the task of a scheduled job');
  has(seen(), `"content":${JSON.stringify(`{"v":${kept}}`)}`, 'the prompt of a scheduled job');
  const edited = await answer_to(
    server, 'PATCH', `${schedules_path}/${json.id}`, 'jobs', `{"payload":{"w":${given}}}`);
  has(edited.text, `"payload":{"w":${kept}}`, 'the answer to PATCH');
  return made;
}

const as_jobs = (server) => ({
  call: (method, target, options) =>
    server.call(method, target, { ...options, headers: agent_jobs.as('jobs') }),
});

const run_is_over = (server, id) => after_runs(as_jobs(server), id, 1);

/** All answers that show a job show the text as it is to be kept. */
async function check_jobs(server, { kept, messages, agent_job, schedule }) {
  for (const id of messages) {
    const { text } = await answer_to(server, 'GET', `${jobs_path}/${id}`, 'messaging');
    has(text, `"metadata":${kept}},"processingTimeMs"`, "the agent's metadata in a message");
    assert.ok(text.endsWith(`,"metadata":${kept}}`), text);
  }
  const list = await answer_to(server, 'GET', `${jobs_path}?limit=1000`, 'messaging');
  const times = list.text.split(`"metadata":${kept}}`).length - 1;
  assert.ok(times >= 2 * messages.length, `the list has ${kept} ${times} times`);

  const job_path = `${agent_jobs.jobs_path}/${agent_job}`;
  for (const target of [job_path, `${agent_jobs.jobs_path}?limit=1000`]) {
    const { text } = await answer_to(server, 'GET', target, 'org123');
    has(text, `"params":{"v":${kept}}`, target);
    has(text, `"target_channel":{"platform":"p","data":${kept},"code":"c"}`, target);
    has(text, `"channel_data":${kept.slice(0, -1)},"platform":"p","code":"c"}`, target);
  }

  for (const target of [`${schedules_path}/${schedule}`, schedules_path]) {
    const { text } = await answer_to(server, 'GET', target, 'jobs');
    has(text, `"payload":{"w":${kept}}`, target);
  }
}

async function with_agents(body) {
  // Answers with metadata as the task had it, spelled by hand: JSON.stringify would spell it otherwise.
  let metadata = '{}';
  const answer = (task, response) =>
    answer_json(response, 200, `{"metadata": ${metadata}, "content": "done"}`);
  await with_peer(answer, (peer) => body(peer, (text) => (metadata = text)));
}

async function create_all(server, peer, answer_with) {
  const made = [];
  for (const each of cases) {
    answer_with(each.given);
    made.push(await create_jobs(server, peer, each));
  }
  return made;
}

// Members came back sorted, 1e2 as 100.0, -0 as 0, 18446744073709551616 as 1.8446744073709552e+19.
test('texts of others are shown and handed on as they came', () =>
  with_agents((peer, answer_with) =>
    with_server({ config: config_for(peer, 'memory:') }, async (server) => {
      const made = await create_all(server, peer, answer_with);
      for (const each of made) await check_jobs(server, each);
    })));

test('texts of others survive a restart, an export and an import', () =>
  with_directory((directory) =>
    with_agents(async (peer, answer_with) => {
      let made;
      const on = (store) => ({ config: config_for(peer, store), directory });
      await with_server(on('sqlite:jobs.db'), async (server) => {
        made = await create_all(server, peer, answer_with);
        for (const each of made) await check_jobs(server, each);
      });

      await with_server(on('sqlite:jobs.db'), async (server) => {
        for (const each of made) await check_jobs(server, each);
      });

      const store = async (...args) => {
        const done = await run_program(['store', ...args], { cwd: directory });
        assert.equal(done.code, 0, done.stderr);
        return done.stdout;
      };
      const exported = await store('export', '--store', 'sqlite:jobs.db');
      for (const { kept } of made)
        for (const name of ['metadata', 'target_channel":{"platform":"p","data'])
          has(exported, `"${name}":${kept}`, 'the export');
      await writeFile(path.join(directory, 'jobs.jsonl'), exported);
      await store('import', '--store', 'sqlite:copy.db', '--input', 'jobs.jsonl');
      const lines_of = (text) => text.split('\n').sort();
      const again = await store('export', '--store', 'sqlite:copy.db');
      assert.deepEqual(lines_of(again), lines_of(exported));

      await with_server(on('sqlite:copy.db'), async (server) => {
        for (const each of made) await check_jobs(server, each);
      });
    })));

test('the settings of an agent job keep their order and spelling, before those of its type', () =>
  with_directory(async (directory) => {
    // JSON.stringify would spell the numbers otherwise.
    const config = JSON.stringify({
      ...agent_jobs.config_with(), listen: '127.0.0.1:0', store: 'memory:', jobTypes: 'HERE',
    }).replace('"HERE"', `[{"id":"texts","org_id":"org123","agent":"echo",
      "default_config":{"start_prompt":"\\u00e9 $\{WORD}","task_retry_interval":5.0,"max_follow_ups":2e0},
      "params_schema":{"type":"object","maxProperties":1e1,"description":"$\{WORD}","default":{"z":-0,"a":1}}}]`);
    const file = path.join(directory, 'settings.json');
    await writeFile(file, config);
    const start = { config: null, args: ['--config', file], env: { WORD: 'w"' }, directory };
    await with_server(start, async (server) => {
      const types = '/organizations/org123/agent-jobs-type/texts?include=schema';
      const shown = await answer_to(server, 'GET', types, 'org123');
      has(shown.text, '"default_config":{"start_prompt":"é w\\"","task_retry_interval":5.0,"max_follow_ups":2e0,' +
        '"max_task_retries":0,"max_time_to_complete":60}', types);
      has(shown.text, '"params_schema":{"type":"object","maxProperties":1e1,"description":"w\\"",' +
        '"default":{"z":-0,"a":1}}', types);

      const body = `{"job_type_id":"texts","target_channel":{"platform":"p","code":"c"},
        "config":{"max_time_to_complete": 1e1, "max_task_retries": 20e-1}}`;
      const created = await answer_to(server, 'POST', `${agent_jobs.jobs_path}?wait=60`, 'org123', body);
      const config = '{"max_time_to_complete":1e1,"max_task_retries":20e-1,"start_prompt":"é w\\"",' +
        '"task_retry_interval":5.0,"max_follow_ups":2e0}';
      has(created.text, `"config":${config},"job_config":${config}`, 'the answer');
      assert.equal(created.json.data.result, 'é w"');
    });
  }));

test('what is not kept is judged by its value', () =>
  with_agents((peer) =>
    with_server({ config: config_for(peer, 'memory:') }, async (server) => {
      const message = (more) => server.call('POST', jobs_path, {
        body: `{"userId":"${user_id}","content":"hi",${more}}`,
        headers: { ...agent_jobs.as('messaging'), 'Content-Type': 'application/json' },
      });
      assert.equal((await message('"timeoutMs":1e3')).status, 201);
      assert.equal((await message('"timeoutMs":1e400')).json.error, 'timeoutMs cannot exceed 300000ms');
      assert.equal((await message('"timeoutMs":18446744073709552616')).json.error,
        'timeoutMs cannot exceed 300000ms');
      assert.equal((await message('"timeoutMs":-1e400')).json.error, 'timeoutMs must be a positive number');
      // Not looked at, and so not refused.
      assert.equal((await message('"unknown":1e400')).status, 201);

      const schedule = (interval) => server.call('POST', schedules_path, {
        body: `{"name":"${interval}","agentId":"${agent_ids.first}","payload":{},"interval":${interval}}`,
        headers: agent_jobs.as('jobs'),
      });
      for (const interval of ['18446744073709551716', '1e400', '100.5', '-0', '1e-400'])
        assert.equal((await schedule(interval)).status, 400, interval);
      assert.equal((await schedule('36000e2')).json.interval, 3600000);
    })));
