// Clients and agents of the crash test: all they can do at once, and a record of what they were told.
import { agent_ids, jobs_path, user_id } from './jobs.mjs';
import { answer_json } from './peer.mjs';

/** Clients that create jobs, and clients that look at them. */
const creators = 24;
const lookers = 8;

const is_over = (status) => status !== 'pending' && status !== 'processing';

/** An agent that answers soon, late, never, or with an error. */
export function moody_agent(oracle, random) {
  return (task, response) => {
    oracle.task_begun(task);
    const mood = random();
    const answer = () => answer_json(response, 200, { content: `done: ${task.content}` });
    if (mood < 0.6) answer();
    else if (mood < 0.8) setTimeout(answer, random() * 300);
    else if (mood < 0.9) answer_json(response, 500, { error: 'no mood' });
    // else it never answers: the deadline ends the job
  };
}

function new_message(random) {
  return {
    userId: user_id,
    content: `${random()}`,
    agentId: random() < 0.5 ? agent_ids.echo : agent_ids.first,
    timeoutMs: 1000 + Math.floor(random() * 2000),
  };
}

/** Loads a server until it is gone; every answer goes to the oracle. */
export async function load_until_gone(server, oracle, random) {
  const recent = [];
  let is_gone = false;
  const guarded = async (work) => {
    while (!is_gone) {
      try {
        await work();
      } catch {
        // Killed under our hands: what was not answered was not promised.
        is_gone = true;
      }
    }
  };
  const create = async () => {
    const answer = await server.call('POST', jobs_path, { json: new_message(random) });
    if (answer.status !== 201) return;
    oracle.acknowledged(answer.json.jobId);
    recent[Math.floor(random() * 200)] = answer.json.jobId;
  };
  const look = async () => {
    const id = recent[Math.floor(random() * recent.length)];
    const answer = await server.call('GET', id ? `${jobs_path}/${id}?wait=0.05` : '/livez');
    if (id && answer.status === 404) oracle.faults.push(`job ${id} was acknowledged, then 404`);
    if (id && answer.status === 200 && is_over(answer.json.status)) {
      oracle.seen_over(id, [answer.json.status, answer.json.result, answer.json.error]);
    }
  };
  const clients = Array.from({ length: creators + lookers }, (_, index) =>
    guarded(index < creators ? create : look),
  );
  await Promise.all(clients);
}
