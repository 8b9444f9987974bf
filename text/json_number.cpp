#include "text/json_number.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace callboard::json {

namespace {

/// Beyond this an exponent says no more than that the number is huge or tiny: no text within the limits
/// has as many digits.
constexpr std::int64_t exponent_max = 1'000'000'000'000;

/// A number taken apart. The place of a digit is the power of ten that it counts: 0 for ones.
struct parts {
  bool is_negative = false;
  /// Digits with perhaps a point between them, from the first to the last one that is not 0; empty: zero.
  std::string_view digits;
  /// The place of the first of them.
  std::int64_t first_place = 0;
  /// The place of the last of them.
  std::int64_t last_place = 0;
};

std::int64_t read_exponent(std::string_view text) noexcept {
  const auto is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+'))
    text.remove_prefix(1);
  std::int64_t value = 0;
  for (const auto c : text)
    value = std::clamp<std::int64_t>(value * 10 + (c - '0'), 0, exponent_max);
  return is_negative ? -value : value;
}

parts take_apart(std::string_view number) noexcept {
  parts made;
  made.is_negative = number.starts_with('-');
  if (made.is_negative)
    number.remove_prefix(1);
  std::int64_t exponent = 0;
  if (const auto at = number.find_first_of("eE"); at != std::string_view::npos) {
    exponent = read_exponent(number.substr(at + 1));
    number = number.substr(0, at);
  }
  const auto first = number.find_first_of("123456789");
  if (first == std::string_view::npos)
    return made;
  const auto last = number.find_last_of("123456789");
  const auto point = std::min(number.find('.'), number.size());
  const auto place_of = [&](std::size_t at) {
    const auto from_point = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(at);
    return exponent + (at < point ? from_point - 1 : from_point);
  };
  made.digits = number.substr(first, last + 1 - first);
  made.first_place = place_of(first);
  made.last_place = place_of(last);
  return made;
}

} // namespace

double to_double(std::string_view number) noexcept {
  double value = 0;
  const auto read = std::from_chars(number.data(), number.data() + number.size(), value);
  if (read.ec == std::errc{} && value != 0)
    return value;
  const auto from = take_apart(number);
  if (!from.digits.empty())
    value = from.first_place > 0 ? std::numeric_limits<double>::infinity()
                                 : std::numeric_limits<double>::denorm_min();
  return from.is_negative ? -value : value;
}

std::optional<std::int64_t> to_integer(std::string_view number) noexcept {
  // The usual case, and the only one that is common enough to be quick about.
  std::int64_t value = 0;
  const auto* end = number.data() + number.size();
  if (const auto read = std::from_chars(number.data(), end, value);
      read.ec == std::errc{} && read.ptr == end)
    return value;
  constexpr std::int64_t place_max = 18;
  constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const auto from = take_apart(number);
  if (from.digits.empty())
    return 0;
  if (from.last_place < 0 || from.first_place > place_max)
    return std::nullopt;
  // At most 19 digits, which 64 bits without a sign hold.
  std::uint64_t sum = 0;
  for (const auto c : from.digits)
    if (c >= '0' && c <= '9')
      sum = sum * 10 + static_cast<std::uint64_t>(c - '0');
  for (auto place = from.last_place; place > 0; --place)
    sum *= 10;
  if (sum > largest + (from.is_negative ? 1 : 0))
    return std::nullopt;
  return static_cast<std::int64_t>(from.is_negative ? 0 - sum : sum);
}

} // namespace callboard::json
