#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

namespace callboard::http {

/// A connection as far as its memory is concerned: which large answer goes out on it, and how it ends when
/// others need the room. Owned by `shared_ptr`.
class connection_output : public std::enable_shared_from_this<connection_output> {
public:
  connection_output() = default;
  connection_output(const connection_output&) = delete;
  connection_output& operator=(const connection_output&) = delete;
  virtual ~connection_output() = default;

  /// The connection ends, and what its client has not read is forgotten, if this answer is still the
  /// one that goes out. From any thread.
  virtual void drop(std::uint64_t answer) noexcept = 0;

  /// The request that comes on the connection is refused, if this one is still the one that counts. From
  /// any thread.
  virtual void crowd_out(std::uint64_t request) noexcept = 0;

  /// A large answer is about to be handed to the connection. From the thread that does so.
  void begin(std::uint64_t answer) noexcept {
    going_.store(answer);
  }

  /// It is out, or will never go out. From any thread.
  void end(std::uint64_t answer) noexcept {
    going_.compare_exchange_strong(answer, 0);
  }

  /// The large answer that goes out; 0: none.
  std::uint64_t going() const noexcept {
    return going_.load(std::memory_order_relaxed);
  }

private:
  std::atomic<std::uint64_t> going_{0};
};

} // namespace callboard::http
