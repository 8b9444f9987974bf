// The oracle of the crash test finds what it is there to find.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crash_oracle } from './crash_oracle.mjs';

const stored = (fields) =>
  JSON.stringify({ id: 'a', state: 'pending', version: 1, tasks: [{ id: 't1' }], ...fields });

const over = { state: 'completed', version: 3, finished_at_ms: 5, outcome: { result: 'x' } };

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
    'job a task t1 began after its end',
    (oracle) => {
      oracle.seen_over('a', ['timeout']);
      oracle.task_begun({ jobId: 'a', taskId: 't1', kind: 'message', attempt: 1 }, performance.now() + 1000);
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
