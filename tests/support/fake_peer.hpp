#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace callboard::test {

/// A TCP server on a free port of the loopback interface that does exactly what a test's script says:
/// answers any bytes, cuts, resets, holds. The script runs for each connection on a thread of its own.
class fake_peer {
public:
  /// A request as it came. Header names are in lower case.
  struct request {
    std::string method;
    std::string target;
    std::map<std::string, std::string> headers;
    std::string body;
  };

  class connection {
  public:
    connection(int socket, int let_go_event, std::function<void()> on_hold);

    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    ~connection();

    /// The next request; no value once the other side has closed.
    std::optional<request> read();

    /// Sends all of it, as far as the other side takes it.
    void send(std::string_view bytes);

    /// Ends the connection without the usual farewell (RST).
    void reset();

    /// Holds the connection until the test calls `let_go`, or the other side closes it.
    /// Returns whether it was let go.
    bool hold();

  private:
    bool fill();

    int socket_;
    int let_go_event_;
    std::function<void()> on_hold_;
    std::string buffer_;
  };

  using script = std::function<void(connection&)>;

  /// Starts to listen at once.
  explicit fake_peer(script run);

  /// Closes all connections and waits for the scripts.
  ~fake_peer();

  /// The port that it listens on.
  std::uint16_t port() const;

  /// "http://127.0.0.1:<port>" + path.
  std::string url(std::string_view path = "/") const;

  /// Connections accepted so far.
  std::size_t connections() const;

  /// Waits until scripts have called `hold` so many times.
  void await_held(std::size_t count);

  /// Waits until so many scripts have ended.
  void await_ended(std::size_t count);

  /// Lets all go that are held now or later.
  void let_go();

private:
  struct state;
  std::unique_ptr<state> state_;
};

/// A whole response with a length.
std::string http_response(int status, std::string_view body, std::string_view more_headers = {});

/// A script that answers each request of a connection with what `answer` returns.
fake_peer::script answer_with(std::function<std::string(const fake_peer::request&)> answer);

/// A port of the loopback interface on which nobody listens.
std::uint16_t closed_port();

} // namespace callboard::test
