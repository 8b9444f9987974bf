#pragma once

#include <vector>

#include <callboard/error.hpp>

#include "bench/figures/figure.hpp"
#include "bench/figures/figures.hpp"

namespace callboard::bench {

/// Takes the figures of the SQLite store, as far as they are asked for.
result<std::vector<figure>> take_store_figures(const figures_options& options,
                                               const progress_sink& say);

} // namespace callboard::bench
