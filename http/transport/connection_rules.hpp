#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "http/framing/message_reader.hpp"
#include "http/pipeline/arrival_gate.hpp"
#include "http/pipeline/backpressure.hpp"
#include "http/pipeline/connection_output.hpp"
#include "http/pipeline/screening.hpp"

namespace callboard::http {

/// How long a connection is waited for.
struct time_limits {
  /// From the first byte of a request to the end of its head.
  std::chrono::steady_clock::duration head{0};
  /// For the first byte of a request, and from the end of a head to that of the body.
  std::chrono::steady_clock::duration idle{0};
};

/// What all connections of a server are read by. The gates outlive them.
struct connection_rules {
  message_reader::limits bodies;
  time_limits times;
  /// For those for which there was no room.
  time_limits times_beyond_limit;
  backpressure& answers;
  arrival_gate& arrivals;
  head_screen screen;
};

/// What comes with the bytes that the parser is being given.
struct arrival {
  /// The way out of the connection.
  connection_output& way_out;
  /// Why the parser is being given a request that was never sent; may be null.
  const framing_fault* fault;
  bool is_beyond_limit;
  /// The body of the request, as far as it has come and is kept.
  std::string& body;
  /// What was found of its head before its body came; may be null.
  std::unique_ptr<screening>& screened;
};

/// Set while the handler of a read runs, null otherwise.
inline thread_local const arrival* arriving = nullptr;

} // namespace callboard::http
