// The part of the crash test's load that is scheduled jobs.
import { agent_ids } from './jobs.mjs';
import { schedules_path } from './schedules.mjs';

/** More would only take time from the other jobs: each fires several times a second. */
const schedules_max = 12;

const one_of = (random, values) => values[Math.floor(random() * values.length)];

const sound_schedule = (random) => ({
  name: `job ${random()}`,
  agentId: one_of(random, [agent_ids.echo, agent_ids.first]),
  interval: 100 + Math.floor(random() * 400),
  payload: { prompt: 'tick' },
  retryPolicy: { maxRetries: 2, initialDelayMs: 10 },
  timeoutMs: 1000,
  overlap: one_of(random, ['skip', 'queue', 'allow', 'cancel']),
  missed: one_of(random, ['skip', 'once', 'all']),
});

async function create(server, oracle, random, headers) {
  const json = sound_schedule(random);
  const answer = await server.call('POST', schedules_path, { json, headers });
  if (answer.status === 201) oracle.schedules.acknowledged(answer.json.id, answer.json.version);
  else if (answer.status !== 503) oracle.faults.push(`schedule: ${answer.status} ${answer.text}`);
}

/** Changes what does not touch the times, runs by hand, or deletes. */
async function use(server, oracle, random, headers, id) {
  const target = `${schedules_path}/${id}`;
  const what = random();
  if (what < 0.1) {
    oracle.schedules.deletion_asked(id);
    const answer = await server.call('DELETE', target, { headers });
    if (answer.status === 200) oracle.schedules.deleted(id);
  } else if (what < 0.5) {
    const json = { description: `${random()}` };
    const answer = await server.call('PATCH', target, { json, headers });
    if (answer.status === 200) oracle.schedules.acknowledged(id, answer.json.version);
  } else {
    await server.call('POST', `${target}/run`, { headers });
  }
}

/** One step of a client of scheduled jobs. */
export async function touch_schedules(server, oracle, random, headers) {
  const ids = oracle.schedules.kept_ids;
  if (ids.length < schedules_max) await create(server, oracle, random, headers);
  else await use(server, oracle, random, headers, one_of(random, ids));
}

/** Has no job fire any more. */
export async function pause_all(server, oracle, headers) {
  for (const id of oracle.schedules.kept_ids) {
    const answer = await server.call('POST', `${schedules_path}/${id}/pause`, { headers });
    if (answer.status !== 200) oracle.faults.push(`pause: ${answer.status} ${answer.text}`);
  }
}
