#include "app/config/config_text.hpp"

#include <gtest/gtest.h>

#include "app/config/nearest_word.hpp"

namespace callboard::app {

namespace {

std::string blanked(std::string_view text) {
  const auto made = blank_comments(text);
  return made ? *made : "error: " + made.error().message;
}

std::string expanded(std::string_view text) {
  const auto made = expand_variables(text, {{"NAME", "value"}, {"EMPTY", ""}, {"_X9", "x"}});
  return made ? *made : "error: " + made.error().message;
}

} // namespace

TEST(BlankComments, LineCommentBecomesBlanksUpToTheLineEnd) {
  EXPECT_EQ(blanked("{ // x\n}"), "{     \n}");
  EXPECT_EQ(blanked("{} // x"), "{}     ");
}

TEST(BlankComments, BlockCommentKeepsItsLineEnds) {
  EXPECT_EQ(blanked("[/* a\n * b */1]"), "[    \n       1]");
  EXPECT_EQ(blanked("[1/***/]"), "[1     ]");
}

TEST(BlankComments, CommentSignsInTextsStay) {
  constexpr std::string_view text = R"({"a":"http://x /* y */","b\"//":"\\"})";

  EXPECT_EQ(blanked(text), text);
}

TEST(BlankComments, TextAfterAnEscapedBackslashHasEnded) {
  EXPECT_EQ(blanked(R"(["\\"//x)"), R"(["\\"   )");
}

TEST(BlankComments, QuotesInCommentsOpenNoText) {
  EXPECT_EQ(blanked("[1, // it's \"x\n2]//\"y"), "[1,           \n2]    ");
}

TEST(BlankComments, BlockCommentWithoutEndIsRefusedWithItsPlace) {
  EXPECT_EQ(blanked("{\n  /* x"),
            "error: unterminated comment (line 2, column 3); close it with */");
  EXPECT_EQ(blanked("/*/"), "error: unterminated comment (line 1, column 1); close it with */");
}

TEST(BlankComments, LoneSlashesAndOpenTextsAreLeftToTheParser) {
  EXPECT_EQ(blanked("[1 / 2]"), "[1 / 2]");
  EXPECT_EQ(blanked("/"), "/");
  EXPECT_EQ(blanked("[\"//"), "[\"//");
  EXPECT_EQ(blanked("[\"\\"), "[\"\\");
}

TEST(PlaceOf, LinesAndColumnsCountFromOne) {
  EXPECT_EQ(place_of("ab\ncd", 0), "line 1, column 1");
  EXPECT_EQ(place_of("ab\ncd", 2), "line 1, column 3");
  EXPECT_EQ(place_of("ab\ncd", 3), "line 2, column 1");
  EXPECT_EQ(place_of("ab\ncd", 99), "line 2, column 3");
}

TEST(WithPlace, ByteBecomesLineAndColumn) {
  EXPECT_EQ(with_place("unexpected ']' (at byte 5)", "ab\ncd"),
            "unexpected ']' (line 2, column 2)");
}

TEST(WithPlace, OtherMessagesStay) {
  EXPECT_EQ(with_place("nested too deep", "ab"), "nested too deep");
  EXPECT_EQ(with_place("(at byte x)", "ab"), "(at byte x)");
  EXPECT_EQ(with_place("(at byte 1) of it", "ab"), "(at byte 1) of it");
}

TEST(ExpandVariables, NamesBecomeValues) {
  EXPECT_EQ(expanded("${NAME}"), "value");
  EXPECT_EQ(expanded("a${NAME}b${_X9}${EMPTY}c"), "avaluebxc");
  EXPECT_EQ(expanded("$NAME {NAME} $ }"), "$NAME {NAME} $ }");
}

TEST(ExpandVariables, DoubledDollarStandsForAPlainOne) {
  EXPECT_EQ(expanded("$${NAME}"), "${NAME}");
  EXPECT_EQ(expanded("$$${NAME}"), "$${NAME}");
  EXPECT_EQ(expanded("$$ and $"), "$$ and $");
}

TEST(ExpandVariables, UnsetVariableIsRefused) {
  EXPECT_EQ(expanded("${OTHER}"), "error: environment variable OTHER is not set");
}

TEST(ExpandVariables, BadNamesAreRefused) {
  for (const std::string_view text : {"${}", "${NAME", "${A B}", "${1A}", "${", "${NAME:-x}"})
    EXPECT_EQ(expanded(text), "error: ${ must be followed by the name of an environment variable "
                              "and }; write $${ for a literal ${")
      << text;
}

TEST(EditDistance, CountsLettersThatDiffer) {
  EXPECT_EQ(edit_distance("listen", "listen"), 0U);
  EXPECT_EQ(edit_distance("listen", "Listen"), 0U);
  EXPECT_EQ(edit_distance("listn", "listen"), 1U);
  EXPECT_EQ(edit_distance("lsiten", "listen"), 1U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(DidYouMean, NamesTheNearestOfThoseThatAreNear) {
  const std::vector<std::string> words{"store", "storeSync", "listen"};

  EXPECT_EQ(did_you_mean("stor", words), ", did you mean store?");
  EXPECT_EQ(did_you_mean("storesync", words), ", did you mean storeSync?");
  EXPECT_EQ(did_you_mean("port", words), "");
  EXPECT_EQ(did_you_mean("x", {}), "");
}

TEST(DidYouMean, OneLetterInThreeMayBeWrongAndThreeInAll) {
  const std::pair<std::string_view, std::string_view> rows[] = {
    {"ab", "ac"},
    {"abc", "abx"},
    {"abcde", "abcxy"},
    {"abcdef", "abcdxy"},
    {"abcdef", "abcxyz"},
    {"abcdefghi", "abcdefxyz"},
    {"abcdefghijklmnopqrst", "abcdefghijklmnopqxyz"},
    {"abcdefghijklmnopqrst", "abcdefghijklmnopwxyz"},
  };
  std::string near;
  for (const auto& [word, candidate] : rows)
    near += did_you_mean(word, {std::string{candidate}}).empty() ? '-' : '+';

  EXPECT_EQ(near, "-+-+-++-");
}

} // namespace callboard::app
