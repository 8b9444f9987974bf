#include "app/stop_signals.hpp"

#include <csignal>
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
