#pragma once

#include <chrono>
#include <cstdint>

#include "http/framing/request_framer.hpp"
#include "http/transport/connection_rules.hpp"

namespace callboard::http {

/// Until when a client must have sent what it is waited for.
class read_deadline {
public:
  using clock = std::chrono::steady_clock;

  /// @param limits must outlive it.
  explicit read_deadline(const time_limits& limits) : limits_(limits) {
    // nop
  }

  /// A read begins. A time limit begins when what is waited for changes, that on being idle with each
  /// read.
  void begin(const request_framer& in) {
    const auto phase = in.waits_for();
    if (phase != request_framer::phase::idle && phase == phase_ && in.count() == count_)
      return;
    phase_ = phase;
    count_ = in.count();
    at_ = clock::now() + (phase == request_framer::phase::head ? limits_.head : limits_.idle);
  }

  /// When it ends.
  clock::time_point at() const noexcept {
    return at_;
  }

  /// Why a client that is late is refused.
  static const framing_fault& fault_of(request_framer::phase phase) noexcept {
    return phase == request_framer::phase::idle   ? faults::no_room
           : phase == request_framer::phase::head ? faults::slow_head
                                                  : faults::slow_body;
  }

private:
  const time_limits& limits_;
  clock::time_point at_{};
  std::uint64_t count_ = 0;
  request_framer::phase phase_ = request_framer::phase::idle;
};

} // namespace callboard::http
