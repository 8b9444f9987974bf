// The statistics and the tables of script/bench --peers. None of the other servers is needed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { processor_time } from '../../bench/peers/processor_time.mjs';
import {
  begin_mark,
  between_marks,
  end_mark,
  markdown_report,
  markdown_table,
  plain_report,
  plain_table,
  spread_text,
  to_text,
} from '../../bench/peers/report.mjs';
import {
  order_of_turns,
  percentile,
  ratios,
  spread_of,
  summary_of,
  turn_of,
} from '../../bench/peers/statistics.mjs';

test('the spread is the median, the lowest and the highest, in numeric order', () => {
  assert.deepEqual(spread_of([10, 9, 100]), { median: 10, low: 9, high: 100 });
  assert.deepEqual(spread_of([4, 1, 3, 2]), { median: 2.5, low: 1, high: 4 });
  assert.equal(spread_of([]), undefined);
});

test('processor time counts threads that are gone, and others with their ids', () => {
  const used = new processor_time();
  used.note('1/1', 5e6);
  used.note('1/2', 7e6);
  assert.equal(used.ms, 12);

  used.note('1/1', 6e6); // the other one is gone
  assert.equal(used.ms, 13);

  used.note('1/2', 1e6); // its id is used again
  used.note('3/3', 2e6);
  assert.equal(used.ms, 16);
});

test('a percentile is a value that was measured', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  assert.equal(percentile(hundred, 50), 50);
  assert.equal(percentile(hundred, 99), 99);
  assert.equal(percentile([7], 1), 7);
  assert.equal(percentile([9, 10], 99), 10);
  assert.equal(percentile([], 50), undefined);
});

test('ratios are taken within each round', () => {
  assert.deepEqual(ratios([10, 30, 50], [20, 30]), [0.5, 1]);
  assert.deepEqual(ratios([10, 30], [0, 15]), [2]);
});

test('everybody has one turn a round, and each begins once', () => {
  const rounds = [0, 1, 2].map((round) => order_of_turns(3, round));

  for (const round of rounds) assert.deepEqual([...round].sort(), [0, 1, 2]);
  assert.deepEqual(
    rounds.map(([first]) => first),
    [0, 1, 2],
  );
});

const turn = (jobs, elapsed_ms) =>
  turn_of({ latencies_ms: Array(jobs).fill(2), elapsed_ms, server_cpu_ms: 5, client_cpu_ms: 10 });

test('a turn gives rates per second and processor time per job', () => {
  assert.deepEqual(turn(100, 500), {
    jobs: 100,
    jobs_per_second: 200,
    p50_ms: 2,
    p99_ms: 2,
    server_cpu_us_per_job: 50,
    client_cpu_us_per_job: 100,
    client_busy: 0.02,
  });
});

test('a summary compares the rates of the same rounds', () => {
  const summary = summary_of([turn(100, 500), turn(300, 500)], [turn(400, 500), turn(600, 500)]);

  assert.deepEqual(summary.jobs_per_second, { median: 400, low: 200, high: 600 });
  assert.deepEqual(summary.ratio, { median: 0.375, low: 0.25, high: 0.5 });
  assert.equal(summary_of([turn(1, 1)], undefined).ratio, undefined);
});

test('numbers have three digits and commas', () => {
  assert.equal(to_text(1234567.8), '1,234,568');
  assert.equal(to_text(345.6), '346');
  assert.equal(to_text(34.56), '34.6');
  assert.equal(to_text(0.346), '0.35');
  assert.equal(to_text(undefined), '–');
});

test('a spread without width is one number', () => {
  assert.equal(spread_text({ median: 2, low: 1, high: 3 }), '2.00 (1.00–3.00)');
  assert.equal(spread_text({ median: 2, low: 2, high: 2 }), '2.00');
  assert.equal(spread_text(undefined), '–');
});

test('tables keep their columns', () => {
  assert.equal(markdown_table(['a', 'b'], [['1|2', 3]]), '| a | b |\n|---|---|\n| 1\\|2 | 3 |');
  assert.equal(plain_table(['a', 'b'], [['long', 'x']]), 'a     b\nlong  x');
});

const survives = { kill: 'all', power_loss: 'none' };
const base = { name: 'Board', version: '1', worker: 'outside', durability: 'disk', survives };
const reference = { ...base, id: 'board', short: 'full', settings: 'sync', reference: 'board' };
const other = { ...reference, id: 'rival', name: 'Rival', version: '2' };

function run_of(contestants, turns, load = 0) {
  const machine = { system: 'box', node: '18', load, cores: 2, file_system: 'ext4', flush_ms: 1 };
  const summaries = Object.fromEntries(
    contestants.map(({ id }) => [id, { 1: summary_of(turns[id], turns.board) }]),
  );
  const classes = { disk: 'kept', none: 'not kept' };
  return {
    machine,
    rounds: 1,
    turn_ms: 9,
    run_seconds: 3,
    classes,
    concurrencies: [1],
    contestants,
    summaries,
  };
}

test('a report has each server, its ratio, and a table for each class that has members', () => {
  const run = run_of([reference, other], { board: [turn(100, 500)], rival: [turn(50, 500)] });

  for (const report of [markdown_report(run), plain_report(run)]) {
    assert.match(report, /One job at a time, kept/);
    assert.doesNotMatch(report, /not kept/);
  }
  const lines = markdown_report(run).split('\n');
  assert.ok(lines.includes('| Board 1 | sync | outside | all | none |'));
  assert.ok(lines.includes('| Board, full | 200 | 1 | 2.00 | 2.00 | 50.0 | 100 |'));
  assert.ok(lines.includes('| Rival, full | 100 | 0.50 | 2.00 | 2.00 | 100 | 200 |'));
});

test('figures of a busy machine are called a draft', () => {
  const turns = { board: [turn(100, 500)] };

  assert.doesNotMatch(markdown_report(run_of([reference], turns, 0.5)), /not quiet/);
  assert.match(markdown_report(run_of([reference], turns, 0.6)), /not quiet/);
});

test('without the server to compare with there is no ratio', () => {
  const run = run_of([other], { rival: [turn(50, 500)] });

  assert.match(markdown_report(run), /\| Rival, full \| 100 \| – \|/);
});

test('a report takes the place of the last one and nothing else', () => {
  const page = `# Title\n\n${begin_mark}\n\nold\n\n${end_mark}\n\nmore\n`;
  const with_new = between_marks(page, 'new');

  assert.equal(with_new, page.replace('old', 'new'));
  assert.equal(between_marks(with_new, 'new'), with_new);
});

test('a page without marks gets them, one with half of them is refused', () => {
  assert.equal(between_marks('', 'new'), `${begin_mark}\n\nnew\n\n${end_mark}\n`);
  assert.throws(() => between_marks(`x ${begin_mark} y`, 'new'), /one of the two marks/);
  assert.throws(() => between_marks(`x ${end_mark} y`, 'new'), /one of the two marks/);
});
