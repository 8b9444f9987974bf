#pragma once

#include "tests/support/patience.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace callboard::test {

/// Counts what happens on other threads, and waits for it.
class counter {
public:
  void add() {
    std::lock_guard guard{mutex_};
    ++value_;
    changed_.notify_all();
  }

  /// Waits until it stands at `value` or above; fails the test if that does not come.
  void await(std::size_t value) {
    std::unique_lock lock{mutex_};
    if (!changed_.wait_for(lock, patience, [&] { return value_ >= value; }))
      ADD_FAILURE() << "waited for " << value << ", got " << value_;
  }

  std::size_t value() const {
    std::lock_guard guard{mutex_};
    return value_;
  }

private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t value_ = 0;
};

} // namespace callboard::test
