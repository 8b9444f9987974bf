#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include <callboard/error.hpp>
#include <callboard/json_view.hpp>

namespace callboard::app {

/// Environment variables by name.
using environment = std::map<std::string, std::string, std::less<>>;

/// Replaces `//` and `/* */` comments outside of texts by blanks, so that every byte of the rest keeps
/// its place. Errors: `invalid_argument` for a comment that does not end, with its place.
result<std::string> blank_comments(std::string_view text);

/// "line 3, column 7" of a byte, both from 1.
std::string place_of(std::string_view text, std::size_t byte);

/// Turns "(at byte N)" at the end of a message of `parse_json` into the line and column of that byte
/// in `text`; other messages stay.
std::string with_place(std::string message, std::string_view text);

/// Puts the values of environment variables in place of `${NAME}`; `$${` stands for a plain `${`.
/// Errors: `invalid_argument` for a variable that is not set and for `${` without a name and `}`.
result<std::string> expand_variables(std::string_view text, const environment& variables);

/// The same in all texts of a JSON value; everything else stays as it is spelled. A text that has a fault
/// stays, too.
json_text expand_variables_in(json_view value, const environment& variables);

} // namespace callboard::app
