// The tables of a run, as Markdown and for the terminal. Pure functions.

export const begin_mark = '<!-- peers:begin, written by `script/bench --peers --markdown` -->';
export const end_mark = '<!-- peers:end -->';

/** Three significant digits, with commas: 12,346 · 345 · 34.6 · 3.46 · 0.35. */
export function to_text(value) {
  if (value === undefined || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** `median (low–high)`, or the median alone when all rounds agree. */
export function spread_text(spread) {
  if (!spread) return '–';
  const median = to_text(spread.median);
  return spread.low < spread.high
    ? `${median} (${to_text(spread.low)}–${to_text(spread.high)})`
    : median;
}

function cell(text) {
  return String(text).replaceAll('|', '\\|');
}

/** A Markdown table. */
export function markdown_table(heads, rows) {
  const line = (cells) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(heads), `|${heads.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

/** The same in columns of equal width. */
export function plain_table(heads, rows) {
  const all = [heads, ...rows].map((cells) => cells.map(String));
  const widths = heads.map((_, column) => Math.max(...all.map((cells) => cells[column].length)));
  const line = (cells) =>
    cells
      .map((text, column) => text.padEnd(widths[column]))
      .join('  ')
      .trimEnd();
  return all.map(line).join('\n');
}

const contestant_heads = ['server', 'settings', 'worker', 'after `kill -9`', 'after loss of power'];

function contestant_row({ name, version, settings, worker, survives }) {
  return [`${name} ${version}`, settings, worker, survives.kill, survives.power_loss];
}

const result_heads = [
  'server',
  'jobs/s (rounds)',
  '÷ Callboard (rounds)',
  'p50 ms',
  'p99 ms',
  'processor µs/job: server',
  'client and worker',
];

function result_row(contestant, summary) {
  const is_reference = contestant.id === contestant.reference;
  return [
    `${contestant.name}, ${contestant.short}`,
    spread_text(summary.jobs_per_second),
    is_reference ? '1' : spread_text(summary.ratio),
    to_text(summary.p50_ms?.median),
    to_text(summary.p99_ms?.median),
    to_text(summary.server_cpu_us_per_job?.median),
    to_text(summary.client_cpu_us_per_job?.median),
  ];
}

function clients_text(concurrency) {
  return concurrency === 1 ? 'One job at a time' : `${concurrency} jobs at a time`;
}

/** Title and rows of each table of results: one per number of clients and class of durability. */
function result_tables({ contestants, classes, summaries, concurrencies }) {
  const tables = [];
  for (const concurrency of concurrencies) {
    for (const [durability, meaning] of Object.entries(classes)) {
      const members = contestants.filter((contestant) => contestant.durability === durability);
      if (members.length === 0) continue;
      const rows = members.map((one) => result_row(one, summaries[one.id][concurrency]));
      tables.push({ title: `${clients_text(concurrency)}, ${meaning}`, rows });
    }
  }
  return tables;
}

// Of the machine's cores: a load beyond it takes its share of what is measured.
const quiet_load = 0.25;

function load_text({ load, cores }) {
  const text = `Load of the machine before the run: ${load.toFixed(2)}`;
  const is_quiet = load <= quiet_load * cores;
  return is_quiet ? text : `${text}; it was **not quiet**: a draft, not to be relied on`;
}

function facts({ machine, rounds, turn_ms, run_seconds }) {
  return [
    machine.system,
    load_text(machine),
    `Data on ${machine.file_system}; a flush (4 KiB, fdatasync) took ${to_text(machine.flush_ms)} ms before the run`,
    `Client and workers: Node.js ${machine.node}, one process`,
    `${rounds} rounds of ${turn_ms} ms each, after one to warm up; the whole run took ${Math.round(run_seconds)} s`,
  ];
}

/** The whole report in Markdown. */
export function markdown_report(run) {
  const parts = [
    facts(run)
      .map((fact) => `- ${fact}`)
      .join('\n'),
    markdown_table(contestant_heads, run.contestants.map(contestant_row)),
  ];
  for (const { title, rows } of result_tables(run)) {
    parts.push(`**${title}**`, markdown_table(result_heads, rows));
  }
  return parts.join('\n\n');
}

/** The whole report for a terminal. */
export function plain_report(run) {
  const parts = [
    facts(run).join('\n'),
    plain_table(contestant_heads, run.contestants.map(contestant_row)),
  ];
  for (const { title, rows } of result_tables(run)) {
    parts.push(`${title}\n${plain_table(result_heads, rows)}`);
  }
  return parts.join('\n\n');
}

/** `page` with `text` between the marks; without marks they and the text come at its end. */
export function between_marks(page, text) {
  const section = `${begin_mark}\n\n${text}\n\n${end_mark}`;
  const begin = page.indexOf(begin_mark);
  const end = page.indexOf(end_mark, begin);
  if (begin < 0 && !page.includes(end_mark)) return `${page}${page ? '\n' : ''}${section}\n`;
  if (begin < 0 || end < 0)
    throw new Error('the page has one of the two marks of the figures only');
  return page.slice(0, begin) + section + page.slice(end + end_mark.length);
}
