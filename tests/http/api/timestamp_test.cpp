#include "http/api/timestamp.hpp"

#include <gtest/gtest.h>

#include <callboard/date_time.hpp>

namespace callboard::tests {
namespace {

std::string normal(std::string_view text) {
  const auto read = http::parse_timestamp(text);
  return read ? to_rfc3339(*read) : "none";
}

TEST(Timestamp, AllFormsOfATimeAreRead) {
  EXPECT_EQ(normal("2026-03-01T09:00:00Z"), "2026-03-01T09:00:00.000Z");
  EXPECT_EQ(normal("2026-03-01t09:00:00z"), "2026-03-01T09:00:00.000Z");
  EXPECT_EQ(normal("2026-03-01 09:00:00"), "2026-03-01T09:00:00.000Z");
  EXPECT_EQ(normal("2026-03-01"), "2026-03-01T00:00:00.000Z");
  EXPECT_EQ(normal("2026-03-01T09:00:00.5+01:30"), "2026-03-01T07:30:00.500Z");
  EXPECT_EQ(normal("2026-12-31T23:30:00-01:00"), "2027-01-01T00:30:00.000Z");
  EXPECT_EQ(normal("2024-02-29T00:00:00.123999999Z"), "2024-02-29T00:00:00.123Z");
  EXPECT_EQ(normal("2016-12-31T23:59:60Z"), "2017-01-01T00:00:00.000Z");
  EXPECT_EQ(normal("1969-12-31T23:59:59.999Z"), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(normal("0001-01-01"), "0001-01-01T00:00:00.000Z");
}

TEST(Timestamp, SecondsMayBeMissing) {
  // What Java's OffsetDateTime and LocalDateTime print was no date-time.
  EXPECT_EQ(normal("2026-12-01T10:00Z"), "2026-12-01T10:00:00.000Z");
  EXPECT_EQ(normal("2026-12-01t10:00z"), "2026-12-01T10:00:00.000Z");
  EXPECT_EQ(normal("2026-12-01T10:00"), "2026-12-01T10:00:00.000Z");
  EXPECT_EQ(normal("2026-12-01 10:00"), "2026-12-01T10:00:00.000Z");
  EXPECT_EQ(normal("2026-12-01T00:30+01:00"), "2026-11-30T23:30:00.000Z");
  EXPECT_EQ(normal("2026-12-01T10:00-05:30"), "2026-12-01T15:30:00.000Z");
}

TEST(Timestamp, EverythingElseIsNone) {
  for (const auto* text :
       {"", "tomorrow", "2026", "2026-3-1", "2026-02-30", "2026-13-01", "2026-00-01", "2026-01-00",
        "2026-03-01T", "2026-03-01T9:00:00Z", "2026-03-01T09Z", "2026-03-01T09:00.5Z",
        "2026-03-01T09:", "2026-03-01T09:00:", "2026-03-01T09:00:0Z", "2026-03-01T9:00Z",
        "2026-03-01T24:00Z", "2026-03-01T24:00:00Z", "2026-03-01T09:60:00Z", "2026-03-01T09:00:61Z",
        "2026-03-01T09:00:00.Z", "2026-03-01T09:00:00+1:00", "2026-03-01T09:00:00+24:00",
        "2026-03-01T09:00:00Z ", " 2026-03-01", "2026-03-01Z", "+2026-03-01", "12026-03-01",
        // Times that no text could say: they were printed with years of five
        // digits, and of none.
        "9999-12-31T23:59:60Z", "9999-12-31T23:59:59-00:01", "0000-01-01T00:00:00+00:01",
        "2026-03-01T09:00:00ZZ"})
    EXPECT_EQ(normal(text), "none") << text;
}

} // namespace
} // namespace callboard::tests
