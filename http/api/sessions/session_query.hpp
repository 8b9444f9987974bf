#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <callboard/error.hpp>
#include <callboard/time.hpp>

namespace callboard::http {

/// Which messages of a session are asked for.
struct message_window {
  /// 1–100.
  std::size_t limit = 50;
  /// Messages before this time only; none: no bound.
  std::optional<system_time> before;
  /// Messages after this time only; none: no bound.
  std::optional<system_time> after;
};

/// Reads `limit`, `before` and `after`, or says what is wrong with one of the latter. A `limit` outside
/// 1–100 becomes the nearest bound, one that does not begin with an integer is 50.
tl::expected<message_window, std::string> read_message_window(std::string_view query);

/// How many sessions a list has at most: 1–1000; 1000 without a `limit` in that range.
std::size_t read_session_limit(std::string_view query);

} // namespace callboard::http
