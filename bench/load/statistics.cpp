#include "bench/load/statistics.hpp"

#include <algorithm>

namespace callboard::bench {

spread spread_of(std::span<const double> values) {
  if (values.empty())
    return {};
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  auto middle = sorted.size() / 2;
  auto median = sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return {median, sorted.front(), sorted.back()};
}

std::vector<double> ratios(std::span<const double> dividends, std::span<const double> divisors) {
  std::vector<double> quotients;
  auto rounds = std::min(dividends.size(), divisors.size());
  for (std::size_t i = 0; i < rounds; ++i)
    if (divisors[i] > 0)
      quotients.push_back(dividends[i] / divisors[i]);
  return quotients;
}

} // namespace callboard::bench
