#include "sync/mutex.hpp"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace callboard::tests {

namespace {

/// As classes use it: what is guarded says so.
class counter {
public:
  void add() {
    {
      const sync::lock_guard guard{mutex_};
      ++value_;
    }
    changed_.notify_all();
  }

  int await(int value) {
    sync::unique_lock lock{mutex_};
    changed_.wait(lock, [&]() REQUIRES(mutex_) { return value_ >= value; });
    return value_;
  }

  bool has_reached(int value) {
    sync::unique_lock lock{mutex_};
    return changed_.wait_for(lock, std::chrono::milliseconds{0},
                             [&]() REQUIRES(mutex_) { return value_ >= value; });
  }

  bool is_busy() {
    if (!mutex_.try_lock())
      return true;
    const sync::lock_guard guard{mutex_, std::adopt_lock};
    return false;
  }

private:
  sync::mutex mutex_;
  sync::condition_variable changed_;
  int value_ GUARDED_BY(mutex_) = 0;
};

} // namespace

TEST(Mutex, ThreadsThatShareItCountRight) {
  counter shared;
  std::vector<std::thread> threads;

  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 1000; ++k)
        shared.add();
    });

  EXPECT_EQ(shared.await(4000), 4000);
  for (auto& each : threads)
    each.join();
}

TEST(Mutex, WaitThatEndsByTimeSaysWhatTheConditionIs) {
  counter shared;

  EXPECT_FALSE(shared.has_reached(1));
  shared.add();
  EXPECT_TRUE(shared.has_reached(1));
}

TEST(Mutex, AdoptedLockIsLetGo) {
  counter shared;

  EXPECT_FALSE(shared.is_busy());
  EXPECT_FALSE(shared.is_busy());
}

} // namespace callboard::tests
