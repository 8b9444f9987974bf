#include "http/pipeline/waiting.hpp"

#include <string>

#include <gtest/gtest.h>

namespace callboard::http {
namespace {

using namespace std::chrono_literals;

/// The milliseconds that a `?wait` stands for; -1 if it is refused.
std::int64_t waited(std::string_view text) {
  const auto time = parse_wait_seconds(text);
  return time ? time->count() : -1;
}

/// The seconds that a preference asks for; -1 if it is ignored.
std::int64_t preferred(std::string_view text) {
  const auto time = parse_wait_preference(text);
  return time ? time->count() : -1;
}

TEST(WaitParameter, NumbersFromZeroAreTaken) {
  EXPECT_EQ(waited("0"), 0);
  EXPECT_EQ(waited("10"), 10'000);
  EXPECT_EQ(waited("2.5"), 2500);
  EXPECT_EQ(waited("0.001"), 1);
  EXPECT_EQ(waited(".5"), 500);
  EXPECT_EQ(waited("1e1"), 10'000);
  EXPECT_EQ(waited("1e-999"), 0);
}

TEST(WaitParameter, MoreThanSixtyCountsAsSixty) {
  for (const auto* text : {"60", "60.1", "61", "1e9", "1e999", "99999999999999999999999"})
    EXPECT_EQ(waited(text), 60'000) << text;
}

TEST(WaitParameter, AnythingElseIsRefused) {
  for (const auto* text : {"", "-1", "-0.1", "-0", "abc", "1s", "0x10", "inf", "nan", "Infinity",
                           "1,5", " 5", "5 ", "+5", "1e", ".", "--1", "1-2", "true"})
    EXPECT_EQ(waited(text), -1) << text;
}

TEST(WaitPreference, WholeSecondsAreTaken) {
  EXPECT_EQ(preferred("wait=10"), 10);
  EXPECT_EQ(preferred("WAIT = 10 "), 10);
  EXPECT_EQ(preferred("wait=\"10\""), 10);
  EXPECT_EQ(preferred("wait=0"), 0);
  EXPECT_EQ(preferred("wait=61"), 60);
  EXPECT_EQ(preferred("wait=99999999999999999999999"), 60);
}

TEST(WaitPreference, IsFoundAmongOthers) {
  EXPECT_EQ(preferred("respond-async, wait=5"), 5);
  EXPECT_EQ(preferred("return=minimal; x=\"a,wait=9\", wait=5; y=1"), 5);
  EXPECT_EQ(preferred("foo=\"\\\", wait=9\", wait=7"), 7);
  EXPECT_EQ(preferred(",, wait=5,wait=6"), 5);
}

TEST(WaitPreference, UnusableOneIsIgnored) {
  for (const auto* text : {"", "wait", "wait=", "wait=x", "wait=-1", "wait=2.5", "wait=1s",
                           "await=5", "return=minimal", "wait=\"", "x=\"wait=5"})
    EXPECT_EQ(preferred(text), -1) << text;
}

TEST(Waiting, ParameterCountsBeforePreference) {
  request asked;
  asked.query = "wait=3";
  asked.headers = {{"Prefer", "wait=5"}};

  const auto wait = read_wait(asked);

  ASSERT_TRUE(wait);
  EXPECT_EQ(wait->time, 3s);
  EXPECT_EQ(wait->preferred, std::nullopt);
}

TEST(Waiting, SecondHeaderCountsIfTheFirstHasNoUsableWait) {
  request asked;
  asked.headers = {{"Prefer", "respond-async"}, {"prefer", "wait=5"}};

  const auto wait = read_wait(asked);

  ASSERT_TRUE(wait);
  EXPECT_EQ(wait->time, 5s);
  EXPECT_EQ(wait->preferred, 5s);
}

TEST(Waiting, BadParameterIsAnErrorEvenWithAPreference) {
  request asked;
  asked.query = "wait=soon";
  asked.headers = {{"Prefer", "wait=5"}};

  const auto wait = read_wait(asked);

  ASSERT_FALSE(wait);
  EXPECT_EQ(wait.error().message, "wait must be a number of seconds, 0 or more");
}

} // namespace
} // namespace callboard::http
