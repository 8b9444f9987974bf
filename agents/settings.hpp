#pragma once

#include <callboard/error.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace callboard::agents {

/// Whether this is an address that requests can go to: http or https, with a host.
bool is_http_url(const std::string& url);

/// Checks that an agent's time limit, if any, is from 1 ms to 100 years.
result<void> check_timeout(std::optional<std::chrono::milliseconds> timeout);

/// Checks that the setting of that name is an http or https address with a host.
result<void> check_url(std::string_view setting, const std::string& url);

/// Makes the lines "Name: value" of an agent's own headers. Errors: `invalid_argument` for names that
/// are no header names or are `reserved` (lower case), and for values with control characters.
result<std::vector<std::string>> header_lines(const std::map<std::string, std::string>& headers,
                                              std::span<const std::string_view> reserved);

/// The values of these headers as far as they may be secrets: those of 8 bytes or more, and what
/// follows the last blank in them ("Bearer KEY").
std::vector<std::string> header_secrets(const std::map<std::string, std::string>& headers);

/// Whether a text has bytes that no header value may have: control characters but the tab.
bool has_control_characters(std::string_view text);

} // namespace callboard::agents
