#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/calendar/timing.hpp"
#include "tests/core/schedules/schedules.hpp"

namespace callboard::test {

namespace {

using namespace std::chrono_literals;
using core::due_between;
using core::next_due;
using core::next_on_grid;
using core::parse_timing;

constexpr system_time start{1'000'000ms};

core::timing schedule_of(std::string_view text, core::zone_ptr zone = core::utc_zone()) {
  auto rule = parse_timing(text);
  if (!rule)
    throw std::invalid_argument{rule.error().message};
  return core::make_timing(*std::move(rule), std::move(zone), start);
}

TEST(ScheduleRule, IsCronIntervalOrDate) {
  const std::pair<std::string_view, std::string_view> rows[] = {
    {" 0  */4 * * * ", "0 */4 * * *"},
    {"@Daily", "0 0 * * *"},
    {"@every 90s", "@every 1m30s"},
    {" @EVERY \t 1h30m ", "@every 1h30m"},
    {"@every 500ms", "@every 500ms"},
    {"@every 100ms", "@every 100ms"},
    {"@every 1h2m3s4ms", "@every 1h2m3s4ms"},
    {"@every 1m0s5ms", "@every 1m5ms"},
    {"@every 1500ms", "@every 1s500ms"},
    {"@every 876600h", "@every 876600h"},
    {"2026-12-24T18:00:00Z", "2026-12-24T18:00:00.000Z"},
    // What a shell or a YAML file hands over ends with a line: it was refused.
    {"0 */4 * * *\n", "0 */4 * * *"},
    {"\r\n0\t*/4\v*\f*\n*\r\n", "0 */4 * * *"},
    {"@daily\n", "0 0 * * *"},
    {"@hourly\r\n", "0 * * * *"},
    {"\n@every\n90s\n", "@every 1m30s"},
    {"2026-12-24T18:00:00Z\n", "2026-12-24T18:00:00.000Z"},
    {"2026-12-24T18:00Z", "2026-12-24T18:00:00.000Z"},
    {"2026-12-24T18:00\r\n", "2026-12-24T18:00:00.000"},
    {" 2026-12-24T18:00:00.5 ", "2026-12-24T18:00:00.500"},
  };
  for (const auto& [text, printed] : rows) {
    const auto rule = parse_timing(text);

    ASSERT_TRUE(rule) << text;
    EXPECT_EQ(to_string(*rule), printed) << text;
    EXPECT_EQ(parse_timing(to_string(*rule)), rule) << text;
  }
}

TEST(ScheduleRule, ErrorsSayWhatIsAllowed) {
  const std::string interval
    = "@every must be followed by a duration in whole hours, minutes, seconds "
      "and milliseconds, such as 1h30m, 90s or 500ms; allowed are 100ms to "
      "876600h";
  for (const auto* text : {"@every",
                           "@every ",
                           "@every 0s",
                           "@every 99ms",
                           "@every 876601h",
                           "@every 876600h1ms",
                           "@every 5",
                           "@every s",
                           "@every 1.5h",
                           "@every -1h",
                           "@every 1d",
                           "@every 30m1h",
                           "@every 1m1m",
                           "@every 1ms1s",
                           "@every 1 h",
                           "@every 1h 30m",
                           "@every 1H",
                           "@every 99999999999999999999s",
                           "@every 4000000001ms",
                           "@every 1hour"}) {
    const auto rule = parse_timing(text);
    ASSERT_FALSE(rule) << text;
    EXPECT_EQ(rule.error(), (error{errc::invalid_argument, interval})) << text;
  }
  EXPECT_EQ(parse_timing("2026-12-24").error().message.substr(0, 16), "not a date-time;");
  EXPECT_EQ(parse_timing("@everyday").error().message.substr(0, 14), "unknown @ name");
  EXPECT_EQ(parse_timing("").error().message.substr(0, 35), "a cron expression has 5 fields (min");
}

TEST(Schedule, CronIsInItsZone) {
  const auto daily = schedule_of("0 9 * * *", zone("Asia/Kolkata"));

  EXPECT_EQ(next_due(daily, instant("2026-01-01T00:00:00Z")), instant("2026-01-01T03:30:00Z"));
}

TEST(Schedule, EveryCountsFromItsStart) {
  const auto every = schedule_of("@every 1m30s");

  EXPECT_EQ(next_due(every, start), start + 90s);
  EXPECT_EQ(next_due(every, start + 90s), start + 180s);
}

TEST(Schedule, DateWithoutOffsetIsReadInTheZone) {
  struct row {
    std::string_view text, zone, at;
  };
  const row rows[] = {
    {"2026-07-01T12:00:00", "UTC", "2026-07-01T12:00:00Z"},
    {"2026-07-01T12:00:00", "Europe/Berlin", "2026-07-01T10:00:00Z"},
    {"2026-07-01T12:00:00.250", "Asia/Kathmandu", "2026-07-01T06:15:00.250Z"},
    {"2026-07-01T12:00:00-03:00", "Europe/Berlin", "2026-07-01T15:00:00Z"},
    {"2026-07-01T12:00:00Z", "Europe/Berlin", "2026-07-01T12:00:00Z"},
    // Exists twice: the first one.
    {"2026-10-25T02:30:00", "Europe/Berlin", "2026-10-25T00:30:00Z"},
    // Does not exist: the first instant after the gap.
    {"2026-03-29T02:30:00", "Europe/Berlin", "2026-03-29T01:00:00Z"},
  };
  for (const auto& [text, name, at] : rows) {
    const auto once = schedule_of(text, zone(name));

    EXPECT_EQ(next_due(once, start), instant(at)) << text << ' ' << name;
    EXPECT_EQ(next_due(once, instant(at) - 1ms), instant(at)) << text << ' ' << name;
    EXPECT_EQ(next_due(once, instant(at)), std::nullopt) << text << ' ' << name;
  }
}

TEST(Grid, HasNoDrift) {
  EXPECT_EQ(next_on_grid(start, 100ms, start), start + 100ms);
  EXPECT_EQ(next_on_grid(start, 100ms, start + 99ms), start + 100ms);
  EXPECT_EQ(next_on_grid(start, 100ms, start + 100ms), start + 200ms);
  EXPECT_EQ(next_on_grid(start, 100ms, start + 250ms), start + 300ms);
  EXPECT_EQ(next_on_grid(start, 7001ms, start + 7001ms * 1'000'000 + 5s),
            start + 7001ms * 1'000'001);
}

TEST(Grid, BeginsOneIntervalAfterItsStart) {
  EXPECT_EQ(next_on_grid(start, 1h, start - 1ms), start + 1h);
  EXPECT_EQ(next_on_grid(start, 1h, start - 100h), start + 1h);
  EXPECT_EQ(next_on_grid(start, 1h, system_time::min()), start + 1h);
}

TEST(Grid, EndsWithTheYear9999) {
  const auto end = instant("9999-12-31T23:59:59.999Z");

  EXPECT_EQ(next_on_grid(end - 100ms, 100ms, start), end);
  EXPECT_EQ(next_on_grid(end - 100ms, 100ms, end), std::nullopt);
  EXPECT_EQ(next_on_grid(end - 99ms, 100ms, start), std::nullopt);
  EXPECT_EQ(next_on_grid(start, core::interval_max, system_time::max()), std::nullopt);
  EXPECT_EQ(next_on_grid(system_time::max(), core::interval_max, start), std::nullopt);
}

TEST(DueBetween, IsOpenBeforeAndClosedAfter) {
  const auto every = schedule_of("@every 1s");
  using times = std::vector<system_time>;

  EXPECT_EQ(due_between(every, start + 1s, start + 3s, 10), (times{start + 2s, start + 3s}));
  EXPECT_EQ(due_between(every, start + 1s, start + 2999ms, 10), times{start + 2s});
  EXPECT_EQ(due_between(every, start + 1s, start + 1s, 10), times{});
  EXPECT_EQ(due_between(every, start + 5s, start, 10), times{});
}

TEST(DueBetween, StopsAtTheLimitAndAtTheEnd) {
  const auto times = due_between(schedule_of("@hourly"), instant("2026-01-01T00:00:00Z"),
                                 instant("2027-01-01T00:00:00Z"), 3);
  ASSERT_EQ(times.size(), 3u);
  EXPECT_EQ(times.front(), instant("2026-01-01T01:00:00Z"));
  EXPECT_EQ(times.back(), instant("2026-01-01T03:00:00Z"));

  EXPECT_TRUE(due_between(schedule_of("@every 1s"), start, start + 1h, 0).empty());
  const auto once = schedule_of("2026-07-01T12:00:00Z");
  EXPECT_EQ(due_between(once, start, instant("2027-01-01T00:00:00Z"), 10).size(), 1u);
}

TEST(CountDue, IsHowManyLieBetween) {
  const auto unlimited = std::numeric_limits<std::uint64_t>::max();
  const auto year_begin = instant("2026-01-01T00:00:00Z");
  const auto year_end = instant("2027-01-01T00:00:00Z");

  for (const auto* text : {"@every 7s", "*/7 * * * * *", "1970-01-01T00:16:41Z"}) {
    const auto when = schedule_of(text);
    for (const auto until : {start - 1s, start, start + 1s, start + 7s, start + 10min}) {
      EXPECT_EQ(core::count_due(when, start, until, unlimited),
                due_between(when, start, until, 10'000).size())
        << text;
      EXPECT_LE(core::count_due(when, start, until, 3), 3u) << text;
    }
  }
  EXPECT_EQ(core::count_due(schedule_of("@daily"), year_begin, year_end, unlimited), 365u);
  EXPECT_EQ(core::count_due(schedule_of("@every 100ms"), year_begin, year_end, unlimited),
            365u * 24 * 3600 * 10);
  EXPECT_EQ(core::count_due(schedule_of("@every 100ms"), year_begin, system_time::max(), 5), 5u);
}

} // namespace

} // namespace callboard::test
