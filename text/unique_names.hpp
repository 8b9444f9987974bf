#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace callboard::json {

/// A member of an object that is being read.
struct member {
  /// Its name as it is spelled, with its quotes.
  std::string_view name;
  bool has_escapes = false;
  /// Where it begins in the text that is being written.
  std::size_t begin = 0;
};

/// Whether two members have the same name, whatever escapes spell it.
bool has_twins(std::span<const member> members);

/// A member of what remains when members of the same name become one.
struct standing {
  /// Position of the first member of that name.
  std::size_t first = 0;
  /// Position of the last one, whose value counts.
  std::size_t last = 0;
};

/// What remains, in the order of the first ones.
std::vector<standing> without_twins(std::span<const member> members);

} // namespace callboard::json
