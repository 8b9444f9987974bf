// What must be true of scheduled jobs with an interval however often the server is killed. The runs and
// the record that counts them are stored together, so that the sums hold in every export.

const counters = ['version', 'run_count', 'failure_count', 'missed_count', 'skipped_count'];

/** Remembers what clients were told of scheduled jobs and compares it with what is stored. */
export class crash_schedule_oracle {
  /** @param add_fault is told the id and what is wrong. */
  constructor(add_fault) {
    this.schedules = new Map(); // by id: what is known of it
    this.add_fault = add_fault;
  }

  /** The server has answered 201, or 200 to a change: it shows this version. */
  acknowledged(id, version) {
    const known = this.#known(id);
    known.is_acknowledged = true;
    known.shown_version = Math.max(known.shown_version ?? 0, version);
  }

  /** A client asks for its end: from now on it may be there or not. */
  deletion_asked(id) {
    this.#known(id).is_deletion_asked = true;
  }

  /** The server has answered 200 to that. */
  deleted(id) {
    this.#known(id).is_deleted = true;
  }

  /** Those that are there for certain. */
  get kept_ids() {
    return [...this.schedules]
      .filter(([, known]) => known.is_acknowledged && !known.is_deletion_asked)
      .map(([id]) => id);
  }

  /** @param schedules, runs the parsed lines of an export. */
  stored(schedules, runs) {
    this.run_count = runs.length;
    const runs_of = by_schedule(runs);
    const found = new Set();
    for (const schedule of schedules) {
      found.add(schedule.id);
      this.#compare(this.#known(schedule.id), schedule, runs_of.get(schedule.id) ?? []);
    }
    for (const [id, known] of this.schedules) {
      if (found.has(id)) continue;
      if (known.is_acknowledged && !known.is_deletion_asked) {
        this.add_fault(id, 'is a scheduled job that was acknowledged and is lost');
      }
    }
  }

  #compare(known, schedule, runs) {
    const fault = (what) => this.add_fault(schedule.id, what);
    if (known.is_deleted) fault('was deleted and is back');
    if (schedule.version < known.shown_version) {
      fault(`was shown in version ${known.shown_version} and is ${schedule.version}`);
    }
    for (const name of counters) {
      const before = known.last?.[name] ?? 0;
      if (schedule[name] < before) fault(`${name} ${before} has become ${schedule[name]}`);
    }
    known.last = schedule;
    this.#count(schedule, runs, fault);
  }

  #count(schedule, runs, fault) {
    if (runs.length !== schedule.run_count) {
      fault(`counts ${schedule.run_count} runs and has ${runs.length}`);
    }
    const of = (trigger) => runs.filter((run) => run.run.trigger === trigger);
    const times = [...of('schedule'), ...of('missed')].map((run) => run.due_at_ms);
    if (new Set(times).size !== times.length) fault('ran twice for one time');
    const since_start = (time) => time - schedule.grid_start_ms;
    if (times.some((time) => since_start(time) % schedule.interval_ms !== 0)) {
      fault('ran at a time that is not its own');
    }
    const made_up = of('missed').length;
    const most = { skip: 0, once: schedule.missed_count, all: schedule.missed_count };
    if (made_up > most[schedule.missed]) {
      fault(`made up for ${made_up} of ${schedule.missed_count} times by "${schedule.missed}"`);
    }
    if (schedule.next_run_at_ms === undefined) return;
    // Every time that has passed was run, or skipped, or missed, or waits: one of them, once.
    const passed = since_start(schedule.next_run_at_ms) / schedule.interval_ms - 1;
    const waiting = schedule.waiting_for_ms === undefined ? 0 : 1;
    const sum = of('schedule').length + schedule.skipped_count + schedule.missed_count + waiting;
    if (sum !== passed) fault(`has had ${passed} times and accounts for ${sum}`);
  }

  #known(id) {
    if (!this.schedules.has(id)) this.schedules.set(id, {});
    return this.schedules.get(id);
  }
}

function by_schedule(runs) {
  const groups = new Map();
  for (const run of runs) {
    const id = run.run.schedule_id;
    if (!groups.has(id)) groups.set(id, []);
    groups.get(id).push(run);
  }
  return groups;
}
