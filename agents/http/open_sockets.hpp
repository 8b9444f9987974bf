#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

namespace callboard::agents {

/// The sockets of a lane's connections: how many are open, and which they are by the addresses of their two ends, so that a kept connection
/// can be looked at before it is used again: libcurl tells us its ends, not its socket. Used by one
/// thread.
class open_sockets {
public:
  /// Counts a socket that was opened.
  void note_opened() noexcept {
    ++open_;
  }

  /// Sockets that are open.
  std::size_t open() const noexcept {
    return open_;
  }

  /// Notes the socket of a connection, or of one that has the ends of an earlier one.
  void add(const std::string& ends, int socket);

  /// Forgets a socket that was counted and is about to be closed.
  void remove(int socket);

  /// The socket of the connection with these ends; -1: not known.
  int find(const std::string& ends) const;

private:
  void forget(int socket);

  std::size_t open_ = 0;
  std::unordered_map<std::string, int> sockets_;
  std::unordered_map<int, std::string> ends_;
};

/// The ends of a connection as `open_sockets` names them.
std::string connection_ends(const char* local_ip, int local_port, const char* remote_ip,
                            int remote_port);

/// Whether there is something to be read from a socket: bytes, its end, or a fault.
bool has_input(int socket);

/// The port at this end of a connected socket; 0: not known.
int local_port_of(int socket);

/// The bytes that came over a TCP connection so far, those of TLS included; 0: not known.
std::uint64_t bytes_received(int socket);

} // namespace callboard::agents
