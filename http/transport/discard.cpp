#include "http/transport/discard.hpp"

#include <algorithm>
#include <cerrno>

#include <sys/socket.h>

namespace callboard::http {

namespace {

constexpr std::uint64_t discard_bytes_max = 1024 * 1024;

} // namespace

std::optional<std::size_t> discard_bytes(int socket, std::uint64_t most) noexcept {
  const auto wanted = static_cast<std::size_t>(std::min(most, discard_bytes_max));
  const auto count = ::recv(socket, nullptr, wanted, MSG_TRUNC | MSG_DONTWAIT);
  if (count > 0)
    return static_cast<std::size_t>(count);
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
    return 0;
  return std::nullopt;
}

} // namespace callboard::http
