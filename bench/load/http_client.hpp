#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <callboard/error.hpp>

#include "bench/load/endpoint.hpp"

namespace callboard::bench {

/// An answer in full.
struct http_answer {
  int status = 0;
  /// Status line and fields as they came, with the empty line.
  std::string head;
  /// The body, chunks joined.
  std::string body;
};

/// A blocking client for what comes before and after a load: making jobs, asking how the server is.
/// Keeps its connection until an answer says otherwise or a call fails.
class http_client {
public:
  /// @param answer_limit longest wait for bytes of an answer.
  explicit http_client(endpoint where,
                       std::chrono::milliseconds answer_limit = std::chrono::seconds{60});

  /// Sends a complete request and reads the answer. Errors: `unavailable` (no connection), `io` (cut,
  /// too slow, not HTTP).
  result<http_answer> call(std::string_view request);

private:
  result<void> connect();
  result<void> send(std::string_view request);
  result<http_answer> receive();

  endpoint where_;
  std::chrono::milliseconds answer_limit_;
  descriptor socket_;
};

} // namespace callboard::bench
