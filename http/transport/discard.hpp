#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace callboard::http {

/// Throws away bytes that have come on a TCP socket, without copying them (`MSG_TRUNC`, tcp(7)). Does not
/// wait. Gives how many it were, 0 if none are there; none at the end or a fault of the connection.
/// @param most more are left. A call takes 1 MiB at most, so that other connections have their turn.
std::optional<std::size_t> discard_bytes(int socket, std::uint64_t most) noexcept;

} // namespace callboard::http
