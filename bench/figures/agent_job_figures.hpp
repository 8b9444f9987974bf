#pragma once

#include <vector>

#include <callboard/error.hpp>

#include "bench/figures/figure.hpp"
#include "bench/figures/figures.hpp"

namespace callboard::bench {

/// Takes the figures of agent jobs, as far as they are asked for.
result<std::vector<figure>> take_agent_job_figures(const figures_options& options,
                                                   const progress_sink& say);

} // namespace callboard::bench
