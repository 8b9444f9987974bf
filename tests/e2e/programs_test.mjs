// Agents that are programs: `exec`.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { create_job, finished_job, jobs_path, run_job, user_id } from './jobs.mjs';
import { with_directory, with_server } from './server.mjs';
import { in_parallel, until } from './until.mjs';

/** A server, started through a command, whose only agent runs `script` by node; `body(server, directory)`. */
function with_program(script, body, settings = {}, through = []) {
  return with_directory(async (directory) => {
    const file = path.join(directory, 'agent.mjs');
    await writeFile(file, script);
    const agent = { name: 'program', type: 'exec', command: [process.execPath, file], ...settings };
    await with_server({ config: { agents: [agent] }, through }, (server) => body(server, directory));
  });
}

const read_task = `
  import { readFileSync } from 'node:fs';
  const task = JSON.parse(readFileSync(0, 'utf8'));
`;

const is_running = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('a program reads its task and answers in plain text', () =>
  with_program(
    `${read_task} process.stdout.write('you said ' + task.content);`,
    async (server) => {
      const content = 'tea, "please"; $(rm -rf /) \u2615';
      const job = await run_job(server, { content });

      assert.equal(job.status, 'completed', JSON.stringify(job));
      assert.equal(job.result.message.content, `you said ${content}`);
    },
  ));

test('a program answers with a JSON object', () =>
  with_program(
    `${read_task}
     const { jobId, userId, kind, attempt, agent } = task;
     const metadata = { jobId, userId, kind, attempt, agent: agent.name, mood: process.env.MOOD };
     console.log(JSON.stringify({ content: 'here', metadata }));`,
    async (server) => {
      const job = await run_job(server);

      assert.equal(job.result?.message.content, 'here', JSON.stringify(job));
      assert.deepEqual(job.result.message.metadata, {
        jobId: job.jobId, userId: user_id, kind: 'message', attempt: 1, agent: 'program', mood: 'good',
      });
    },
    { env: { MOOD: 'good' } },
  ));

test('the last words of a program that fails are in the log and not in the answer', () =>
  with_program(
    'console.error("no paper left, key " + process.env.PAPER_KEY); process.exit(3);',
    async (server) => {
      const job = await run_job(server);

      assert.equal(job.status, 'failed');
      assert.equal(job.error, 'program exited with status 3');
      const line = await until('the line in the log', () =>
        server.log.split('\n').find((text) => text.includes('no paper left')));
      assert.match(line, /warning program failed agent=program/);
      assert.match(line, new RegExp(`job_id=${job.jobId} .*attempt=1 .*key \\*\\*\\*`));
    },
    { env: { PAPER_KEY: 'secret-of-the-paper' } },
  ));

test('a program has none of the secrets in the environment of the server', () =>
  with_directory((directory) => {
    const agents = [{ name: 'program', type: 'exec', command: ['env'] }];
    const env = { OPENAI_API_KEY: 'sk-of-another-agent', ELIZA_SERVER_AUTH_TOKEN: '' };
    return with_server({ config: { agents }, env, directory }, async (server) => {
      const job = await run_job(server);

      assert.match(job.result.message.content, /^PATH=/m);
      assert.doesNotMatch(job.result.message.content, /OPENAI_API_KEY|ELIZA_SERVER_AUTH_TOKEN/);
    });
  }));

test('a program that is killed, garbles or says too much fails its job', () =>
  with_program(
    `${read_task}
     if (task.content === 'killed') process.kill(process.pid, 'SIGKILL');
     if (task.content === 'too much') process.stdout.write('x'.repeat(5000));
     if (task.content === 'fine') process.stdout.write('fine');
     if (task.content === 'a fault in JSON') {
       console.log(JSON.stringify({ status: 'failed', error: 'not today' }));
     }`,
    async (server) => {
      const jobs = await in_parallel(4, 4, (index) =>
        run_job(server, { content: ['killed', 'too much', 'a fault in JSON', 'fine'][index] }));

      const [killed, too_much, fault, fine] = jobs;
      assert.match(killed.error, /signal|killed|9/i);
      assert.match(too_much.error, /1000|output|large/i);
      assert.equal(fault.error, 'not today');
      assert.equal(fine.result?.message.content, 'fine', JSON.stringify(fine));
    },
    { maxOutputBytes: 1000 },
  ));

test('a program that does not read its task still answers', () =>
  with_program('console.log("whatever it was");', async (server) => {
    const content = 'x'.repeat(50_000);
    const metadata = { long: 'y'.repeat(9_000) };
    const job = await run_job(server, { content, metadata });

    assert.equal(job.result?.message.content.trim(), 'whatever it was', JSON.stringify(job));
  }));

// The program ignores SIGTERM and has a child of its own: both must be gone.
const stubborn = `${read_task}
  import { spawn } from 'node:child_process';
  import { renameSync, writeFileSync } from 'node:fs';
  process.on('SIGTERM', () => {});
  const child = spawn('sleep', ['600'], { stdio: 'inherit' });
  writeFileSync(process.argv[1] + '.tmp', process.pid + ' ' + child.pid);
  renameSync(process.argv[1] + '.tmp', process.argv[1] + '.pids');
  setInterval(() => {}, 1000);`;

async function pids_of_stubborn(directory) {
  const file = path.join(directory, 'agent.mjs.pids');
  const text = await until('the start of the program', () => readFile(file, 'utf8').catch(() => ''));
  return text.split(' ').map(Number);
}

test('at its deadline a program is ended with all its children', () =>
  with_program(stubborn, async (server, directory) => {
    const { jobId: job_id } = await create_job(server, { timeoutMs: 8_000 });
    const pids = await pids_of_stubborn(directory);

    const job = await finished_job(server, job_id);

    assert.equal(job.status, 'timeout');
    await until('the end of the program', () => !pids.some(is_running));
  }));

test('on cancel a program is ended with all its children', () =>
  with_program(stubborn, async (server, directory) => {
    const { jobId: job_id } = await create_job(server, { timeoutMs: 300_000 });
    const pids = await pids_of_stubborn(directory);

    await server.call('POST', `${jobs_path}/${job_id}/cancel`);

    assert.equal((await finished_job(server, job_id)).error, 'Job was canceled');
    await until('the end of the program', () => !pids.some(is_running));
  }));

// Symptom: programs and their children went on for as long as they liked.
test('programs and their children die with a server that is killed', () =>
  with_directory(async (directory) => {
    const file = path.join(directory, 'agent.mjs');
    await writeFile(file, stubborn);
    const agents = [{ name: 'program', type: 'exec', command: [process.execPath, file] }];
    let pids;
    await with_server({ config: { agents } }, async (server) => {
      await create_job(server, { timeoutMs: 300_000 });
      pids = await pids_of_stubborn(directory);
      await server.crash();
    });

    await until('the end of the program', () => !pids.some(is_running));
  }));

// Symptom: every task failed with "its exit code was lost" (a shell's `trap "" CHLD` is inherited).
test('programs work in a server that was started with SIGCHLD ignored', () =>
  with_program(
    `${read_task} process.stdout.write('you said ' + task.content);`,
    async (server) => {
      assert.equal((await run_job(server, { content: 'x' })).result?.message.content, 'you said x');
    },
    {},
    ['env', '--ignore-signal=CHLD'],
  ));

/** States of the processes with that id as their parent, in a PID namespace of the server's own. */
async function states_of_children(server) {
  const ids = await readFile(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8');
  return Promise.all(ids.trim().split(/\s+/).filter(Boolean).map(async (id) => {
    const stat = await readFile(`/proc/${id}/stat`, 'utf8').catch(() => '');
    return stat.replace(/^.*\) /s, '')[0];
  }));
}

// Symptom: as PID 1 of a container, with no init before it, the server kept every orphan as a zombie.
const may_unshare = process.getuid() === 0;
test('as PID 1 the server reaps what it adopts', { skip: !may_unshare && 'needs root' }, () =>
  with_program(
    // A grandchild leaves the group and outlives its parent.
    `${read_task}
     import { spawn } from 'node:child_process';
     spawn('setsid', ['sleep', '0.2'], { stdio: 'ignore', detached: true }).unref();
     process.stdout.write('fine');`,
    async (server) => {
      // `unshare` is the process that was started, the server its only child.
      const init = await readFile(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8');
      const as_init = { pid: Number(init.trim()) };
      await in_parallel(5, 5, () => run_job(server));

      await until('no zombies', async () => !(await states_of_children(as_init)).includes('Z'));
      assert.equal((await run_job(server)).result?.message.content, 'fine');
      process.kill(as_init.pid, 'SIGTERM');
    },
    {},
    ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'],
  ));

test('programs do not outlive the server', () =>
  with_directory(async (directory) => {
    const file = path.join(directory, 'agent.mjs');
    await writeFile(file, stubborn);
    const agents = [{ name: 'program', type: 'exec', command: [process.execPath, file] }];
    let pids;
    await with_server({ config: { agents, shutdown: { graceSeconds: 1 } } }, async (server) => {
      await create_job(server, { timeoutMs: 300_000 });
      pids = await pids_of_stubborn(directory);
    });

    await until('the end of the program', () => !pids.some(is_running));
  }));

test('a program that does not exist fails its jobs and says so', () => {
  const agents = [{ name: 'program', type: 'exec', command: ['no-such-program-here'] }];
  return with_server({ config: { agents } }, async (server) => {
    const job = await run_job(server);

    assert.equal(job.status, 'failed');
    assert.match(job.error, /program could not be started/);
  });
});

test('more tasks than slots wait their turn', () =>
  with_program(
    `${read_task} process.stdout.write(task.content);`,
    async (server) => {
      const jobs = await in_parallel(12, 12, (index) =>
        run_job(server, { content: `job ${index}`, timeoutMs: 120_000 }));

      jobs.forEach((job, index) => assert.equal(job.result?.message.content, `job ${index}`));
    },
    { concurrency: 2 },
  ));
