#pragma once

#include <span>
#include <vector>

namespace callboard::bench {

/// The middle of some measurements and how far they lie apart.
struct spread {
  /// The middle one; of an even number the mean of the two middle ones.
  double median = 0;
  /// The smallest.
  double low = 0;
  /// The largest.
  double high = 0;
};

/// The spread of some measurements, in any order; all zeros for none.
spread spread_of(std::span<const double> values);

/// Divides measurements that were taken in the same rounds, round by round, so that what slows a whole
/// round down cancels out. Rounds whose divisor is not positive are left out; the longer of the two
/// is cut to the length of the other.
std::vector<double> ratios(std::span<const double> dividends, std::span<const double> divisors);

} // namespace callboard::bench
