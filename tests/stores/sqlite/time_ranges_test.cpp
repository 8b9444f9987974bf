#include "stores/sqlite/file/time_ranges.hpp"

#include "tests/stores/sample_jobs.hpp"

#include <gtest/gtest.h>

namespace callboard::tests {

namespace {

using sqlite::parse_time_ranges;

TEST(TimeRanges, TextReadsBackAsWhatItWas) {
  const std::vector<time_range> ranges{{at_ms(-5), at_ms(1)}, {at_ms(1), at_ms(7)}};

  const auto text = sqlite::to_text(ranges);

  ASSERT_TRUE(text);
  EXPECT_EQ(parse_time_ranges(*text), ranges);
}

TEST(TimeRanges, NoRangesAreNoText) {
  EXPECT_FALSE(sqlite::to_text({}));
}

TEST(TimeRanges, AnythingElseIsRefused) {
  for (const auto* text :
       {"", "[]", "null", "[[]]", "[[1]]", "[[1,2]", "[1,2]", "[[1,2]]]", "[[1,2],]", "[[1,2] ]",
        "[[1,2,3]]", "[[1.5,2]]", "[[\"1\",2]]", "[[2,1]]", "[[1,1]]", "[[1,4],[3,5]]",
        "[[1,99999999999999999999]]", "[[1,2]][[3,4]]"})
    EXPECT_FALSE(parse_time_ranges(text)) << text;
}

} // namespace

} // namespace callboard::tests
