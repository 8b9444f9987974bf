// The next times of cron expressions against an implementation that others wrote: croner.
//
// Left out, since the rules differ on purpose (tests/core/calendar/cron_daylight_test.cpp has them by hand):
// times within a day of a change of clocks; `L-3`, which croner does not know, and `LW` in a list.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { Cron } from 'croner';

const seed = Number(process.env.CALLBOARD_TEST_SEED ?? Math.floor(Math.random() * 2 ** 32)) >>> 0;
const cases = 5000;
const times_per_case = 3;

// Zones whose rules have stood for years: Node and the system may have different tz databases.
const zones = [
  'UTC',
  'America/New_York',
  'America/Los_Angeles',
  'America/St_Johns',
  'America/Phoenix',
  'Asia/Kathmandu',
  'Asia/Kolkata',
  'Asia/Tokyo',
  'Australia/Adelaide',
  'Australia/Lord_Howe',
  'Europe/Berlin',
  'Europe/Dublin',
  'Europe/London',
  'Pacific/Auckland',
  'Pacific/Chatham',
];
const first_year = Date.UTC(2020);
const last_year = Date.UTC(2060);
const day_ms = 24 * 3600 * 1000;

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** Numbers that a seed determines (mulberry32). */
function random_source(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

const random = random_source(seed);
const between = (first, last) => first + (random() % (last - first + 1));
const one_of = (values) => values[random() % values.length];
const chance = (percent) => random() % 100 < percent;
const any_case = (text) => one_of([text, text.toLowerCase(), text[0] + text.slice(1).toLowerCase()]);

/** `*`, a value or a range, perhaps with a step. */
function plain_entry(min, max, name = String) {
  const first = between(min, max);
  const step = () => `/${between(1, max - min)}`;
  switch (between(0, 5)) {
    case 0:
      return `*${step()}`;
    case 1:
      return `${name(first)}-${name(between(first, max))}`;
    case 2:
      return `${first}-${between(first, max)}${step()}`;
    case 3:
      return `${first}${step()}`;
    default:
      return name(first);
  }
}

const named = (names, min) => (value) => (chance(50) ? any_case(names[value - min]) : String(value));

function day_of_month() {
  if (chance(75)) return plain_entry(1, 31);
  return one_of(['L', `${between(1, 31)}W`]);
}

function day_of_week() {
  const day = between(0, 6);
  const shown = named(weekdays, 0)(day);
  // Not from 0: to croner SUN-SUN is the whole week.
  if (chance(60)) return plain_entry(1, 6, named(weekdays, 0));
  const to_sunday = `${named(weekdays, 0)(between(1, 6))}-7`;
  return one_of([shown, `${shown}L`, `${shown}#${between(1, 5)}`, '7', '0-3', to_sunday, 'FRI-SUN']);
}

const list_of = (entry) => Array.from({ length: one_of([1, 1, 1, 2, 3]) }, entry).join(',');

function random_expression() {
  const fields = [
    chance(20) ? '*' : list_of(() => plain_entry(0, 59)),
    chance(40) ? '*' : list_of(() => plain_entry(0, 23)),
    chance(55) ? one_of(['*', '?', '*', '?', 'LW']) : list_of(day_of_month),
    chance(55) ? '*' : list_of(() => plain_entry(1, 12, named(months, 1))),
    chance(55) ? one_of(['*', '?']) : list_of(day_of_week),
  ];
  if (chance(30)) fields.unshift(chance(20) ? '*' : list_of(() => plain_entry(0, 59)));
  return fields.join(one_of([' ', ' ', '  ']));
}

const formats = new Map();

/** What the clocks of a zone show less UTC, as text. */
function offset_at(zone, time) {
  if (!formats.has(zone))
    formats.set(zone, new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' }));
  const parts = formats.get(zone).formatToParts(time);
  return parts.find((part) => part.type === 'timeZoneName').value;
}

const is_near_change = (zone, time) =>
  offset_at(zone, Date.parse(time) - day_ms) !== offset_at(zone, Date.parse(time) + day_ms);

/** What croner says; nothing for an expression without any time. */
function times_of_croner({ expression, zone, after }) {
  const cron = new Cron(expression, { timezone: zone, paused: true, sloppyRanges: true });
  return cron.nextRuns(times_per_case, new Date(after)).map((time) => time.toISOString());
}

function ask_callboard(questions) {
  const lines = questions.map(({ zone, after, expression }) => [zone, after, times_per_case, expression].join('\t'));
  const { status, stdout, stderr } = spawnSync(process.env.NEXT_TIMES, {
    input: `${lines.join('\n')}\n`,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  assert.equal(status, 0, stderr);
  const answers = stdout.trimEnd().split('\n');
  assert.equal(answers.length, questions.length);
  return answers.map((line) => (line.startsWith('error: ') ? line : line.split(' ')));
}

/** Whether all times were the same; throws at a difference that no change of clocks explains. */
function compare(question, ours, theirs) {
  const shown = JSON.stringify({ ...question, ours, theirs, seed });
  if (theirs.length === 0) {
    assert.match(String(ours), /^error: .*within 100 years/, shown);
    return true;
  }
  assert.ok(Array.isArray(ours), shown);
  for (let i = 0; i < times_per_case; ++i) {
    if ([ours[i], theirs[i]].some((time) => is_near_change(question.zone, time))) return false;
    assert.equal(ours[i], theirs[i], shown);
  }
  return true;
}

test(`next times are those of croner (CALLBOARD_TEST_SEED=${seed})`, () => {
  const questions = Array.from({ length: cases }, () => ({
    expression: random_expression(),
    zone: one_of(zones),
    after: new Date(first_year + (random() / 2 ** 32) * (last_year - first_year)).toISOString(),
  }));

  const answers = ask_callboard(questions);

  const same = questions.filter((question, i) => compare(question, answers[i], times_of_croner(question)));
  console.log(`${same.length} of ${cases} cases compared, the others are near a change of clocks`);
  assert.ok(same.length > cases * 0.8, `only ${same.length} of ${cases} cases were compared`);
});
