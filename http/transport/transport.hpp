#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <callboard/error.hpp>

#include "http/pipeline/exchange.hpp"
#include "http/pipeline/in_flight.hpp"
#include "http/pipeline/screening.hpp"

namespace asio {
class io_context;
namespace ssl {
class context;
}
} // namespace asio

namespace callboard::http {

/// How bytes come and go.
struct transport_options {
  /// An IP address or "localhost".
  std::string address;
  /// 0: any free one.
  std::uint16_t port = 0;
  /// A connection beyond that is refused as soon as it is there.
  std::size_t connections_max = 0;
  /// The same for connections from one address; 0: no limit of its own.
  std::size_t connections_per_address_max = 0;
  /// What is longer is read, counted and not kept.
  std::size_t body_bytes_max = 0;
  /// How long the head of a request may take to arrive.
  std::chrono::milliseconds head_limit{0};
  /// How long a connection may idle, and a body may take to arrive.
  std::chrono::milliseconds idle_limit{0};
  /// Null: no TLS.
  std::shared_ptr<asio::ssl::context> tls;
};

/// Told of each request, on a server thread. Must not throw.
using request_sink = std::function<void(const std::shared_ptr<exchange>&)>;

/// A listener and its connections: HTTP/1.x in, answers out. Runs on the threads of an io_context.
class transport {
public:
  virtual ~transport() = default;

  /// The port it listens on.
  virtual std::uint16_t port() const noexcept = 0;

  /// Connections that are open.
  virtual std::size_t connections() const noexcept = 0;

  /// Connections that the listener has taken or refused so far. From any thread.
  virtual std::uint64_t seen() const noexcept = 0;

  /// Connections that wait to be taken; none: it does not listen any more. From any thread.
  virtual std::optional<std::size_t> waiting() const noexcept = 0;

  /// See `listener::expect_own`.
  virtual void expect_own(std::uint16_t port) noexcept = 0;

  /// Takes no new connections from now on. The io_context must be running; blocks until done.
  virtual void close_listener() = 0;
};

/// Starts to listen. `io` and what `shared` and `sink` refer to must outlive the stream and be there
/// until `io` has stopped.
/// @param aside where answers are made that take long; ends before `io` does
/// Errors: `io` (address in use, not ours …).
result<std::unique_ptr<transport>> open_transport(asio::io_context& io, asio::io_context& aside,
                                                  const transport_options& options,
                                                  std::shared_ptr<in_flight> shared,
                                                  request_sink sink, head_screen screen);

} // namespace callboard::http
