#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <callboard/error.hpp>

#include "bench/figures/figures.hpp"
#include "bench/figures/http_stage.hpp"
#include "bench/load/load.hpp"

namespace callboard::bench {

/// Rounds of a quick run.
inline constexpr std::size_t quick_rounds = 1;

/// One number a turn, and what a job or an answer cost there.
struct series {
  std::string name;
  std::vector<double> values;
  std::vector<double> cpu_us;
};

/// How a figure's turns look.
struct turn_plan {
  load_options options;
  /// Take the p50 of the latency, in microseconds, in place of the throughput.
  bool takes_latency = false;
  /// Count the jobs of contenders that run some until the last has ended.
  bool waits_for_jobs = false;
};

turn_plan plan_for(const figures_options& options, scenario kind, std::size_t connections);

/// Lets contenders take turns under the same load. The one that begins changes from round to round, so
/// that none is always measured first; one more round before the first only warms up. One series for
/// each, in their order. Errors: those of `take_turn`.
result<std::vector<series>> take_rounds(const std::vector<contender*>& all, const turn_plan& plan,
                                        std::size_t rounds, const std::string& what,
                                        const progress_sink& say);

} // namespace callboard::bench
