#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace callboard::agents {

/// Base64 with padding (RFC 4648, section 4).
std::string to_base64(std::string_view bytes);

/// The bytes of a base64 text with padding; no value if it is none.
std::optional<std::string> from_base64(std::string_view text);

/// `count` random bytes from the system's secure generator, as base64 for URLs without padding
/// (RFC 4648, section 5). Throws `std::runtime_error` when the generator fails.
std::string random_token(std::size_t count);

/// Compares in a time that depends only on the lengths.
bool is_same_secret(std::string_view left, std::string_view right);

} // namespace callboard::agents
