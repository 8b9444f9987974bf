#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

#include <callboard/error.hpp>
#include <callboard/job.hpp>

namespace callboard::test {

namespace {

/// The names of the values of an enum, from the first to the given one.
template <class Enum>
std::string names_up_to(Enum last) {
  std::string names;
  for (int i = 0; i <= static_cast<int>(last); ++i)
    names += (i > 0 ? " " : "") + std::string{to_string(static_cast<Enum>(i))};
  return names;
}

} // namespace

// Stores and clients know these words.
TEST(Names, AreStable) {
  EXPECT_EQ(names_up_to(job_state::canceled),
            "scheduled pending processing completed failed timeout canceled");
  EXPECT_EQ(names_up_to(job_kind::run), "message agent run");
  EXPECT_EQ(names_up_to(task_kind::run), "message start retry follow_up run");
  EXPECT_EQ(names_up_to(task_state::canceled), "waiting running completed failed canceled");
  EXPECT_EQ(names_up_to(errc::internal),
            "invalid_argument not_found agent_not_found no_agents forbidden gone conflict "
            "version_mismatch capacity agent_busy too_many_requests unavailable io internal");
}

TEST(Names, OfStatesAndKindsAreReadBack) {
  for (std::size_t i = 0; i < job_state_count; ++i) {
    const auto state = static_cast<job_state>(i);
    EXPECT_EQ(parse_job_state(to_string(state)), state);
  }
  for (const auto kind : {job_kind::message, job_kind::agent, job_kind::run})
    EXPECT_EQ(parse_job_kind(to_string(kind)), kind);
}

TEST(Names, AnythingElseIsRefused) {
  for (const std::string_view wrong : {"", "Pending", "PENDING", "pending ", "pend", "message"})
    EXPECT_FALSE(parse_job_state(wrong)) << wrong;
  for (const std::string_view wrong : {"", "Message", "messages", "job", "pending"})
    EXPECT_FALSE(parse_job_kind(wrong)) << wrong;
}

TEST(Names, FourStatesAreTerminal) {
  std::set<std::string_view> terminal;
  for (std::size_t i = 0; i < job_state_count; ++i)
    if (is_terminal(static_cast<job_state>(i)))
      terminal.insert(to_string(static_cast<job_state>(i)));

  EXPECT_EQ(terminal, (std::set<std::string_view>{"completed", "failed", "timeout", "canceled"}));
}

} // namespace callboard::test
