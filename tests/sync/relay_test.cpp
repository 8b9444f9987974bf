#include "sync/relay.hpp"

#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace callboard::tests {

namespace {

using numbers = std::vector<int>;

/// Has a relay note what it passes on.
auto noting(numbers& into) {
  return [&into](int event) { into.push_back(event); };
}

} // namespace

TEST(Relay, EventsBeforeTheListenerAreKept) {
  sync::relay<int> relay{2};
  numbers heard;

  for (const int event : {1, 2, 3})
    relay.pass(event);
  relay.listen(noting(heard));
  relay.pass(4);

  EXPECT_EQ(heard, (numbers{1, 2, 4}));
}

TEST(Relay, NextListenerHearsOnlyWhatNoOneHasHeard) {
  sync::relay<int> relay{10};
  numbers first;
  numbers second;

  relay.listen(noting(first));
  relay.pass(1);
  relay.listen({});
  relay.pass(2);
  relay.listen(noting(second));

  EXPECT_EQ(first, numbers{1});
  EXPECT_EQ(second, numbers{2});
}

TEST(Relay, NextListenerHearsTheLastEventAgainIfItIsToBeRepeated) {
  sync::relay<int> relay{1, sync::replay::last};
  numbers first;
  numbers second;

  relay.pass(1);
  relay.listen(noting(first));
  relay.pass(2);
  relay.listen({});
  relay.listen(noting(second));
  relay.pass(3);

  EXPECT_EQ(first, (numbers{1, 2}));
  EXPECT_EQ(second, (numbers{2, 3}));
}

// A listener that called back stopped for ever at the lock that it was called under.
TEST(Relay, ListenerMayCallTheRelay) {
  sync::relay<int> relay{10};
  numbers heard;

  relay.listen([&](int event) {
    heard.push_back(event);
    if (event < 3)
      relay.pass(event + 1);
    else
      relay.listen({});
  });
  relay.pass(1);
  relay.pass(9);

  EXPECT_EQ(heard, (numbers{1, 2, 3}));
}

// The same from the destructor of what an event or a listener holds.
TEST(Relay, WhatGoesWithAnEventMayCallTheRelay) {
  sync::relay<std::shared_ptr<void>> relay{10};
  int ended = 0;
  const auto calling_back = [&] {
    return std::shared_ptr<void>{nullptr, [&](void*) {
                                   ++ended;
                                   relay.listen({});
                                 }};
  };

  relay.listen([held = calling_back()](const std::shared_ptr<void>&) {});
  relay.pass(calling_back());
  relay.listen({});

  EXPECT_EQ(ended, 2);
}

TEST(Relay, EventsOfManyThreadsComeOneAtATime) {
  sync::relay<int> relay{0};
  std::atomic<int> at_once{0};
  int heard = 0;
  bool was_alone = true;
  relay.listen([&](int) {
    was_alone = was_alone && at_once.fetch_add(1) == 0;
    ++heard;
    at_once.fetch_sub(1);
  });

  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 1000; ++k)
        relay.pass(k);
    });
  for (auto& each : threads)
    each.join();
  relay.listen({});

  EXPECT_EQ(heard, 4000);
  EXPECT_TRUE(was_alone);
}

TEST(Relay, ReplacedListenerIsNotRunningAnyMore) {
  sync::relay<int> relay{10};
  std::promise<void> has_begun;
  std::promise<void> may_end;
  std::atomic<bool> has_ended{false};
  relay.listen([&](int) {
    has_begun.set_value();
    may_end.get_future().wait();
    has_ended = true;
  });
  std::thread passing{[&] { relay.pass(1); }};
  has_begun.get_future().wait();

  auto replaced = std::async(std::launch::async, [&] {
    relay.listen({});
    return has_ended.load();
  });
  may_end.set_value();

  EXPECT_TRUE(replaced.get());
  passing.join();
}

// With room for one event, the one that came while there was no listener was lost to a repeated one.
TEST(Relay, LastEventDoesNotWaitForAListenerBesideANewerOne) {
  sync::relay<int> relay{1, sync::replay::last};
  numbers heard;
  relay.listen([](int) {});
  relay.pass(1);
  relay.listen({});
  relay.pass(2);

  relay.listen([&](int event) { heard.push_back(event); });

  EXPECT_EQ(heard, (numbers{2}));
}

TEST(Relay, ListenerThatThrowsHearsTheNextEvent) {
  sync::relay<int> relay{10};
  numbers heard;
  relay.listen([&](int event) {
    heard.push_back(event);
    if (event == 1)
      throw std::runtime_error{"no"};
  });

  EXPECT_THROW(relay.pass(1), std::runtime_error);
  relay.pass(2);

  EXPECT_EQ(heard, (numbers{1, 2}));
}

} // namespace callboard::tests
