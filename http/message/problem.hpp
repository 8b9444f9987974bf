#pragma once

#include <string>
#include <string_view>

#include "http/message/message.hpp"

namespace callboard::http {

/// An error of everything outside the three APIs: `application/problem+json` (RFC 9457) with `type`,
/// `title`, `status`, `detail` and `code`, a stable word to branch on.
response problem(int status, std::string_view code, std::string_view detail);

/// Its body without the closing brace, for those that have more members.
std::string begin_problem(int status, std::string_view code, std::string_view detail);

/// 500: a fault of the server itself, about which it says nothing.
response internal_error();

} // namespace callboard::http
