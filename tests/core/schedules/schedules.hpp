#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/calendar/cron.hpp"
#include "tests/core/calendar/zones.hpp"

namespace callboard::test {

/// A cron expression; a mistake in a test ends the test.
inline core::cron_expression cron(std::string_view text) {
  auto made = core::parse_cron(text);
  if (!made)
    throw std::invalid_argument{std::string{text} + ": " + made.error().message};
  return *std::move(made);
}

/// The next times of an expression, as RFC 3339 in UTC; "never" where they end.
inline std::vector<std::string> next_times(const core::cron_expression& expression,
                                           const core::time_zone& in, system_time after,
                                           std::size_t count) {
  std::vector<std::string> made;
  while (made.size() < count) {
    const auto next = core::next_match(expression, in, after);
    if (!next)
      return made.push_back("never"), made;
    made.push_back(to_rfc3339(*next));
    after = *next;
  }
  return made;
}

/// RFC 3339 date-times, written in UTC.
inline std::vector<std::string> in_utc(const std::vector<std::string>& texts) {
  std::vector<std::string> made;
  for (const auto& text : texts)
    made.push_back(text == "never" ? text : to_rfc3339(instant(text)));
  return made;
}

} // namespace callboard::test
