#include "http/api/sessions/session_query.hpp"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace callboard::tests {
namespace {

using namespace std::chrono_literals;

TEST(SessionQuery, LimitOfMessages) {
  struct row {
    std::string query;
    std::size_t limit;
  };
  const row table[] = {
    {"", 50},
    {"limit=", 50},
    {"limit=junk", 50},
    {"limit=NaN", 50},
    {"limit=7", 7},
    {"limit=0", 1},
    {"limit=-5", 1},
    {"limit=100", 100},
    {"limit=101", 100},
    {"limit=7.9", 7},
    {"limit=7x", 7},
    {"limit=99999999999999999999", 100},
    {"limit=-99999999999999999999", 1},
  };
  for (const auto& [query, limit] : table)
    EXPECT_EQ(http::read_message_window(query)->limit, limit) << query;
}

TEST(SessionQuery, Cursors) {
  const std::string bad = "Invalid pagination parameter 'before': Must be a valid timestamp";
  const std::string far = "Invalid pagination parameter 'before': Invalid date from timestamp";
  struct row {
    std::string value;
    std::string fault;
    std::int64_t ms = 0;
  };
  const row table[] = {
    {"1703001234567", "", 1703001234567},
    {"0", "", 0},
    {"-1", "", -1},
    {"8640000000000000", "", 8'640'000'000'000'000},
    {"8640000000000001", far},
    {"-8640000000000001", far},
    {"99999999999999999999999", far},
    {"2023-12-19T15:53:54.567Z", "", 1703001234567},
    {"2023-12-19T16:53:54.567%2B01:00", "", 1703001234567},
    {"yesterday", bad},
    {"1.5", bad},
    {"-", bad},
    {"2023-12-19", bad},
    {"2023-12-19T15:53:54.567", bad},
  };
  for (const auto& [value, fault, ms] : table) {
    const auto window = http::read_message_window("before=" + value);
    EXPECT_EQ(window.has_value(), fault.empty()) << value;
    if (window) {
      EXPECT_EQ(window->before, system_time{std::chrono::milliseconds{ms}}) << value;
    } else {
      EXPECT_EQ(window.error(), fault) << value;
    }
  }
  EXPECT_FALSE(http::read_message_window("before=&after=")->before);
  EXPECT_EQ(http::read_message_window("after=7")->after, system_time{7ms});
  EXPECT_EQ(http::read_message_window("after=x").error(),
            "Invalid pagination parameter 'after': Must be a valid timestamp");
}

TEST(SessionQuery, LimitOfSessions) {
  struct row {
    std::string query;
    std::size_t limit;
  };
  const row table[]
    = {{"", 1000},     {"limit=junk", 1000}, {"limit=0", 1000},   {"limit=-1", 1000},
       {"limit=3", 3}, {"limit=1000", 1000}, {"limit=1001", 1000}};
  for (const auto& [query, limit] : table)
    EXPECT_EQ(http::read_session_limit(query), limit) << query;
}

} // namespace
} // namespace callboard::tests
