#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "bench/load/endpoint.hpp"

namespace callboard::bench {

/// A server on a free loopback port that answers each request as a test says.
class scripted_server {
public:
  /// What happens to the connection after an answer.
  enum class after : std::uint8_t { keep, close, reset };

  struct reply {
    /// Sent as it is; may be empty.
    std::string bytes;
    after then = after::keep;
  };

  /// @param script called with each request (head and body) and its number from 0, over all
  /// connections; from several threads at once.
  explicit scripted_server(
    std::function<reply(const std::string& request, std::size_t number)> script);
  ~scripted_server();

  endpoint where() const {
    return {"127.0.0.1", port_};
  }

  /// Requests that have come so far.
  std::size_t requests() const {
    return requests_.load();
  }

  /// Connections that have come so far.
  std::size_t connections() const {
    return connections_.load();
  }

private:
  void accept_all();
  void serve(int fd);

  std::function<reply(const std::string&, std::size_t)> script_;
  descriptor listener_;
  std::uint16_t port_ = 0;
  std::atomic<std::size_t> requests_{0};
  std::atomic<std::size_t> connections_{0};
  std::mutex mutex_;
  std::vector<int> open_;
  std::vector<std::jthread> serving_;
  std::jthread accepting_;
};

/// A complete answer with a body and maybe more fields ("Connection: close\r\n").
std::string answer(int status, const std::string& body = "x", const std::string& fields = "");

} // namespace callboard::bench
