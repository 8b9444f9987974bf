#pragma once

#include <vector>

#include <callboard/error.hpp>

#include "bench/figures/figure.hpp"
#include "bench/figures/figures.hpp"

namespace callboard::bench {

/// Takes the figures that compare the server with the baseline, and the idle server's, as far as they
/// are asked for.
result<std::vector<figure>> take_http_figures(const figures_options& options,
                                              const progress_sink& say);

} // namespace callboard::bench
