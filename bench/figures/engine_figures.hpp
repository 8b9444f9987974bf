#pragma once

#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <callboard/error.hpp>

#include "bench/figures/figure.hpp"
#include "bench/figures/figures.hpp"

namespace callboard::bench {

/// Takes the figures of the engine alone, as far as they are asked for: each run in a process of its
/// own (`callboard-bench engine …`), one after the other.
result<std::vector<figure>> take_engine_figures(const figures_options& options,
                                                const progress_sink& say);

/// Makes one run of this program's `engine` in a process of its own, in a directory of its own.
/// @param jobs, live a tenth of them when it has to be quick. Errors: `io`, and those of the run.
result<nlohmann::json> run_apart(const figures_options& options, const std::string& name,
                                 std::size_t jobs, std::size_t live, const progress_sink& say);

} // namespace callboard::bench
