#include "http/api/sessions/session_query.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>

#include <callboard/date_time.hpp>

#include "text/percent.hpp"

namespace callboard::http {

namespace {

constexpr std::int64_t window_limit_default = 50;
constexpr std::int64_t window_limit_max = 100;
constexpr std::int64_t session_limit_max = 1000;
/// The first and the last time that JavaScript's `Date` can hold: ± 100,000,000 days.
constexpr std::int64_t date_ms_max = 8'640'000'000'000'000;

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// The integer that a text begins with, as `parseInt` finds it; far ones are as good as the bounds of
/// their type. None: it begins with something else.
std::optional<std::int64_t> leading_integer(std::string_view text) noexcept {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n\f\v"), text.size()));
  const auto is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+'))
    text.remove_prefix(1);
  if (text.empty() || !is_digit(text.front()))
    return std::nullopt;
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec == std::errc::result_out_of_range)
    number = INT64_MAX;
  return is_negative ? -number : number;
}

/// Whether a text is an integer and nothing else.
bool is_integer(std::string_view text) noexcept {
  if (text.starts_with('-'))
    text.remove_prefix(1);
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

/// Reads a cursor; empty, and absent, is none.
tl::expected<std::optional<system_time>, std::string> read_cursor(std::string_view query,
                                                                  std::string_view name) {
  const auto text = query_value(query, name).value_or("");
  if (text.empty())
    return std::nullopt;
  const auto refuse = [&](std::string_view why) {
    return tl::unexpected{"Invalid pagination parameter '" + std::string{name}
                          + "': " + std::string{why}};
  };
  if (!is_integer(text)) {
    const auto time = parse_instant(text);
    if (!time)
      return refuse("Must be a valid timestamp");
    return *time;
  }
  const auto ms = leading_integer(text).value_or(0);
  if (ms > date_ms_max || ms < -date_ms_max)
    return refuse("Invalid date from timestamp");
  return system_time{std::chrono::milliseconds{ms}};
}

} // namespace

tl::expected<message_window, std::string> read_message_window(std::string_view query) {
  message_window made;
  const auto limit = query_value(query, "limit").value_or("");
  made.limit = static_cast<std::size_t>(std::clamp(
    leading_integer(limit).value_or(window_limit_default), std::int64_t{1}, window_limit_max));
  for (const auto& [name, into] : {std::pair{"before", &made.before}, {"after", &made.after}}) {
    auto read = read_cursor(query, name);
    if (!read)
      return tl::unexpected{std::move(read.error())};
    *into = *read;
  }
  return made;
}

std::size_t read_session_limit(std::string_view query) {
  const auto limit = leading_integer(query_value(query, "limit").value_or(""));
  const auto wanted = limit && *limit >= 1 ? *limit : session_limit_max;
  return static_cast<std::size_t>(std::min(wanted, session_limit_max));
}

} // namespace callboard::http
