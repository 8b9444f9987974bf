#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>

#include <callboard/date_time.hpp>

#include "core/calendar/time_zone.hpp"

namespace callboard::test {

/// The instant of an RFC 3339 date-time; a mistake in a test ends the test.
inline system_time instant(std::string_view text) {
  const auto made = parse_instant(text);
  if (!made)
    throw std::invalid_argument{std::string{text} + ": " + made.error().message};
  return *made;
}

/// The same, of a whole second.
inline std::chrono::sys_seconds instant_seconds(std::string_view text) {
  return std::chrono::floor<std::chrono::seconds>(instant(text));
}

/// A zone of the system's database.
inline core::zone_ptr zone(std::string_view name) {
  const auto made = core::find_zone(name);
  if (!made)
    throw std::invalid_argument{std::string{name} + ": " + made.error().message};
  return *made;
}

} // namespace callboard::test
