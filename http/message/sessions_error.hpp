#pragma once

#include <string>
#include <string_view>

#include "http/message/message.hpp"

namespace callboard::http {

/// An error of the Sessions API: `{"error":{"code","message","timestamp"}}`, the time being now.
/// @param details a JSON object that becomes one more member; empty: none.
response sessions_error(int status, std::string_view code, std::string_view text,
                        std::string_view details = {});

/// The code with which that API shows an error that others show with `code`: capital letters; whatever
/// is 400 is `VALIDATION_ERROR`.
std::string session_code(int status, std::string_view code);

} // namespace callboard::http
