#pragma once

#include <callboard/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace callboard::agents {

/// The key that a secret stands for: of `whsec_` + base64 the bytes, else the text itself.
/// Errors: `invalid_argument` when what follows `whsec_` is no base64, or nothing, and for what would be
/// taken as plain text although no receiver would: `v1,whsec_…`, `whsk_…`, blanks at the ends.
result<std::string> webhook_key(std::string_view secret);

/// The value of `webhook-signature` (Standard Webhooks 1.0, symmetric): `v1,` + base64 of
/// HMAC-SHA256 over `id.timestamp.body`.
std::string webhook_signature(std::string_view key, std::string_view id, std::int64_t timestamp_s,
                              std::string_view body);

} // namespace callboard::agents
