#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include "http/transport/connection_places.hpp"

namespace callboard::http {

/// What an address counts as.
client_source source_of(const asio::ip::address& from);

/// Where to listen, and for how many.
struct listener_options {
  /// An IP address, "localhost" or "ip6-localhost".
  std::string address;
  /// 0: any free one.
  std::uint16_t port = 0;
  std::size_t connections_max = 0;
  /// 0: no limit of its own.
  std::size_t connections_per_address_max = 0;
  /// Whether those are told so before their connection is closed who find no room even among the few
  /// that are listened to beyond the limits: a few words of HTTP, which only a client that does not
  /// expect TLS understands.
  bool answers_refused = true;
};

/// Takes connections, for as long as the process has descriptors and again when it has them back. A few
/// beyond the limits are taken, too, so that somebody can ask whether the server is up; the others are
/// refused at once, never left waiting.
class listener {
public:
  /// Given each connection, on a thread of the io_context, one at a time, and whether there is no room for
  /// it: then it is to be told so, unless it asks what everybody may. May throw: then the connection is
  /// lost.
  using taker
    = std::function<void(asio::ip::tcp::socket, connection_places::place, bool is_beyond_limit)>;

  /// Listens. Throws `std::system_error` (address in use, not ours …). `io` must have stopped before
  /// the listener goes.
  listener(asio::io_context& io, const listener_options& options, taker take);
  ~listener();

  /// The port it listens on.
  std::uint16_t port() const noexcept;

  /// Connections that are open.
  std::size_t connections() const noexcept;

  /// Connections that were taken or refused so far. From any thread.
  std::uint64_t seen() const noexcept;

  /// Connections that wait to be taken; none: it does not listen any more. From any thread.
  std::optional<std::size_t> waiting() const noexcept;

  /// A connection from that port of the address that it goes to is the server's own: it counts as seen
  /// and is closed. 0: there is none. From any thread.
  void expect_own(std::uint16_t port) noexcept;

  /// Takes no new connections from now on. The io_context must be running; blocks until done.
  void close();

private:
  class implementation;
  std::shared_ptr<implementation> impl_;
};

} // namespace callboard::http
