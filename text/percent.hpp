#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace callboard::http {

/// Appends a text with its percent escapes decoded. A plus sign stays one: it is a space only in
/// forms and queries. False if a percent sign lacks its two hex digits.
bool percent_decode(std::string_view text, std::vector<char>& out);

/// A text as it may stand in a query: all but letters, digits and `-._~` is escaped.
std::string percent_encode(std::string_view text);

/// The decoded value of a query's first parameter of that name; none without one, empty for a name
/// without a value. As forms have it, a plus sign is a space; an escape that is none stays as it is.
std::optional<std::string> query_value(std::string_view query, std::string_view name);

/// All parameters of a query in their order, decoded as by `query_value`.
std::vector<std::pair<std::string, std::string>> query_parameters(std::string_view query);

} // namespace callboard::http
