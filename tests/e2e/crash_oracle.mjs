// What must be true of jobs however often the server is killed; looks at everything from outside.
import assert from 'node:assert/strict';
import { crash_schedule_oracle } from './crash_schedule_oracle.mjs';

/**
 * A task that was sent when its job ended may be read a little later than the answer that shows the
 * end: they come over two connections, and this process is busy.
 */
const on_its_way_ms = 500;

/**
 * What one turn of this process's event loop counts at most. The agent's server takes up one new connection a
 * turn (libuv since 1.45) and a server that has just started opens a hundred at once, as many as the agent has
 * slots: the last task was sent a hundred turns before it is read, that is 400 ms.
 */
const longest_turn_ms = 4;

/**
 * A clock of the turns in which this process got to read what has come: while it is busy, or held up by other
 * work on the machine, what was there meanwhile only looks late. To be told the time once a turn, and
 * every few milliseconds when nothing happens.
 */
export class reading_clock {
  #last;
  ms = 0;

  constructor(now) {
    this.#last = now;
  }

  tick(now) {
    this.ms += Math.min(now - this.#last, longest_turn_ms);
    this.#last = now;
  }
}

const terminal = new Set(['completed', 'failed', 'timeout', 'canceled']);

/** What of a stored job may not change once it is over. */
function ending_of(job) {
  const { state, version, finished_at_ms, outcome } = job;
  return JSON.stringify({ state, version, finished_at_ms, outcome });
}

/** Remembers what clients and agents were told and compares it with what is stored. */
export class crash_oracle {
  /** `clock` gives milliseconds from any beginning. */
  constructor(clock = () => performance.now()) {
    this.clock = clock;
    this.jobs = new Map(); // by id: what is known of it
    this.faults = [];
    this.schedules = new crash_schedule_oracle((id, what) => this.#fault(id, what));
  }

  /** The server has answered 201. */
  acknowledged(id) {
    this.#known(id).is_acknowledged = true;
  }

  /** A client has been shown the job as over; `shown` is what it saw of its end. */
  seen_over(id, shown) {
    const job = this.#known(id);
    const text = JSON.stringify(shown);
    job.over_since ??= this.clock();
    job.shown ??= text;
    if (job.shown !== text) this.#fault(id, `was shown as ${job.shown}, then as ${text}`);
  }

  /** An agent has been given a task. */
  task_begun(task) {
    const id = task.runId ?? task.jobId;
    const job = this.#known(id);
    const late_ms = Math.round(this.clock() - job.over_since);
    if (late_ms > on_its_way_ms) this.#fault(id, `task ${task.taskId} began ${late_ms} ms after its end`);
    job.tasks ??= new Map();
    // A crash can undo an answer, so that the attempt after it is of another kind the next time.
    const attempt = `${task.kind} ${task.attempt}`;
    const before = job.tasks.get(attempt) ?? task.taskId;
    if (before !== task.taskId) {
      this.#fault(id, `${attempt} is task ${before} and ${task.taskId}`);
    }
    job.tasks.set(attempt, before);
  }

  /** The lines of the database after the end of a server, as `callboard store export` writes them. */
  stored(lines) {
    const found = new Set();
    const schedules = [];
    const runs = [];
    for (const line of lines) {
      if (!line || line.startsWith('{"callboard_export"')) continue;
      const job = JSON.parse(line);
      if (job.kind === 'schedule') {
        schedules.push(job);
        continue;
      }
      if (job.kind === 'run') runs.push(job);
      found.add(job.id);
      this.#compare(this.#known(job.id), job);
    }
    for (const [id, job] of this.jobs) {
      if (job.is_acknowledged && !found.has(id)) this.#fault(id, 'was acknowledged and is lost');
    }
    this.schedules.stored(schedules, runs);
  }

  #compare(known, job) {
    if (job.version < known.version) {
      this.#fault(job.id, `version ${known.version} has become ${job.version}`);
    }
    known.version = job.version;
    const is_over = terminal.has(job.state);
    if (known.ending && known.ending !== ending_of(job)) {
      this.#fault(job.id, `ended as ${known.ending}, now it is ${ending_of(job)}`);
    }
    if (is_over) known.ending = ending_of(job);
    if (known.shown && !is_over) this.#fault(job.id, `was shown as ${known.shown}, is ${job.state}`);
    const ids = new Set(job.tasks.map((task) => task.id));
    if (ids.size !== job.tasks.length) this.#fault(job.id, 'has two tasks with one id');
    // What is scheduled for later than the test lasts is as it should be.
    known.is_over = is_over || (job.state === 'scheduled' && job.due_at_ms > Date.now());
  }

  /** After the last run, which nobody killed: everything has ended. */
  finished() {
    for (const [id, job] of this.jobs) {
      if (job.is_acknowledged && !job.is_over) this.#fault(id, 'never ended');
    }
  }

  check(what) {
    const shown = this.faults.slice(0, 10).join('\n  ');
    assert.equal(this.faults.length, 0, `${what}: ${this.faults.length} faults\n  ${shown}`);
  }

  /** How many runs of scheduled jobs the last export had. */
  get run_count() {
    return this.schedules.run_count;
  }

  get acknowledged_count() {
    return [...this.jobs.values()].filter((job) => job.is_acknowledged).length;
  }

  #known(id) {
    if (!this.jobs.has(id)) this.jobs.set(id, {});
    return this.jobs.get(id);
  }

  #fault(id, what) {
    this.faults.push(`job ${id} ${what}`);
  }
}
