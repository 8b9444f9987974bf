#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace callboard::test {

/// A server on a free port of the loopback interface, on one thread, for many connections: it reads the
/// requests and answers only those whose path is not "/hold", with 200 and "ok".
class silent_peer {
public:
  silent_peer();

  /// Closes all connections.
  ~silent_peer();

  silent_peer(const silent_peer&) = delete;
  silent_peer& operator=(const silent_peer&) = delete;

  /// "http://127.0.0.1:<port>" + path.
  std::string url(const std::string& path) const;

  /// Connections accepted so far.
  std::size_t connections() const;

  /// Waits until so many requests are held.
  void await_held(std::size_t count);

  /// Waits until so many connections have been closed by the other side.
  void await_closed(std::size_t count);

  /// Ends all connections without a farewell (RST), as when the host dies, and accepts no others.
  void die();

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace callboard::test
