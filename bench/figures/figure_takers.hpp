#pragma once

#include <span>
#include <string>
#include <vector>

#include <callboard/error.hpp>

#include "bench/figures/figure.hpp"
#include "bench/figures/figures.hpp"

namespace callboard::bench {

/// How a figure is taken, and what `--only` calls it.
struct figure_taker {
  std::string key;
  result<figure> (*take)(const figures_options&, const progress_sink&);
};

/// Takes those figures that are asked for, in their order. Errors: those of the first that fails.
result<std::vector<figure>> take_wanted(std::span<const figure_taker> takers,
                                        const figures_options& options, const progress_sink& say);

} // namespace callboard::bench
