#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include <callboard/date_time.hpp>

namespace callboard::test {

namespace {

TEST(DateTime, PrintsAsItWasRead) {
  const std::pair<std::string_view, std::string_view> rows[] = {
    {"2026-03-29T18:30:00Z", "2026-03-29T18:30:00.000Z"},
    {"2026-03-29t18:30:00z", "2026-03-29T18:30:00.000Z"},
    {"2026-03-29 18:30:00", "2026-03-29T18:30:00.000"},
    {"2026-03-29T18:30:00.5+02:00", "2026-03-29T18:30:00.500+02:00"},
    {"2026-03-29T18:30:00.123999999999-11:30", "2026-03-29T18:30:00.123-11:30"},
    {"2026-03-29T18:30:00.04-00:30", "2026-03-29T18:30:00.040-00:30"},
    {"2026-03-29T18:30:00-00:00", "2026-03-29T18:30:00.000Z"},
    {"2028-02-29T00:00:00+23:59", "2028-02-29T00:00:00.000+23:59"},
    {"1990-12-31T23:59:60Z", "1991-01-01T00:00:00.000Z"},
    // Java prints no seconds where they are 0; such a date was refused.
    {"2026-12-01T10:00Z", "2026-12-01T10:00:00.000Z"},
    {"2026-12-01T10:00", "2026-12-01T10:00:00.000"},
    {"2026-12-01 10:00", "2026-12-01T10:00:00.000"},
    {"2026-12-01T10:00+01:00", "2026-12-01T10:00:00.000+01:00"},
    {"2026-12-01T10:00-05:30", "2026-12-01T10:00:00.000-05:30"},
    {"0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"},
    {"9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"},
  };
  for (const auto& [text, printed] : rows) {
    const auto read = parse_date_time(text);

    ASSERT_TRUE(read) << text;
    EXPECT_EQ(to_string(*read), printed);
    EXPECT_EQ(parse_date_time(to_string(*read)), read) << text;
  }
}

TEST(DateTime, ErrorsSayWhatIsAllowed) {
  const std::string allowed = "; allowed are RFC 3339 date-times such as 2026-03-29T18:30:00Z, "
                              "2026-03-29T18:30:00.250+02:00";
  for (const auto* text : {"",
                           "2026",
                           "2026-03-29",
                           "2026-03-29T18",
                           "2026-03-29T18:",
                           "2026-03-29T18:30:",
                           "2026-03-29T18:30.5Z",
                           "2026-03-29T18:3Z",
                           "2026-03-29T18:30:00.",
                           "2026-03-29T18:30:0",
                           "2026-3-29T18:30:00Z",
                           "26-03-29T18:30:00Z",
                           "+2026-03-29T18:30:00Z",
                           "2026-03-29T18:30:00+0200",
                           "2026-03-29T18:30:00+02",
                           "2026-03-29T18:30:00+24:00",
                           "2026-03-29T18:30:00+02:60",
                           "2026-03-29T18:30:00ZZ",
                           "2026-03-29T18:30:00 Z",
                           "2026-03-29_18:30:00Z",
                           "2026/03/29T18:30:00Z",
                           "2026-03-29T18.30.00Z",
                           "2026-03-29T18:30:00,5Z",
                           " 2026-03-29T18:30:00Z",
                           "tomorrow"}) {
    const auto read = parse_date_time(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error(), (error{errc::invalid_argument, "not a date-time" + allowed})) << text;
  }
  for (const auto* text :
       {"2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-00-01T00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z"}) {
    const auto read = parse_date_time(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().message, "no such day" + allowed) << text;
  }
  for (const auto* text : {"2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z",
                           // The second after it would be in the year 10000, and was printed so.
                           "9999-12-31T23:59:60Z"}) {
    const auto read = parse_date_time(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().message, "no such time of day" + allowed) << text;
  }
}

TEST(DateTime, InstantNeedsAnOffset) {
  using namespace std::chrono;
  const auto instant = parse_instant("2026-03-29T02:30:00.500+01:00");
  ASSERT_TRUE(instant);
  EXPECT_EQ(*instant, sys_days{year{2026} / 3 / 29} + hours{1} + minutes{30} + milliseconds{500});
  EXPECT_EQ(to_rfc3339(*instant), "2026-03-29T01:30:00.500Z");
  EXPECT_EQ(to_rfc3339(system_time{milliseconds{-1}}), "1969-12-31T23:59:59.999Z");

  const auto missing = parse_instant("2026-03-29T02:30:00");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, errc::invalid_argument);
  EXPECT_EQ(missing.error().message.substr(0, 28), "Z or an offset is missing; a");
}

TEST(DateTime, InstantIsWithinTheYearsThatCanBeWritten) {
  EXPECT_EQ(to_rfc3339(parse_instant("9999-12-31T23:59:59.999Z").value()),
            "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(to_rfc3339(parse_instant("0000-01-01T00:00:00Z").value()), "0000-01-01T00:00:00.000Z");
  // They were printed as 10000-01-01T00:00:59.000Z and -001-12-31T23:59:00.000Z.
  for (const auto* text : {"9999-12-31T23:59:59-00:01", "0000-01-01T00:00:00+00:01"}) {
    const auto beyond = parse_instant(text);

    ASSERT_FALSE(beyond) << text;
    EXPECT_EQ(beyond.error().message.substr(0, 36), "not in the years 0000 to 9999 of UTC");
  }
}

} // namespace

} // namespace callboard::test
