#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace callboard::app {

/// Replaces a secret that is not shown.
inline constexpr std::string_view mask = "***";

/// A URL with what may be a secret masked: user and password, the values of its query, its fragment:
/// `http://***@example.com/tasks?token=***`. A value that is only the name of a variable, `${TOKEN}`, is
/// shown. Takes any text, also one that is no URL.
std::string masked_url(std::string_view url);

/// What `masked_url` masks, and the parts of it that are secrets by themselves, as they stand in the URL.
std::vector<std::string> secrets_in_url(std::string_view url);

} // namespace callboard::app
