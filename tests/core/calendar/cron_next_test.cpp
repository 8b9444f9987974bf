#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/core/schedules/schedules.hpp"

namespace callboard::test {

namespace {

struct row {
  std::string_view expression;
  std::string_view after;
  std::vector<std::string> expected;
};

class CronNext : public ::testing::TestWithParam<row> {};

TEST_P(CronNext, TimesInUtcAreAsWorkedOutByHand) {
  const auto& [expression, after, expected] = GetParam();

  const auto times
    = next_times(cron(expression), *core::utc_zone(), instant(after), expected.size());

  EXPECT_EQ(times, in_utc(expected)) << expression;
}

const auto times_of_day = std::to_array<row>({
  {"* * * * *", "2026-01-01T00:00:00Z", {"2026-01-01T00:01:00Z", "2026-01-01T00:02:00Z"}},
  // Strictly after, to the millisecond.
  {"* * * * *", "2026-01-01T00:00:59.999Z", {"2026-01-01T00:01:00Z"}},
  {"* * * * *", "2026-01-01T00:01:00.001Z", {"2026-01-01T00:02:00Z"}},
  {"* * * * * *", "2026-01-01T00:00:00Z", {"2026-01-01T00:00:01Z"}},
  {"* * * * * *", "2025-12-31T23:59:59.999Z", {"2026-01-01T00:00:00Z"}},
  {"* * * * * *", "1969-12-31T23:59:58.500Z", {"1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z"}},
  {"0 */4 * * *", "2026-01-01T00:00:00Z", {"2026-01-01T04:00:00Z", "2026-01-01T08:00:00Z"}},
  {"10-40/5 * * * *", "2026-01-01T00:36:00Z", {"2026-01-01T00:40:00Z", "2026-01-01T01:10:00Z"}},
  {"50/3 * * * *",
   "2026-01-01T00:50:00Z",
   {"2026-01-01T00:53:00Z", "2026-01-01T00:56:00Z", "2026-01-01T00:59:00Z",
    "2026-01-01T01:50:00Z"}},
  {"15,45 30 8-9 * * *",
   "2026-01-01T08:30:15Z",
   {"2026-01-01T08:30:45Z", "2026-01-01T09:30:15Z", "2026-01-01T09:30:45Z",
    "2026-01-02T08:30:15Z"}},
  {"59 59 23 31 12 *", "2026-01-01T00:00:00Z", {"2026-12-31T23:59:59Z", "2027-12-31T23:59:59Z"}},
  {"5 0 * * *", "2026-01-01T00:05:30Z", {"2026-01-02T00:05:00Z"}},
  {"@hourly", "2026-12-31T23:00:00Z", {"2027-01-01T00:00:00Z"}},
  {"@daily", "2026-02-28T00:00:00Z", {"2026-03-01T00:00:00Z"}},
  {"@midnight", "2028-02-28T00:00:00Z", {"2028-02-29T00:00:00Z"}},
  {"@weekly", "2026-01-01T00:00:00Z", {"2026-01-04T00:00:00Z"}},
  {"@monthly", "2026-01-01T00:00:00Z", {"2026-02-01T00:00:00Z"}},
  {"@yearly", "2026-01-01T00:00:00Z", {"2027-01-01T00:00:00Z"}},
  {"@annually", "2025-12-31T23:59:59Z", {"2026-01-01T00:00:00Z"}},
});
INSTANTIATE_TEST_SUITE_P(TimesOfDay, CronNext, ::testing::ValuesIn(times_of_day));

// 1 January 2026 is a Thursday, 1 March a Sunday, 1 August a Saturday.
const auto days = std::to_array<row>({
  {"0 0 29 2 *", "2026-01-01T00:00:00Z", {"2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"}},
  // 2100 has no leap day.
  {"0 0 29 2 *", "2096-02-29T00:00:00Z", {"2104-02-29T00:00:00Z"}},
  {"0 0 31 * *", "2026-01-31T00:00:00Z", {"2026-03-31T00:00:00Z", "2026-05-31T00:00:00Z"}},
  {"0 0 30 2/6 *", "2026-01-01T00:00:00Z", {"2026-08-30T00:00:00Z", "2027-08-30T00:00:00Z"}},
  {"0 0 */10 * *",
   "2026-02-01T00:00:00Z",
   {"2026-02-11T00:00:00Z", "2026-02-21T00:00:00Z", "2026-03-01T00:00:00Z"}},
  {"0 0 L * *", "2026-01-31T00:00:00Z", {"2026-02-28T00:00:00Z", "2026-03-31T00:00:00Z"}},
  {"0 0 L 2 *", "2027-03-01T00:00:00Z", {"2028-02-29T00:00:00Z"}},
  {"0 0 L-3 * *", "2026-02-01T00:00:00Z", {"2026-02-25T00:00:00Z", "2026-03-28T00:00:00Z"}},
  {"0 0 L-30 * *", "2026-01-15T00:00:00Z", {"2026-03-01T00:00:00Z", "2026-05-01T00:00:00Z"}},
  {"0 0 1,L * *", "2026-01-31T00:00:00Z", {"2026-02-01T00:00:00Z", "2026-02-28T00:00:00Z"}},
  // On a weekday; on a Saturday (15 August); on a Sunday (15 March).
  {"0 0 15W * *", "2026-01-01T00:00:00Z", {"2026-01-15T00:00:00Z"}},
  {"0 0 15W * *", "2026-08-01T00:00:00Z", {"2026-08-14T00:00:00Z"}},
  {"0 0 15W * *", "2026-03-01T00:00:00Z", {"2026-03-16T00:00:00Z"}},
  // Never in another month: Saturday 1 August, Sunday 1 March, Sunday 31 May.
  {"0 0 1W * *", "2026-07-31T00:00:00Z", {"2026-08-03T00:00:00Z"}},
  {"0 0 1W * *", "2026-02-28T00:00:00Z", {"2026-03-02T00:00:00Z"}},
  {"0 0 31W * *", "2026-05-01T00:00:00Z", {"2026-05-29T00:00:00Z", "2026-07-31T00:00:00Z"}},
  {"0 0 LW * *",
   "2026-01-01T00:00:00Z",
   {"2026-01-30T00:00:00Z", "2026-02-27T00:00:00Z", "2026-03-31T00:00:00Z", "2026-04-30T00:00:00Z",
    "2026-05-29T00:00:00Z"}},
  {"0 0 * * MON", "2026-01-01T00:00:00Z", {"2026-01-05T00:00:00Z", "2026-01-12T00:00:00Z"}},
  {"0 0 * * 7", "2026-01-01T00:00:00Z", {"2026-01-04T00:00:00Z"}},
  {"0 0 * * FRI-SUN",
   "2026-01-01T00:00:00Z",
   {"2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z", "2026-01-04T00:00:00Z",
    "2026-01-09T00:00:00Z"}},
  {"0 0 * * 5-7/2",
   "2026-01-01T00:00:00Z",
   {"2026-01-02T00:00:00Z", "2026-01-04T00:00:00Z", "2026-01-09T00:00:00Z"}},
  {"0 0 * * 5L", "2026-01-01T00:00:00Z", {"2026-01-30T00:00:00Z", "2026-02-27T00:00:00Z"}},
  {"0 0 ? * FRIL", "2026-01-30T00:00:00Z", {"2026-02-27T00:00:00Z"}},
  {"0 0 * * 7L", "2026-01-01T00:00:00Z", {"2026-01-25T00:00:00Z"}},
  {"0 0 * * 2#1", "2026-01-01T00:00:00Z", {"2026-01-06T00:00:00Z", "2026-02-03T00:00:00Z"}},
  {"0 0 * * THU#5", "2026-01-01T00:00:00Z", {"2026-01-29T00:00:00Z", "2026-04-30T00:00:00Z"}},
  {"0 0 * * MON#1,FRIL,WED",
   "2026-01-28T00:00:00Z",
   {"2026-01-30T00:00:00Z", "2026-02-02T00:00:00Z", "2026-02-04T00:00:00Z"}},
  // A fifth Monday in February is a 29th.
  {"0 0 * 2 MON#5", "2026-01-01T00:00:00Z", {"2044-02-29T00:00:00Z", "2072-02-29T00:00:00Z"}},
  {"0 0 * 2 SUN#5", "2080-01-01T00:00:00Z", {"2088-02-29T00:00:00Z", "2128-02-29T00:00:00Z"}},
  {"0 0 * 2 THU#5", "2052-02-29T00:00:00Z", {"2080-02-29T00:00:00Z", "2120-02-29T00:00:00Z"}},
});
INSTANTIATE_TEST_SUITE_P(Days, CronNext, ::testing::ValuesIn(days));

// A Friday the 13th comes only from both fields: either of them is enough.
const auto both_day_fields = std::to_array<row>({
  {"0 0 13 * FRI",
   "2026-01-01T00:00:00Z",
   {"2026-01-02T00:00:00Z", "2026-01-09T00:00:00Z", "2026-01-13T00:00:00Z",
    "2026-01-16T00:00:00Z"}},
  {"0 0 13 * ?", "2026-01-01T00:00:00Z", {"2026-01-13T00:00:00Z", "2026-02-13T00:00:00Z"}},
  {"0 0 ? * FRI", "2026-01-02T00:00:00Z", {"2026-01-09T00:00:00Z"}},
  {"0 0 ? * ?", "2026-01-01T00:00:00Z", {"2026-01-02T00:00:00Z"}},
  // Restrictions, though they leave out no day: every day matches.
  {"0 0 1-31 * MON", "2026-01-01T00:00:00Z", {"2026-01-02T00:00:00Z"}},
  {"0 0 */1 * MON", "2026-01-01T00:00:00Z", {"2026-01-02T00:00:00Z"}},
  {"0 0 1 * */2", "2026-01-01T00:00:00Z", {"2026-01-03T00:00:00Z", "2026-01-04T00:00:00Z"}},
  {"0 0 30 2 MON", "2026-01-01T00:00:00Z", {"2026-02-02T00:00:00Z"}},
});
INSTANTIATE_TEST_SUITE_P(BothDayFields, CronNext, ::testing::ValuesIn(both_day_fields));

TEST(CronSearch, EndsWithTheYear9999) {
  const auto every_second = cron("* * * * * *");
  const auto last = instant("9999-12-31T23:59:59Z");

  EXPECT_EQ(next_match(every_second, *core::utc_zone(), last - std::chrono::milliseconds{1}), last);
  EXPECT_EQ(next_match(every_second, *core::utc_zone(), last), std::nullopt);
  EXPECT_EQ(next_match(every_second, *core::utc_zone(), system_time::max()), std::nullopt);
  EXPECT_EQ(next_match(every_second, *zone("America/New_York"), system_time::max()), std::nullopt);
}

TEST(CronSearch, EndsWithoutAMatch) {
  // A zone whose last period has no end was searched for ever.
  for (const auto* name : {"UTC", "Asia/Kathmandu", "America/New_York"})
    EXPECT_EQ(next_match(cron("0 0 29 2 *"), *zone(name), instant("9997-01-01T00:00:00Z")),
              std::nullopt)
      << name;
}

TEST(CronSearch, BeginsWithTheYear1) {
  const auto first = instant("0001-01-01T00:00:00Z");

  EXPECT_EQ(next_match(cron("* * * * * *"), *core::utc_zone(), system_time::min()), first);
  EXPECT_NE(next_match(cron("@daily"), *zone("Europe/Berlin"), system_time::min()), std::nullopt);
}

} // namespace

} // namespace callboard::test
