// The oracle of the crash test finds what it is there to find.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crash_oracle, reading_clock } from './crash_oracle.mjs';

const stored = (fields) =>
  JSON.stringify({ id: 'a', state: 'pending', version: 1, tasks: [{ id: 't1' }], ...fields });

const over = { state: 'completed', version: 3, finished_at_ms: 5, outcome: { result: 'x' } };

const schedule = (fields) =>
  JSON.stringify({
    id: 's', kind: 'schedule', version: 1, grid_start_ms: 0, next_run_at_ms: 300, interval_ms: 100, missed: 'skip',
    run_count: 2, failure_count: 0, missed_count: 0, skipped_count: 0, ...fields,
  });

const run = (id, due_at_ms, trigger = 'schedule') =>
  stored({ ...over, id, kind: 'run', due_at_ms, run: { schedule_id: 's', trigger } });

const two_runs = [run('r1', 100), run('r2', 200)];

/** What an oracle says that was told by `tell`. */
function faults_of(tell) {
  const oracle = new crash_oracle();
  tell(oracle);
  return oracle.faults.join('\n');
}

const cases = {
  'nothing is wrong': [
    '',
    (oracle) => {
      oracle.acknowledged('a');
      oracle.task_begun({ jobId: 'a', taskId: 't1', kind: 'message', attempt: 1 });
      oracle.stored([stored({ version: 2 })]);
      oracle.task_begun({ jobId: 'a', taskId: 't1', kind: 'message', attempt: 1 });
      oracle.seen_over('a', ['completed', 'x']);
      oracle.stored([stored(over)]);
      oracle.stored([stored(over)]);
      oracle.finished();
    },
  ],
  'a job is lost': [
    'job a was acknowledged and is lost',
    (oracle) => {
      oracle.acknowledged('a');
      oracle.stored(['{"callboard_export":1}']);
    },
  ],
  'a version goes back': [
    'job a version 2 has become 1',
    (oracle) => {
      oracle.stored([stored({ version: 2 })]);
      oracle.stored([stored({ version: 1 })]);
    },
  ],
  'an end changes': [
    /^job a ended as .*"x".*, now it is .*"y"/,
    (oracle) => {
      oracle.stored([stored(over)]);
      oracle.stored([stored({ ...over, outcome: { result: 'y' } })]);
    },
  ],
  'an end that was shown is forgotten': [
    'job a was shown as ["completed"], is processing',
    (oracle) => {
      oracle.seen_over('a', ['completed']);
      oracle.stored([stored({ state: 'processing' })]);
    },
  ],
  'an end is shown in two ways': [
    'job a was shown as ["completed"], then as ["timeout"]',
    (oracle) => {
      oracle.seen_over('a', ['completed']);
      oracle.seen_over('a', ['timeout']);
    },
  ],
  'a task begins after the end': [
    'job a task t1 began 501 ms after its end',
    (oracle) => {
      oracle.clock = () => 7;
      oracle.seen_over('a', ['timeout']);
      oracle.clock = () => 508;
      oracle.task_begun({ jobId: 'a', taskId: 't1', kind: 'message', attempt: 1 });
    },
  ],
  'a task changes its id': [
    'job a message 1 is task t1 and t2',
    (oracle) => {
      oracle.task_begun({ jobId: 'a', taskId: 't1', kind: 'message', attempt: 1 });
      oracle.task_begun({ jobId: 'a', taskId: 't2', kind: 'message', attempt: 1 });
    },
  ],
  'a job never ends': [
    'job a never ended',
    (oracle) => {
      oracle.acknowledged('a');
      oracle.stored([stored({})]);
      oracle.finished();
    },
  ],
  'nothing is wrong with a scheduled job': [
    '',
    (oracle) => {
      oracle.schedules.acknowledged('s', 1);
      oracle.stored([...two_runs, schedule({})]);
      const made_up = [...two_runs, run('r3', 400, 'missed'), run('r4', 450, 'manual')];
      oracle.stored([
        ...made_up,
        schedule({ version: 2, run_count: 4, missed: 'all', missed_count: 2, skipped_count: 1, next_run_at_ms: 600 }),
      ]);
      oracle.schedules.deletion_asked('s');
      oracle.stored([]);
    },
  ],
  'a scheduled job is lost': [
    'job s is a scheduled job that was acknowledged and is lost',
    (oracle) => {
      oracle.schedules.acknowledged('s', 1);
      oracle.stored([]);
    },
  ],
  'a deleted one is back': [
    'job s was deleted and is back',
    (oracle) => {
      oracle.schedules.deleted('s');
      oracle.stored([...two_runs, schedule({})]);
    },
  ],
  'a change is lost': [
    'job s was shown in version 2 and is 1',
    (oracle) => {
      oracle.schedules.acknowledged('s', 2);
      oracle.stored([...two_runs, schedule({})]);
    },
  ],
  'a counter goes back': [
    'job s failure_count 2 has become 1',
    (oracle) => {
      oracle.stored([...two_runs, schedule({ failure_count: 2 })]);
      oracle.stored([...two_runs, schedule({ failure_count: 1 })]);
    },
  ],
  'a run is not counted': [
    'job s counts 2 runs and has 3',
    (oracle) => oracle.stored([...two_runs, run('r3', 250, 'manual'), schedule({})]),
  ],
  'a time runs twice': [
    'job s ran twice for one time',
    (oracle) => oracle.stored([run('r1', 100), run('r2', 100), schedule({})]),
  ],
  'a run leaves the grid': [
    'job s ran at a time that is not its own',
    (oracle) => oracle.stored([run('r1', 100), run('r2', 201), schedule({})]),
  ],
  'a time is made up for that was to be skipped': [
    /made up for 1 of 1 times by "skip"/,
    (oracle) => oracle.stored([run('r1', 100), run('r2', 200, 'missed'), schedule({ missed_count: 1 })]),
  ],
  'a time is not accounted for': [
    'job s has had 2 times and accounts for 1',
    (oracle) => oracle.stored([run('r1', 100), schedule({ run_count: 1 })]),
  ],
};

for (const [name, [expected, tell]] of Object.entries(cases)) {
  test(name, () => {
    const said = faults_of(tell);
    if (expected instanceof RegExp) assert.match(said, expected);
    else assert.equal(said, expected);
  });
}

test('a fault ends the check with what it is', () => {
  const oracle = new crash_oracle();
  oracle.acknowledged('a');
  oracle.stored([]);
  assert.throws(() => oracle.check('round 1'), /round 1: 1 faults\n {2}job a was acknowledged/);
});

test('to the clock of what is read a long turn is short', () => {
  const clock = new reading_clock(100);
  clock.tick(103);
  assert.equal(clock.ms, 3);
  clock.tick(5_000);
  assert.equal(clock.ms, 7);
  clock.tick(5_004);
  assert.equal(clock.ms, 11);
});
