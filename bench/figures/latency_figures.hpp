#pragma once

#include <vector>

#include <callboard/error.hpp>

#include "bench/figures/figure.hpp"
#include "bench/figures/figures.hpp"

namespace callboard::bench {

/// Takes the figure "latency": how long requests take that come at a fixed rate, whatever the server
/// does (an open loop), at half and at four fifths of the highest rate. Draws them if a directory for
/// plots is given. Errors: as `take_figures`.
result<std::vector<figure>> take_latency_figures(const figures_options& options,
                                                 const progress_sink& say);

} // namespace callboard::bench
