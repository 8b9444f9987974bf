#include "stores/sqlite/file/time_ranges.hpp"

#include <charconv>
#include <chrono>
#include <cstdint>

namespace callboard::sqlite {

namespace {

std::string milliseconds_of(system_time time) {
  return std::to_string(time.time_since_epoch().count());
}

/// What is left of a text to be read.
class remainder {
public:
  explicit remainder(std::string_view text) : text_{text} {
    // nop
  }

  bool take(char wanted) {
    if (text_.empty() || text_.front() != wanted)
      return false;
    text_.remove_prefix(1);
    return true;
  }

  std::optional<system_time> take_time() {
    std::int64_t value = 0;
    const auto* const end = text_.data() + text_.size();
    const auto read = std::from_chars(text_.data(), end, value);
    if (read.ec != std::errc{})
      return std::nullopt;
    text_.remove_prefix(static_cast<std::size_t>(read.ptr - text_.data()));
    return system_time{std::chrono::milliseconds{value}};
  }

  std::optional<time_range> take_range() {
    if (!take('['))
      return std::nullopt;
    const auto after = take_time();
    if (!after || !take(','))
      return std::nullopt;
    const auto until = take_time();
    if (!until || !take(']') || *after >= *until)
      return std::nullopt;
    return time_range{*after, *until};
  }

  bool is_over() const noexcept {
    return text_.empty();
  }

private:
  std::string_view text_;
};

} // namespace

std::optional<std::string> to_text(std::span<const time_range> ranges) {
  if (ranges.empty())
    return std::nullopt;
  std::string text;
  for (const auto& each : ranges) {
    text += text.empty() ? "[[" : ",[";
    text += milliseconds_of(each.after) + ',' + milliseconds_of(each.until) + ']';
  }
  return text + ']';
}

std::optional<std::vector<time_range>> parse_time_ranges(std::string_view text) {
  remainder left{text};
  if (!left.take('['))
    return std::nullopt;
  std::vector<time_range> ranges;
  do {
    const auto next = left.take_range();
    if (!next || (!ranges.empty() && next->after < ranges.back().until))
      return std::nullopt;
    ranges.push_back(*next);
  } while (left.take(','));
  if (!left.take(']') || !left.is_over())
    return std::nullopt;
  return ranges;
}

} // namespace callboard::sqlite
