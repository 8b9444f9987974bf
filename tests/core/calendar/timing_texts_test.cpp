#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <string_view>

#include "core/calendar/timing.hpp"
#include "tests/core/calendar/zones.hpp"
#include "tests/support/random_seed.hpp"

namespace callboard::test {

namespace {

/// Characters and words of all the forms that a schedule has.
std::string random_text(std::mt19937_64& random) {
  static constexpr std::array<std::string_view, 40> words{"0",      "1",
                                                          "5",      "59",
                                                          "7",      "31",
                                                          "*",      "*/",
                                                          "/",      "-",
                                                          ",",      " ",
                                                          " ",      " ",
                                                          "?",      "L",
                                                          "W",      "LW",
                                                          "#",      "L-",
                                                          "MON",    "sun",
                                                          "Fri",    "JAN",
                                                          "dec",    "@every ",
                                                          "@daily", "1h",
                                                          "30m",    "ms",
                                                          "2026-",  "12-",
                                                          "T",      "10:",
                                                          ":00",    "Z",
                                                          "+02:00", "99999999999999999999",
                                                          "\t",     "* * * *"};
  std::string made;
  for (auto count = random() % 13; count > 0; --count) {
    if (random() % 10 == 0)
      made += static_cast<char>(random());
    else
      made += words[random() % words.size()];
  }
  return made;
}

/// In four parts, so that sanitizers on a busy machine have time for 1,000,000 texts.
class ScheduleTexts : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(ScheduleTexts, DoNoHarm) {
  std::mt19937_64 random{random_seed() + GetParam()};
  const auto in = zone("America/New_York");
  const auto after = instant("2026-03-08T00:00:00Z");
  int understood = 0;
  for (int i = 0; i < 250'000; ++i) {
    const auto text = random_text(random);
    const auto rule = core::parse_timing(text);
    if (!rule) {
      ASSERT_EQ(rule.error().code, errc::invalid_argument) << text;
      ASSERT_FALSE(rule.error().message.empty()) << text;
      continue;
    }
    ++understood;
    ASSERT_EQ(core::parse_timing(to_string(*rule)), rule) << text;
    const auto next = next_due(core::make_timing(*rule, in, after), after);
    ASSERT_TRUE(!next || *next > after) << text;
  }
  EXPECT_GT(understood, 250);
}
INSTANTIATE_TEST_SUITE_P(Parts, ScheduleTexts,
                         ::testing::Range(std::uint64_t{0}, std::uint64_t{4}));

} // namespace

} // namespace callboard::test
