#include "agents/valid_text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace callboard::agents {

namespace {

#define FFFD "\xEF\xBF\xBD"

struct text_case {
  std::string given;
  std::string made;
};

// Among them the examples of the Unicode standard, section 3.9, "U+FFFD Substitution of Maximal
// Subparts".
const std::vector<text_case> text_cases{{"", ""},
                                        {"plain", "plain"},
                                        {"ä € 😀", "ä € 😀"},
                                        {"\xFF", FFFD},
                                        {"a\xFF"
                                         "b",
                                         "a" FFFD "b"},
                                        {"caf\xE9", "caf" FFFD},
                                        {"\xC3", FFFD},
                                        {"\xE2\x82", FFFD},
                                        {std::string("a\0b", 3), "a" FFFD "b"},
                                        {"\xC0\xAF\xE0\x80\xBF\xF0\x81\x82"
                                         "A",
                                         FFFD FFFD FFFD FFFD FFFD FFFD FFFD FFFD "A"},
                                        {"\xED\xA0\x80\xED\xBF\xBF\xED\xAF"
                                         "A",
                                         FFFD FFFD FFFD FFFD FFFD FFFD FFFD FFFD "A"},
                                        {"\xF4\x91\x92\x93\xFF"
                                         "A\x80\xBF"
                                         "B",
                                         FFFD FFFD FFFD FFFD FFFD "A" FFFD FFFD "B"},
                                        {"\xE1\x80\xE2\xF0\x91\x92\xF1\xBF"
                                         "A",
                                         FFFD FFFD FFFD FFFD "A"},
                                        {"\xF4\x8F\xBF\xBF", "\xF4\x8F\xBF\xBF"}};

TEST(ValidText, BytesThatAreNoTextAreReplaced) {
  for (const auto& [given, made] : text_cases)
    EXPECT_EQ(valid_text(given), made);
}

TEST(TailOf, ShortTextLosesOnlyItsBlanks) {
  EXPECT_EQ(tail_of("  error: no\n\n", 100), "error: no");
}

TEST(TailOf, LongTextKeepsItsEndInWholeCharacters) {
  EXPECT_EQ(tail_of("abc€def", 5), "def");
  EXPECT_EQ(tail_of("abc€def", 6), "€def");
}

TEST(HeadOf, LongTextKeepsItsStartInWholeCharacters) {
  EXPECT_EQ(head_of("abc€def", 5), "abc");
  EXPECT_EQ(head_of("abc€def", 6), "abc€");
  EXPECT_EQ(head_of("abc", 6), "abc");
}

TEST(ValidAnswer, AllTextsAreMadeValid) {
  auto given = agent_answer::failure("bad \xFF");
  given.content = "worse \xFE";

  const auto made = valid_answer(given);

  EXPECT_EQ(made.error, "bad " FFFD);
  EXPECT_EQ(made.content, "worse " FFFD);
}

#undef FFFD

} // namespace

} // namespace callboard::agents
