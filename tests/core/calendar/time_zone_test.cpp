#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "core/calendar/time_zone.hpp"
#include "tests/core/calendar/zones.hpp"
#include "tests/support/random_seed.hpp"

namespace callboard::test {

namespace {

using namespace std::chrono;
using core::find_zone;

const std::filesystem::path database = "/usr/share/zoneinfo";

/// The names of all zones of the system.
std::vector<std::string> zone_names() {
  std::vector<std::string> made;
  std::ifstream list{database / "tzdata.zi"};
  // "Z name …" begins a zone, "L target name" is another name of one.
  for (std::string line; std::getline(list, line);) {
    if (line.starts_with("Z "))
      made.push_back(line.substr(2, line.find(' ', 2) - 2));
    else if (line.starts_with("L "))
      made.push_back(line.substr(line.rfind(' ') + 1));
  }
  return made;
}

/// What the C library's clocks show less UTC: it reads the same files, in its own way.
class c_library_clock {
public:
  explicit c_library_clock(const std::string& zone) {
    ::setenv("TZ", (":" + zone).c_str(), 1);
    ::tzset();
  }

  ~c_library_clock() {
    ::unsetenv("TZ");
    ::tzset();
  }

  c_library_clock(const c_library_clock&) = delete;
  c_library_clock& operator=(const c_library_clock&) = delete;

  static seconds offset_at(sys_seconds time) {
    const std::time_t t = time.time_since_epoch().count();
    std::tm shown{};
    ::localtime_r(&t, &shown);
    return seconds{shown.tm_gmtoff};
  }
};

TEST(TimeZone, AgreesWithTheCLibraryInAllZones) {
  const auto names = zone_names();
  ASSERT_GT(names.size(), 400u);
  std::mt19937_64 random{random_seed()};
  std::uniform_int_distribution<std::int64_t> any_time{
    sys_seconds{sys_days{year{1850} / 1 / 1}}.time_since_epoch().count(),
    sys_seconds{sys_days{year{2200} / 1 / 1}}.time_since_epoch().count()};
  for (const auto& name : names) {
    const auto in = zone(name);
    const c_library_clock clock{name};
    for (int i = 0; i < 60; ++i) {
      const sys_seconds time{seconds{any_time(random)}};
      const auto period = in->period_at(time);
      ASSERT_LE(period.begin, time) << name;
      ASSERT_GT(period.end, time) << name;
      // The seconds at the period's ends, since that is where one can be wrong by one.
      for (const auto probe : {time, period.begin, period.end - seconds{1}}) {
        if (probe == core::time_zone::beginning || probe >= core::time_zone::end - seconds{1})
          continue;
        ASSERT_EQ(period.offset, clock.offset_at(probe))
          << name << " at " << probe.time_since_epoch().count();
      }
    }
  }
}

TEST(TimeZone, PeriodsFollowEachOther) {
  for (const auto* name : {"America/New_York", "Europe/Dublin", "Africa/Casablanca",
                           "America/Sao_Paulo", "Australia/Lord_Howe"}) {
    const auto in = zone(name);
    auto period = in->period_at(sys_days{year{1800} / 1 / 1});
    EXPECT_EQ(period.begin, core::time_zone::beginning) << name;
    while (period.end < sys_days{year{2300} / 1 / 1}) {
      const auto next = in->period_at(period.end);
      ASSERT_EQ(next.begin, period.end) << name;
      ASSERT_GT(next.end, next.begin) << name;
      period = next;
    }
  }
}

TEST(TimeZone, RulesGoOnBeyondTheTable) {
  const auto new_york = zone("America/New_York");

  const auto summer = new_york->period_at(instant_seconds("2400-07-01T00:00:00Z"));

  EXPECT_EQ(summer.offset, -hours{4});
  EXPECT_EQ(summer.begin, instant_seconds("2400-03-12T02:00:00-05:00"));
  EXPECT_EQ(summer.end, instant_seconds("2400-11-05T02:00:00-04:00"));
}

TEST(TimeZone, RuleBeginsWhereTheTableEnds) {
  const auto table_end = instant_seconds("2026-05-01T00:00:00Z");
  const core::time_zone moved{"moved",
                              hours{5},
                              {{table_end, hours{2}}},
                              *core::parse_yearly_rule("CET-1CEST,M3.5.0,M10.5.0/3")};

  const auto before = moved.period_at(table_end - seconds{1});
  const auto after = moved.period_at(table_end);

  EXPECT_EQ(before.end, table_end);
  EXPECT_EQ(before.offset, hours{5});
  EXPECT_EQ(after.begin, table_end);
  EXPECT_EQ(after.end, instant_seconds("2026-10-25T01:00:00Z"));
  EXPECT_EQ(after.offset, hours{2});
}

TEST(TimeZone, InstantOfAWallTimeIsTheFirstOrFollowsTheGap) {
  struct row {
    std::string_view zone, shown, instant;
  };
  const row rows[] = {
    {"UTC", "2026-01-01T00:00:00.001", "2026-01-01T00:00:00.001Z"},
    {"Europe/Berlin", "2026-03-29T01:59:59.999", "2026-03-29T01:59:59.999+01:00"},
    {"Europe/Berlin", "2026-03-29T02:00:00", "2026-03-29T03:00:00+02:00"},
    {"Europe/Berlin", "2026-03-29T02:59:59.999", "2026-03-29T03:00:00+02:00"},
    {"Europe/Berlin", "2026-03-29T03:00:00.500", "2026-03-29T03:00:00.500+02:00"},
    {"Europe/Berlin", "2026-10-25T01:59:59", "2026-10-25T01:59:59+02:00"},
    {"Europe/Berlin", "2026-10-25T02:00:00", "2026-10-25T02:00:00+02:00"},
    {"Europe/Berlin", "2026-10-25T02:59:59.999", "2026-10-25T02:59:59.999+02:00"},
    {"Europe/Berlin", "2026-10-25T03:00:00", "2026-10-25T03:00:00+01:00"},
    {"Europe/Dublin", "2026-10-25T01:30:00", "2026-10-25T01:30:00+01:00"},
    {"Australia/Lord_Howe", "2026-10-04T02:15:00", "2026-10-04T02:30:00+11:00"},
    {"Australia/Lord_Howe", "2026-04-05T01:45:00", "2026-04-05T01:45:00+11:00"},
    {"Antarctica/Troll", "2026-03-29T01:00:00", "2026-03-29T03:00:00+02:00"},
    {"Pacific/Apia", "2011-12-30T12:00:00", "2011-12-31T00:00:00+14:00"},
    {"America/New_York", "2050-03-13T02:30:00", "2050-03-13T03:00:00-04:00"},
    {"Asia/Kathmandu", "2026-01-01T05:45:00", "2026-01-01T00:00:00Z"},
    {"Europe/Berlin", "9999-12-31T23:59:59.999", "9999-12-31T23:59:59.999+01:00"},
  };
  for (const auto& [name, shown, expected] : rows) {
    const auto wall = parse_date_time(shown);
    ASSERT_TRUE(wall) << shown;
    EXPECT_EQ(to_rfc3339(zone(name)->instant_of(wall->shown)), to_rfc3339(instant(expected)))
      << shown << " in " << name;
  }
}

TEST(FindZone, KnowsAllNamesOfTheDatabase) {
  for (const auto& name : zone_names()) {
    const auto found = find_zone(name);
    ASSERT_TRUE(found) << name;
    EXPECT_EQ((*found)->name(), name);
  }
}

TEST(FindZone, RefusesEverythingElse) {
  const std::string bad[] = {"",
                             "Mars/Base",
                             "europe/berlin",
                             "Europe",
                             "Europe/",
                             "Europe/Berlin/",
                             "Europe/Berlin ",
                             "/usr/share/zoneinfo/UTC",
                             "../zoneinfo/UTC",
                             "Europe/../UTC",
                             "Europe/./Berlin",
                             "posix/UTC",
                             "right/Europe/Berlin",
                             "posixrules",
                             "localtime",
                             "tzdata.zi",
                             "zone.tab",
                             "EST5EDT4,M3.2.0,M11.1.0",
                             "UTC+1",
                             "+01:00",
                             std::string("UTC\0", 4),
                             std::string("UTC\0/Berlin", 11),
                             std::string(10'000, 'A')};
  for (const auto& name : bad) {
    const auto found = find_zone(name);
    ASSERT_FALSE(found) << name;
    EXPECT_EQ(found.error().code, errc::invalid_argument) << name;
    EXPECT_EQ(found.error().message,
              "unknown time zone; allowed are names from the tz database, spelled exactly, such "
              "as UTC, Europe/Berlin or America/New_York")
      << name;
  }
}

std::string bytes_of(std::string_view name) {
  std::ifstream file{database / name, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

TEST(Tzif, RefusesFilesThatAreCutOff) {
  const auto bytes = bytes_of("Europe/Berlin");
  ASSERT_TRUE(core::parse_tzif("Berlin", bytes));
  for (std::size_t size = 0; size < bytes.size(); ++size)
    ASSERT_FALSE(core::parse_tzif("Berlin", std::string_view{bytes}.substr(0, size))) << size;
}

TEST(Tzif, RefusesLeapSeconds) {
  // Not every system has these files.
  const auto bytes = bytes_of("right/Europe/Berlin");
  if (bytes.empty())
    GTEST_SKIP() << "no zones with leap seconds here";

  const auto parsed = core::parse_tzif("right", bytes);

  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().message, "not a usable time zone file: it counts leap seconds");
}

TEST(Tzif, SurvivesDamage) {
  const auto bytes = bytes_of("America/New_York");
  std::mt19937_64 random{random_seed()};
  const auto up_to = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  for (int i = 0; i < 5000; ++i) {
    auto damaged = bytes;
    for (auto hits = up_to(4) + 1; hits > 0; --hits)
      damaged[up_to(damaged.size())] = static_cast<char>(random());
    const auto parsed = core::parse_tzif("New York", damaged);
    if (!parsed)
      continue;
    const auto time = instant_seconds("2026-07-01T00:00:00Z");
    const auto period = parsed->period_at(time);
    ASSERT_LE(period.begin, time);
    ASSERT_GT(period.end, time);
  }
}

TEST(YearlyRule, ReadsPosixAndItsExtension) {
  const auto berlin = core::parse_yearly_rule("CET-1CEST,M3.5.0,M10.5.0/3");
  ASSERT_TRUE(berlin);
  EXPECT_EQ(berlin->offset, hours{1});
  EXPECT_EQ(berlin->daylight->offset, hours{2});
  EXPECT_EQ(berlin->daylight->begin.in(year{2026}), local_days{year{2026} / 3 / 29} + hours{2});
  EXPECT_EQ(berlin->daylight->end.in(year{2026}), local_days{year{2026} / 10 / 25} + hours{3});

  const auto kathmandu = core::parse_yearly_rule("<+0545>-5:45");
  ASSERT_TRUE(kathmandu);
  EXPECT_EQ(kathmandu->offset, hours{5} + std::chrono::minutes{45});
  EXPECT_FALSE(kathmandu->daylight);

  const auto nuuk = core::parse_yearly_rule("<-02>2<-01>,M3.5.0/-1,M10.5.0/0");
  ASSERT_TRUE(nuuk);
  EXPECT_EQ(nuuk->daylight->begin.in(year{2026}), local_days{year{2026} / 3 / 28} + hours{23});

  const auto by_day = core::parse_yearly_rule("AAA3BBB,J60/0,59/0:30:15");
  ASSERT_TRUE(by_day);
  EXPECT_EQ(by_day->daylight->offset, -hours{2});
  EXPECT_EQ(by_day->daylight->begin.in(year{2028}), local_days{year{2028} / 3 / 1});
  EXPECT_EQ(by_day->daylight->end.in(year{2028}),
            local_days{year{2028} / 2 / 29} + std::chrono::minutes{30} + seconds{15});
}

TEST(YearlyRule, SavingThatFillsTheYearNeverEnds) {
  const core::time_zone always{
    "always", -hours{3}, {}, *core::parse_yearly_rule("XXX3EDT4,0/0,J365/23")};
  for (const auto* time : {"2026-01-01T02:59:59Z", "2026-01-01T03:00:00Z", "2026-07-01T00:00:00Z",
                           "2028-12-31T23:59:59Z"})
    EXPECT_EQ(always.period_at(instant_seconds(time)).offset, -hours{4}) << time;
}

TEST(YearlyRule, RefusesWhatIsNone) {
  for (const auto* text :
       {"", "UTC", "U0", "<UTC0", "UTC0x", "UTC25", "UTC0:60", "CET-1CEST", "CET-1CEST,M3.5.0",
        "CET-1CEST,M3.5.0,M10.5.0/3x", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0",
        "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,M0.5.0,M10.5.0", "CET-1CEST,M3.0.0,M10.5.0",
        "CET-1CEST,J0,J1", "CET-1CEST,J366,J1", "CET-1CEST,366,1", "CET-1CEST,M3.5.0/168,M10.5.0"})
    EXPECT_FALSE(core::parse_yearly_rule(text)) << text;
}

} // namespace

} // namespace callboard::test
