#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <netinet/in.h>

#include <callboard/error.hpp>

namespace callboard::bench {

/// Where a server is reached.
struct endpoint {
  /// A name or an address, without brackets.
  std::string host = "127.0.0.1";
  std::uint16_t port = 3000;

  /// What goes into the Host field.
  std::string authority() const;

  friend bool operator==(const endpoint&, const endpoint&) = default;
};

/// Reads `http://host[:port][/]`. Errors: `invalid_argument` (another scheme, a path, no such port).
result<endpoint> parse_url(std::string_view url);

/// An address that sockets take; IPv4 or IPv6.
struct socket_address {
  sockaddr_storage storage{};
  socklen_t length = 0;

  const sockaddr* get() const noexcept {
    return reinterpret_cast<const sockaddr*>(&storage);
  }
};

/// The first address of a host. Blocks. Errors: `not_found`.
result<socket_address> resolve(const endpoint& where);

/// A descriptor that is closed with its owner.
class descriptor {
public:
  descriptor() = default;
  /// Takes over `fd`; −1 for none.
  explicit descriptor(int fd) noexcept : fd_(fd) {
  }
  descriptor(descriptor&& other) noexcept;
  descriptor& operator=(descriptor&& other) noexcept;
  ~descriptor();

  int get() const noexcept {
    return fd_;
  }
  bool is_open() const noexcept {
    return fd_ >= 0;
  }
  /// Closes it now.
  void close() noexcept;

private:
  int fd_ = -1;
};

} // namespace callboard::bench
