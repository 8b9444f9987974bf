#include <string>

#include <benchmark/benchmark.h>

#include "core/calendar/cron.hpp"
#include "core/calendar/time_zone.hpp"

namespace callboard::bench {
namespace {

/// 1 January 2027.
constexpr system_time begin{std::chrono::sys_days{std::chrono::year{2027} / 1 / 1}};
/// Schedules are not followed further ahead.
constexpr system_time end = begin + std::chrono::days{36'500};

/// One next time after the other, in a zone whose clocks change.
void cron_next(benchmark::State& state, const std::string& text) {
  const auto zone = core::find_zone("America/New_York");
  const auto expression = core::parse_cron(text);
  if (!zone || !expression)
    return state.SkipWithError("no zone or no expression");
  auto after = begin;
  for (auto _ : state) {
    const auto next = core::next_match(*expression, **zone, after);
    after = next && *next < end ? *next : begin;
    benchmark::DoNotOptimize(after);
  }
}
BENCHMARK_CAPTURE(cron_next, each_minute, "* * * * *");
BENCHMARK_CAPTURE(cron_next, working_days, "30 9 * * MON-FRI");
BENCHMARK_CAPTURE(cron_next, leap_days, "0 0 29 2 *");
/// 28 or 40 years apart.
BENCHMARK_CAPTURE(cron_next, leap_mondays, "0 0 * 2 MON#5");
/// Only matches a time that the zone skips: searched for a hundred years.
BENCHMARK_CAPTURE(cron_next, never, "30 2/24 * 3 SUN#2");

/// What a creation costs.
void cron_parse(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(core::parse_cron("30 9 * * MON-FRI"));
}
BENCHMARK(cron_parse);

/// Reads a file each time.
void find_zone(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(core::find_zone("America/New_York"));
}
BENCHMARK(find_zone);

} // namespace
} // namespace callboard::bench
