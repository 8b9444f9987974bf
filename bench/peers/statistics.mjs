// What a run's measurements come to. Pure functions.

/** `{median, low, high}` of numbers; undefined when there are none. */
export function spread_of(values) {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median =
    sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, low: sorted[0], high: sorted.at(-1) };
}

/** The smallest of `values` that at least `percent` of them do not exceed (nearest rank). */
export function percentile(values, percent) {
  if (values.length === 0) return undefined;
  const sorted = Float64Array.from(values).sort();
  const rank = Math.ceil((percent / 100) * sorted.length);
  return sorted[Math.min(Math.max(rank, 1), sorted.length) - 1];
}

/** Quotients of what was measured in the same round; rounds that either side lacks are left out. */
export function ratios(dividends, divisors) {
  const quotients = [];
  for (let round = 0; round < Math.min(dividends.length, divisors.length); ++round) {
    if (divisors[round] > 0) quotients.push(dividends[round] / divisors[round]);
  }
  return quotients;
}

/** The order of `count` turns in round `round`: who begins changes, so that nobody is always first. */
export function order_of_turns(count, round) {
  return Array.from({ length: count }, (_, index) => (index + round) % count);
}

/** One turn: from the latencies of its jobs and the clocks of both sides to what a row shows. */
export function turn_of({ latencies_ms, elapsed_ms, server_cpu_ms, client_cpu_ms }) {
  const jobs = latencies_ms.length;
  return {
    jobs,
    jobs_per_second: (jobs / elapsed_ms) * 1000,
    p50_ms: percentile(latencies_ms, 50),
    p99_ms: percentile(latencies_ms, 99),
    server_cpu_us_per_job: (server_cpu_ms / jobs) * 1000,
    client_cpu_us_per_job: (client_cpu_ms / jobs) * 1000,
    client_busy: client_cpu_ms / elapsed_ms,
  };
}

const measures = Object.keys(
  turn_of({ latencies_ms: [1], elapsed_ms: 1, server_cpu_ms: 0, client_cpu_ms: 0 }),
);

/** The spread of each measure over the rounds, and of the rate's ratio to `reference_turns`. */
export function summary_of(turns, reference_turns) {
  const column = (rows, name) => rows.map((row) => row[name]);
  const summary = Object.fromEntries(
    measures.map((name) => [name, spread_of(column(turns, name))]),
  );
  const rates = column(turns, 'jobs_per_second');
  summary.ratio = reference_turns
    ? spread_of(ratios(rates, column(reference_turns, 'jobs_per_second')))
    : undefined;
  return summary;
}
