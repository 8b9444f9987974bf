#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <callboard/error.hpp>

namespace callboard::bench {

/// What an engine run measures. Each is meant for a process of its own, so that it begins with a
/// fresh heap.
struct engine_run_options {
  /// One of `engine_run_names`.
  std::string name;
  /// Jobs that are measured; 0: the run's own default.
  std::size_t jobs = 0;
  /// Jobs that are live meanwhile (`cost`, `deadlines`); 0: the run's own default.
  std::size_t live = 0;
};

/// "live-at-agent", "live-waiting", "finished", "dropped", "deadlines", "cost",
/// "commits", "schedules".
const std::vector<std::string>& engine_run_names();

/// Makes a run in this process: engine, memory store, agents that are part of it.
/// Errors: `invalid_argument` (no such run), and those of the engine.
result<nlohmann::json> run_engine(const engine_run_options& options);

} // namespace callboard::bench
