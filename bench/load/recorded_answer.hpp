#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <callboard/error.hpp>

namespace callboard::bench {

/// An answer that one server gave, to be given again by another.
struct recorded_answer {
  int status = 200;
  std::string reason = "OK";
  /// In their order; without those that belong to the connection and not to the answer
  /// (Connection, Content-Length, Transfer-Encoding): each server makes its own.
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;
};

/// Reads an answer as it came over the wire: status line, fields, empty line, body.
/// Errors: `invalid_argument` (not an answer; a chunked one).
result<recorded_answer> parse_answer(std::string_view text);

} // namespace callboard::bench
