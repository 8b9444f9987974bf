#include "bench/figures/figure_takers.hpp"

#include <utility>

namespace callboard::bench {

result<std::vector<figure>> take_wanted(std::span<const figure_taker> takers,
                                        const figures_options& options, const progress_sink& say) {
  std::vector<figure> taken;
  for (const auto& [key, take] : takers) {
    if (!options.wants(key))
      continue;
    auto made = take(options, say);
    if (!made)
      return tl::unexpected(std::move(made.error()));
    taken.push_back(std::move(*made));
  }
  return taken;
}

} // namespace callboard::bench
