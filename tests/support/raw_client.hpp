#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/support/raw_response.hpp"

namespace callboard::tests {

/// A TCP connection to a server on this machine that sends what it is told, byte for byte. Blocking;
/// each call gives up after `patience` and throws `std::runtime_error`.
class raw_client {
public:
  explicit raw_client(std::uint16_t port);
  raw_client(raw_client&& other) noexcept;
  raw_client& operator=(raw_client&&) = delete;
  ~raw_client();

  /// Sends all of it. Throws when the server has closed the connection.
  void send(std::string_view bytes);

  /// The same, but a connection that the server has closed meanwhile is no error.
  void send_if_open(std::string_view bytes) noexcept;

  /// Tells the server that nothing more will come; answers still arrive.
  void finish_sending();

  /// The next answer; throws if the server closes the connection first. What came beyond it waits
  /// for the next call.
  raw_response receive(bool is_head = false);

  /// Sends a request and takes its answer.
  raw_response exchange(std::string_view request) {
    send(request);
    return receive();
  }

  /// Whatever comes until the server closes the connection.
  std::string receive_until_closed();

  /// Whatever comes until there is a whole answer, or until the server closes the connection.
  std::string receive_until_closed_or_answered();

  /// The socket, for what speaks over it.
  int native_handle() const noexcept {
    return socket_;
  }

  /// Closes the connection with a reset, so that the server's next read or write fails.
  void reset();

private:
  /// Reads once; false at the end of the connection.
  bool read_some();

  int socket_ = -1;
  std::string received_;
};

/// The bytes of a request with a host, the given header lines (each with its end) and, if there is a
/// body, its length.
std::string make_request(std::string_view method, std::string_view target,
                         std::string_view header_lines = {}, std::string_view body = {});

} // namespace callboard::tests
