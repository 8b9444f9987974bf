#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <callboard/uuid.hpp>

namespace callboard::app {

/// SHA-256 of a text.
std::array<std::uint8_t, 32> sha256_of(std::string_view text);

/// The id of an agent that is configured without an `id`: the version-5 UUID of
/// "callboard:agent:NAME" in the URL namespace of RFC 9562.
uuid agent_id_of(std::string_view name);

/// A digest as 64 lower-case hex digits.
std::string hex_of(const std::array<std::uint8_t, 32>& digest);

/// The digest from 64 hex digits in any case; no value for anything else.
std::optional<std::array<std::uint8_t, 32>> digest_from_hex(std::string_view text);

/// A new API key: "cb_" and 43 characters for 256 random bits from the system's generator.
std::string random_key();

} // namespace callboard::app
