#include "app/commands/stop_signals.hpp"

#include <csignal>
#include <future>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

namespace callboard::app {

TEST(StopSignals, SignalEndsTheWait) {
  for (const int number : {SIGTERM, SIGINT}) {
    stop_signals signals;

    ::kill(::getpid(), number);

    EXPECT_EQ(signals.wait(), number);
  }
}

TEST(StopSignals, SignalBeforeTheWaitIsNotLost) {
  stop_signals signals;
  ::kill(::getpid(), SIGTERM);
  EXPECT_EQ(signals.wait(), SIGTERM);

  EXPECT_EQ(signals.wait(), SIGTERM);
}

TEST(StopSignals, ThreadsThatStartLaterDoNotTakeTheSignal) {
  stop_signals signals;
  std::thread other{[&] { EXPECT_EQ(signals.wait(), SIGINT); }};

  ::kill(::getpid(), SIGINT);

  other.join();
}

TEST(StopSignals, FaultEndsTheWaitWithoutASignal) {
  stop_signals signals;

  signals.fail();

  EXPECT_EQ(signals.wait(), std::nullopt);
}

// Symptom: SIGHUP (a closed terminal, logrotate) ended the server, and running tasks with it.
TEST(StopSignals, HangupIsToldAndEndsNothing) {
  stop_signals signals;
  std::promise<void> first;
  std::promise<void> second;
  int count = 0;
  ::kill(::getpid(), SIGHUP);

  signals.on_hangup([&] { (++count == 1 ? first : second).set_value(); });
  first.get_future().wait();
  ::kill(::getpid(), SIGHUP);
  second.get_future().wait();
  signals.on_hangup({});
  ::kill(::getpid(), SIGTERM);

  EXPECT_EQ(signals.wait(), SIGTERM);
  EXPECT_EQ(count, 2);
}

TEST(StopSignals, HangupIsNoFirstSignal) {
  stop_signals signals;
  std::promise<void> told;
  signals.on_hangup([&] { told.set_value(); });
  ::kill(::getpid(), SIGHUP);
  told.get_future().wait();

  ::kill(::getpid(), SIGTERM);

  EXPECT_EQ(signals.wait(), SIGTERM);
}

TEST(StopSignals, BrokenPipeIsIgnored) {
  const stop_signals signals;

  ::raise(SIGPIPE);

  SUCCEED();
}

using StopSignalsDeathTest = ::testing::Test;

TEST_F(StopSignalsDeathTest, SecondSignalEndsTheProgramAtOnce) {
  const auto twice = [](int first, int second) {
    stop_signals signals;
    ::kill(::getpid(), first);
    signals.wait();
    ::kill(::getpid(), second);
    for (;;)
      ::pause();
  };

  EXPECT_EXIT(twice(SIGTERM, SIGTERM), ::testing::ExitedWithCode(143), "");
  EXPECT_EXIT(twice(SIGTERM, SIGINT), ::testing::ExitedWithCode(130), "");
}

} // namespace callboard::app
