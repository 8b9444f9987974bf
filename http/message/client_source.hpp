#pragma once

#include <array>
#include <cstdint>

namespace callboard::http {

/// What counts as one address: an IPv4 address as IPv6 maps it, or the first 64 bits of an IPv6
/// address, as many as one customer is given.
using client_source = std::array<std::uint8_t, 16>;

} // namespace callboard::http
