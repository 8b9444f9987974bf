#pragma once

#include <cstddef>

namespace callboard::agents {

/// How many requests may be under way at once, each with a connection of its own: what the process's
/// descriptors allow. Used by one thread.
class connection_budget {
public:
  /// @param connections_max connections, those that are kept idle among them; ≥ 1.
  explicit connection_budget(std::size_t connections_max);

  /// Connections that may be kept open while idle.
  std::size_t idle_max() const noexcept {
    return idle_max_;
  }

  /// Whether one more request may begin.
  bool may_begin() const noexcept {
    return running_ < limit_;
  }

  void begin() noexcept {
    ++running_;
  }

  void end() noexcept {
    --running_;
  }

  /// To be called when there was no descriptor for a request, after its `end`: no other begins before
  /// one ends, or `probe`.
  void note_shortage() noexcept;

  /// Lets some more requests begin after a shortage. Returns whether to call it again after a while.
  bool probe() noexcept;

private:
  std::size_t idle_max_;
  std::size_t running_max_;
  std::size_t limit_;
  std::size_t running_ = 0;
};

} // namespace callboard::agents
