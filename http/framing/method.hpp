#pragma once

#include <cstdint>
#include <string_view>

namespace callboard::http {

/// Request methods that routes may have; everything else is `other`.
enum class method : std::uint8_t { get, head, post, put, patch, remove, options, other };

/// "GET" … "DELETE" for `remove`; empty for `other`.
std::string_view to_string(method verb) noexcept;

/// The method of that name (methods are case-sensitive); `other` if it is none of ours.
method parse_method(std::string_view name) noexcept;

} // namespace callboard::http
