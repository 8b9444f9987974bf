#include "bench/figures/figure.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace callboard::bench {
namespace {

using testing::HasSubstr;

figure ratio(double reached) {
  return {.key = "get",
          .name = "GET ÷ raw",
          .method = "this by that",
          .limit = 0.85,
          .reached = {reached, reached - 0.02, reached + 0.02},
          .details = {"one: 10/s", "two: 12/s"}};
}

figure bytes(double reached) {
  return {.key = "live",
          .name = "Live job",
          .side = wanted::at_most,
          .limit = 1200,
          .unit = "bytes",
          .reached = {reached, reached, reached}};
}

TEST(Figure, AtLeastIsReachedFromTheLimitUp) {
  EXPECT_TRUE(ratio(0.85).is_reached());
  EXPECT_TRUE(ratio(1.2).is_reached());
  EXPECT_FALSE(ratio(0.84).is_reached());
}

TEST(Figure, WithoutATargetIsShownAsItIs) {
  auto shown = bytes(1300);
  shown.side = wanted::shown;

  EXPECT_TRUE(shown.is_reached());
  EXPECT_EQ(shown.target_text(), "–");
  EXPECT_EQ(shown.verdict(), "");
  EXPECT_THAT(to_text({shown}, {}), testing::Not(HasSubstr("target")));
}

TEST(Figure, AtMostIsReachedFromTheLimitDown) {
  EXPECT_TRUE(bytes(1200).is_reached());
  EXPECT_TRUE(bytes(3).is_reached());
  EXPECT_FALSE(bytes(1200.5).is_reached());
}

TEST(Figure, VerdictSaysHowMuchIsMissing) {
  EXPECT_EQ(ratio(0.9).verdict(), "reached");
  EXPECT_EQ(ratio(0.765).verdict(), "missed by 10 %");
  EXPECT_EQ(bytes(1500).verdict(), "missed by 25 %");
}

// "missed by 0 %" would be read as reached.
TEST(Figure, BarelyMissedIsNotShownAsZero) {
  EXPECT_EQ(bytes(1200.001).verdict(), "missed by 1 %");
}

TEST(Figure, TextsCarryUnitAndSpread) {
  EXPECT_EQ(ratio(0.9).target_text(), "≥ 0.85");
  EXPECT_EQ(ratio(0.9).reached_text(), "0.90 (0.88–0.92)");
  EXPECT_EQ(bytes(812).target_text(), "≤ 1,200 bytes");
  EXPECT_EQ(bytes(812).reached_text(), "812 bytes");
}

TEST(FigureText, NumbersHaveAsManyDigitsAsMakeSense) {
  EXPECT_EQ(to_text(0.1234), "0.12");
  EXPECT_EQ(to_text(12.345), "12.3");
  EXPECT_EQ(to_text(123.4), "123");
  EXPECT_EQ(to_text(1234567.0), "1,234,567");
  EXPECT_EQ(to_text(-1234.0), "-1,234");
}

TEST(FigureMarkdown, HasTheTableAndWhatIsBehindIt) {
  auto block = to_markdown({ratio(0.9), bytes(1500)}, {"some machine"});

  EXPECT_TRUE(block.starts_with(block_begin));
  EXPECT_TRUE(block.ends_with(std::string{block_end} + "\n"));
  EXPECT_THAT(block, HasSubstr("- some machine\n"));
  EXPECT_THAT(block, HasSubstr("| GET ÷ raw | ≥ 0.85 | 0.90 (0.88–0.92) | reached |\n"));
  EXPECT_THAT(block, HasSubstr("| Live job | ≤ 1,200 bytes | 1,500 bytes | missed by 25 % |\n"));
  EXPECT_THAT(block, HasSubstr("**GET ÷ raw.** this by that\n\n- one: 10/s\n- two: 12/s\n"));
}

TEST(FigureJson, ShowsWhetherTargetsAreReached) {
  auto made = to_json({ratio(0.9), bytes(1500)}, {"some machine"});

  EXPECT_EQ(made.at("conditions").at(0), "some machine");
  EXPECT_EQ(made.at("figures").at(0).at("reached"), true);
  EXPECT_EQ(made.at("figures").at(1).at("reached"), false);
  EXPECT_EQ(made.at("figures").at(1).at("median"), 1500.0);
}

TEST(ReplaceBlock, LeavesTheRestOfThePageAlone) {
  auto block = to_markdown({bytes(1)}, {});
  auto old_block = to_markdown({ratio(1)}, {"old"});

  EXPECT_EQ(replace_block("before\n\n" + old_block + "\nafter\n", block),
            "before\n\n" + block + "\nafter\n");
}

TEST(ReplaceBlock, AppendsToAPageWithoutOne) {
  auto block = to_markdown({bytes(1)}, {});

  EXPECT_EQ(replace_block("page\n", block), "page\n\n" + block);
  EXPECT_EQ(replace_block("page", block), "page\n\n" + block);
  EXPECT_EQ(replace_block("", block), block);
}

TEST(ReplaceBlock, TwiceIsAsOnce) {
  auto block = to_markdown({bytes(1)}, {});
  auto once = replace_block("page\n", block);

  EXPECT_EQ(replace_block(once, block), once);
}

} // namespace
} // namespace callboard::bench
