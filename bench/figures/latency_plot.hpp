#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/load/histogram.hpp"

namespace callboard::bench {

/// One line of a plot.
struct latency_curve {
  std::string name;
  histogram latency;
};

/// Draws how long requests took: upwards the time, to the right the share of requests that took no
/// longer, both on scales by powers of ten (50 %, 90 %, 99 %, 99.9 % …). A curve ends where fewer
/// than `requests_at_end` requests took longer: beyond, it would show single requests.
/// Returns an SVG image that needs nothing else and reads in light and dark.
std::string plot_latency(std::string_view title, const std::vector<latency_curve>& curves);

inline constexpr double requests_at_end = 10;

} // namespace callboard::bench
