#pragma once

#include <string_view>
#include <utility>

#include "http/message/message.hpp"

namespace callboard::http {

/// The usual error of Messaging Jobs: `{"success":false,"error":"<text>"}`.
/// @param more one more member at the end, if its name is not empty
response messaging_error(int status, std::string_view text,
                         std::pair<std::string_view, std::string_view> more = {});

/// Its error for unknown endpoints and bodies that cannot be read:
/// `{"success":false,"error":{"message":"<text>","code":<status>}}`.
response messaging_fault(int status, std::string_view text);

/// Its error for a body of a type that it does not take.
response messaging_content_type_error();

/// Its error for a missing or wrong key.
response messaging_unauthorized();

} // namespace callboard::http
