#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/calendar/time_zone.hpp"

// TZif: RFC 8536, section 3. A header and a block of 32-bit times for old programs, then the same with
// 64-bit times, then a line with the rule for later times. All numbers are big-endian.

namespace callboard::core {

namespace {

using namespace std::chrono;

constexpr std::size_t header_bytes = 44;
constexpr std::size_t type_bytes = 6;
/// RFC 8536, 3.2: offsets lie between −25 and +26 hours.
constexpr std::int64_t offset_min_seconds = -25 * 3600;
constexpr std::int64_t offset_max_seconds = 26 * 3600;

auto wrong(std::string_view why) {
  return fail(errc::invalid_argument, "not a usable time zone file: " + std::string{why});
}

std::int64_t read_integer(std::string_view bytes, std::size_t at, std::size_t size) {
  // Shifted in from a first digit that carries the sign.
  auto value = static_cast<std::int64_t>(static_cast<signed char>(bytes[at]));
  for (std::size_t i = 1; i < size; ++i)
    value = value * 256 + static_cast<unsigned char>(bytes[at + i]);
  return value;
}

/// The numbers in a header: how much of what follows it.
struct block_counts {
  std::size_t ut_flags, standard_flags, leap_seconds, times, types, name_bytes;

  std::size_t bytes(std::size_t time_bytes) const {
    return times * (time_bytes + 1) + types * type_bytes + name_bytes
           + leap_seconds * (time_bytes + 4) + standard_flags + ut_flags;
  }
};

block_counts read_counts(std::string_view header) {
  const auto count = [&](std::size_t i) {
    return static_cast<std::uint32_t>(read_integer(header, 20 + 4 * i, 4));
  };
  return {count(0), count(1), count(2), count(3), count(4), count(5)};
}

bool has_header(std::string_view bytes) {
  return bytes.size() >= header_bytes && bytes.starts_with("TZif") && bytes[4] >= '2';
}

/// The block of 64-bit times, of which all bytes are there.
class block_reader {
public:
  block_reader(std::string_view bytes, const block_counts& counts)
    : bytes_(bytes), counts_(counts) {
    // nop
  }

  /// No value for an offset that no clock has.
  std::optional<seconds> offset_of(std::size_t type) const {
    if (type >= counts_.types)
      return std::nullopt;
    const auto value = read_integer(bytes_, counts_.times * 9 + type * type_bytes, 4);
    if (value < offset_min_seconds || value > offset_max_seconds)
      return std::nullopt;
    return seconds{value};
  }

  /// Changes of anything but the offset are left out. No value if they are not in order.
  std::optional<std::vector<time_zone::transition>> transitions(seconds first_offset) const {
    std::vector<time_zone::transition> made;
    auto last_offset = first_offset;
    auto last_time = INT64_MIN;
    for (std::size_t i = 0; i < counts_.times; ++i) {
      const auto time = read_integer(bytes_, i * 8, 8);
      const auto offset = offset_of(static_cast<unsigned char>(bytes_[counts_.times * 8 + i]));
      if (!offset || (i > 0 && time <= last_time))
        return std::nullopt;
      last_time = time;
      if (*offset == last_offset)
        continue;
      last_offset = *offset;
      // Some compilers begin with a transition at the big bang.
      const sys_seconds at{seconds{time}};
      if (at >= time_zone::end)
        return std::nullopt;
      made.push_back({std::max(at, time_zone::beginning), *offset});
    }
    return made;
  }

private:
  std::string_view bytes_;
  block_counts counts_;
};

/// The line after the blocks; empty if it says nothing.
std::optional<std::string_view> read_footer(std::string_view bytes) {
  if (!bytes.starts_with('\n'))
    return std::nullopt;
  bytes.remove_prefix(1);
  const auto line_end = bytes.find('\n');
  if (line_end == std::string_view::npos)
    return std::nullopt;
  return bytes.substr(0, line_end);
}

} // namespace

result<time_zone> parse_tzif(std::string name, std::string_view bytes) {
  if (!has_header(bytes))
    return wrong("no TZif of version 2 or later");
  const auto first_block = header_bytes + read_counts(bytes).bytes(4);
  if (bytes.size() < first_block || !has_header(bytes.substr(first_block)))
    return wrong("no block of 64-bit times");
  bytes.remove_prefix(first_block);
  const auto counts = read_counts(bytes);
  bytes.remove_prefix(header_bytes);
  if (bytes.size() < counts.bytes(8))
    return wrong("cut off");
  if (counts.leap_seconds > 0)
    return wrong("it counts leap seconds");
  const block_reader block{bytes, counts};
  const auto first_offset = block.offset_of(0);
  if (!first_offset)
    return wrong("an offset is missing or too large");
  auto transitions = block.transitions(*first_offset);
  if (!transitions)
    return wrong("transitions are out of order or without an offset");
  const auto footer = read_footer(bytes.substr(counts.bytes(8)));
  if (!footer)
    return wrong("no rule for later times");
  std::optional<yearly_rule> later;
  if (!footer->empty()) {
    const auto rule = parse_yearly_rule(*footer);
    if (!rule)
      return wrong(rule.error().message);
    later = *rule;
  }
  return time_zone{std::move(name), *first_offset, std::move(*transitions), later};
}

} // namespace callboard::core
