#include "core/slot_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "tests/support/random_seed.hpp"

namespace callboard::test {

namespace {

using queue = core::slot_queue<int>;

uuid id(int n) {
  uuid made;
  made.bytes[15] = static_cast<std::uint8_t>(n);
  return made;
}

/// Starts whatever can be started; returns the items in their order.
std::vector<int> start_all(queue& tasks) {
  std::vector<int> items;
  while (const auto started = tasks.start_next())
    items.push_back(started->second);
  return items;
}

/// The same by the plainest means.
class oracle {
public:
  explicit oracle(std::size_t slots) : slots_(slots) {
    // nop
  }

  void push(int n, int item) {
    if (!running_.contains(n) && place_of(n) == waiting_.end())
      waiting_.emplace_back(n, item);
  }

  std::optional<std::pair<int, int>> start_next() {
    if (running_.size() >= slots_ || waiting_.empty())
      return std::nullopt;
    const auto first = waiting_.front();
    waiting_.pop_front();
    running_.insert(first);
    return first;
  }

  std::optional<int> release(int n) {
    const auto found = running_.find(n);
    if (found == running_.end())
      return std::nullopt;
    const auto item = found->second;
    running_.erase(found);
    return item;
  }

  bool withdraw(int n) {
    const auto place = place_of(n);
    if (place == waiting_.end())
      return false;
    waiting_.erase(place);
    return true;
  }

  std::size_t running() const {
    return running_.size();
  }

  std::size_t waiting() const {
    return waiting_.size();
  }

private:
  std::deque<std::pair<int, int>>::iterator place_of(int n) {
    return std::find_if(waiting_.begin(), waiting_.end(),
                        [n](const auto& one) { return one.first == n; });
  }

  std::size_t slots_;
  std::unordered_map<int, int> running_;
  std::deque<std::pair<int, int>> waiting_;
};

} // namespace

TEST(SlotQueue, TasksStartInTheOrderInWhichTheyCame) {
  queue tasks{3};
  for (const auto n : {5, 3, 4, 1})
    tasks.push(id(n), n);

  EXPECT_EQ(start_all(tasks), (std::vector{5, 3, 4}));
  EXPECT_EQ(tasks.running(), 3u);
  EXPECT_EQ(tasks.waiting(), 1u);
}

TEST(SlotQueue, ReleasedSlotGoesToTheNext) {
  queue tasks{1};
  tasks.push(id(1), 1);
  tasks.push(id(2), 2);
  start_all(tasks);

  EXPECT_EQ(tasks.release(id(1)), 1);
  EXPECT_EQ(start_all(tasks), std::vector{2});
}

TEST(SlotQueue, OnlyARunningTaskCanBeReleasedAndOnlyOnce) {
  queue tasks{1};
  tasks.push(id(1), 1);
  tasks.push(id(2), 2);
  start_all(tasks);

  EXPECT_EQ(tasks.release(id(2)), std::nullopt);
  EXPECT_EQ(tasks.release(id(3)), std::nullopt);
  EXPECT_EQ(tasks.release(id(1)), 1);
  EXPECT_EQ(tasks.release(id(1)), std::nullopt);
}

TEST(SlotQueue, OnlyAWaitingTaskCanBeWithdrawn) {
  queue tasks{1};
  tasks.push(id(1), 1);
  tasks.push(id(2), 2);
  start_all(tasks);

  EXPECT_FALSE(tasks.withdraw(id(1)));
  EXPECT_FALSE(tasks.withdraw(id(3)));
  EXPECT_TRUE(tasks.withdraw(id(2)));
  EXPECT_FALSE(tasks.withdraw(id(2)));
  EXPECT_EQ(tasks.waiting(), 0u);
}

TEST(SlotQueue, WithdrawnTaskNeverStarts) {
  queue tasks{9};
  for (const auto n : {1, 2, 3})
    tasks.push(id(n), n);
  tasks.withdraw(id(1));
  tasks.withdraw(id(3));

  EXPECT_EQ(start_all(tasks), std::vector{2});
}

TEST(SlotQueue, TaskThatIsThereAlreadyIsLeftAsItIs) {
  queue tasks{1};
  tasks.push(id(1), 1);
  tasks.push(id(2), 2);
  start_all(tasks);

  tasks.push(id(1), 10);
  tasks.push(id(2), 20);

  EXPECT_EQ(tasks.waiting(), 1u);
  EXPECT_EQ(tasks.release(id(1)), 1);
  EXPECT_EQ(start_all(tasks), std::vector{2});
}

// Symptom: a task that had been withdrawn and came again took its old place and its old item.
TEST(SlotQueue, WithdrawnTaskThatComesAgainIsTheLast) {
  queue tasks{9};
  tasks.push(id(1), 1);
  tasks.push(id(2), 2);
  tasks.withdraw(id(1));

  tasks.push(id(1), 10);

  EXPECT_EQ(start_all(tasks), (std::vector{2, 10}));
}

// An item may keep an actor alive.
TEST(SlotQueue, NothingIsKeptOfATaskThatIsGone) {
  const auto item = std::make_shared<int>(1);
  core::slot_queue<std::shared_ptr<int>> tasks{1};
  tasks.push(id(1), item);
  tasks.push(id(2), item);
  tasks.start_next();
  ASSERT_EQ(item.use_count(), 3);

  tasks.withdraw(id(2));
  tasks.release(id(1));

  EXPECT_EQ(item.use_count(), 1);
}

TEST(SlotQueue, OfATaskThatRunsOnlySomeIsKept) {
  struct kept {
    explicit kept(const std::shared_ptr<int>& of) : value(*of) {
      // nop
    }

    int value;
  };
  const auto item = std::make_shared<int>(7);
  core::slot_queue<std::shared_ptr<int>, kept> tasks{1};
  tasks.push(id(1), item);

  tasks.start_next();

  EXPECT_EQ(item.use_count(), 1);
  EXPECT_EQ(tasks.release(id(1))->value, 7);
}

TEST(SlotQueue, MovedQueueGoesOn) {
  queue tasks{1};
  tasks.push(id(1), 1);
  tasks.push(id(2), 2);
  tasks.push(id(3), 3);

  auto moved = std::move(tasks);
  moved.withdraw(id(2));

  EXPECT_EQ(start_all(moved), std::vector{1});
  EXPECT_TRUE(moved.release(id(1)));
  EXPECT_EQ(start_all(moved), std::vector{3});
}

TEST(SlotQueue, DoesWhatAPlainQueueDoes) {
  const auto seed = random_seed();
  std::mt19937_64 numbers{seed};
  const auto number = [&](int most) { return static_cast<int>(numbers() % (most + 1u)); };

  for (int round = 0; round < 20; ++round) {
    const auto slots = static_cast<std::size_t>(1 + number(4));
    queue tasks{slots};
    oracle expected{slots};
    for (int i = 0; i < 1000 && !HasFailure(); ++i) {
      SCOPED_TRACE("operation " + std::to_string(i) + " of round " + std::to_string(round));
      const auto n = number(30);
      switch (number(3)) {
        case 0:
          tasks.push(id(n), i);
          expected.push(n, i);
          break;
        case 1:
          EXPECT_EQ(tasks.withdraw(id(n)), expected.withdraw(n));
          break;
        case 2:
          EXPECT_EQ(tasks.release(id(n)), expected.release(n));
          break;
        default: {
          const auto started = tasks.start_next();
          const auto wanted = expected.start_next();
          ASSERT_EQ(started.has_value(), wanted.has_value());
          if (started) {
            EXPECT_EQ(started->first, id(wanted->first));
            EXPECT_EQ(started->second, wanted->second);
          }
        }
      }
      EXPECT_EQ(tasks.running(), expected.running());
      EXPECT_EQ(tasks.waiting(), expected.waiting());
    }
  }
}

} // namespace callboard::test
