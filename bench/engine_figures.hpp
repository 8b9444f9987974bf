#pragma once

#include <vector>

#include <callboard/error.hpp>

#include "bench/figure.hpp"
#include "bench/figures.hpp"

namespace callboard::bench {

/// Takes the figures of the engine alone, as far as they are asked for: each run in a process of its
/// own (`callboard-bench engine …`), one after the other.
result<std::vector<figure>> take_engine_figures(const figures_options& options,
                                                const progress_sink& say);

} // namespace callboard::bench
