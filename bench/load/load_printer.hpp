#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "bench/load/load.hpp"

namespace callboard::bench {

/// A time as people read it: "812 ns", "43.2 µs", "1.29 ms", "3.10 s".
std::string to_text(std::chrono::nanoseconds time);

/// A load's report as a table of a few lines.
std::string to_text(const load_options& options, const load_report& report);

/// A load's report as JSON; times in microseconds.
nlohmann::json to_json(const load_options& options, const load_report& report);

/// The one line that shows a running load.
std::string to_text(const load_progress& progress);

} // namespace callboard::bench
