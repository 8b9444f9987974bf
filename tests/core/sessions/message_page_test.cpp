#include "core/sessions/message_page.hpp"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace callboard::core {

namespace {

using namespace std::chrono_literals;

shared_text text(std::string what) {
  return std::make_shared<const std::string>(std::move(what));
}

session_message message(std::string what) {
  session_message made;
  made.content = text(std::move(what));
  return made;
}

std::string history_of(const history_query& query, const std::vector<std::string>& newest_first) {
  history_window window{query};
  bool is_agent = true;
  for (const auto& one : newest_first) {
    if (!window.take(is_agent, text(one)))
      break;
    is_agent = !is_agent;
  }
  std::string made;
  for (const auto& one : std::move(window).done())
    made += one.role.substr(0, 1) + ":" + *one.content + " ";
  return made;
}

} // namespace

TEST(MessagePage, HasMoreOnlyIfOneMoreCame) {
  const session_message_query query{.limit = 2};
  message_page exact{query};
  EXPECT_TRUE(exact.take(message("a")));
  EXPECT_TRUE(exact.take(message("b")));
  message_page over{query};
  over.take(message("a"));
  over.take(message("b"));
  EXPECT_FALSE(over.take(message("c")));

  const auto full = std::move(exact).done();
  const auto cut = std::move(over).done();

  EXPECT_FALSE(full.has_more);
  EXPECT_EQ(full.messages.size(), 2u);
  EXPECT_TRUE(cut.has_more);
  EXPECT_EQ(cut.messages.size(), 2u);
}

TEST(MessagePage, EndsBeforeItHoldsTooMuchTextButHasOneMessage) {
  message_page page{{.limit = 10, .text_bytes_max = 4}};
  EXPECT_TRUE(page.take(message("longer than that")));
  EXPECT_FALSE(page.take(message("x")));

  const auto made = std::move(page).done();

  EXPECT_EQ(made.messages.size(), 1u);
  EXPECT_TRUE(made.has_more);
}

TEST(MessagePage, OldestFirstIsTurnedRound) {
  message_page page{{.after = system_time{1ms}, .limit = 10}};
  page.take(message("old"));
  page.take(message("new"));

  const auto made = std::move(page).done();

  EXPECT_EQ(*made.messages.front().content, "new");
}

TEST(HistoryWindow, KeepsTheNewestEntriesWithinItsBounds) {
  struct {
    std::size_t entries;
    std::size_t bytes;
    std::string wanted;
  } const cases[] = {
    {100, 100, "u:q1 a:a1 u:q2 a:a2 "},
    {4, 100, "u:q1 a:a1 u:q2 a:a2 "},
    {3, 100, "a:a1 u:q2 a:a2 "},
    {1, 100, "a:a2 "},
    {0, 100, ""},
    {100, 8, "u:q1 a:a1 u:q2 a:a2 "},
    {100, 7, "a:a1 u:q2 a:a2 "},
    {100, 1, ""},
  };

  for (const auto& one : cases)
    EXPECT_EQ(history_of({.entries_max = one.entries, .text_bytes_max = one.bytes},
                         {"a2", "q2", "a1", "q1"}),
              one.wanted)
      << one.entries << ' ' << one.bytes;
}

} // namespace callboard::core
