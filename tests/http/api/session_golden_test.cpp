// Each documented answer of the Sessions API, byte for byte.

#include <gtest/gtest.h>

#include "http/api/sessions/session_json.hpp"
#include "tests/http/api/fake_sessions.hpp"
#include "tests/http/golden_file.hpp"

namespace callboard::tests {
namespace {

using namespace std::chrono_literals;

TEST(SessionGolden, Session) {
  const auto state = sample_session_state();

  EXPECT_EQ(http::created_session(*state.record), golden("session-created"));
  EXPECT_EQ(http::session_info(*state.record, state.as_of), golden("session-info"));
  EXPECT_EQ(http::deleted_session(*state.record), golden("session-deleted"));
}

TEST(SessionGolden, List) {
  session_list list;
  list.sessions = {sample_session_state().record};
  list.active = 1;
  list.expired = 2;
  list.as_of = sample_session_state().as_of;

  EXPECT_EQ(http::session_list_body(list), golden("session-list"));
  EXPECT_EQ(http::session_list_body({}), golden("session-list-empty"));
}

TEST(SessionGolden, Health) {
  const session_health health{.is_healthy = true,
                              .active = 4,
                              .near_expiration = 1,
                              .as_of = sample_session_state().as_of,
                              .uptime = 1500ms};

  EXPECT_EQ(http::session_health_body(health), golden("session-health"));
}

TEST(SessionGolden, SentMessage) {
  const auto end = sample_message_end(job_state::completed);

  EXPECT_EQ(http::sent_message_body(sample_sent_message()), golden("session-message-sent"));
  EXPECT_EQ(http::sent_message_body(sample_sent_message(), &end),
            golden("session-message-answered"));
}

TEST(SessionGolden, Messages) {
  session_message_page page;
  page.messages = {*sample_message_end(job_state::completed).answer, sample_sent_message().message};
  page.has_more = true;

  EXPECT_EQ(http::session_messages(page), golden("session-messages"));
  EXPECT_EQ(http::session_messages({}), golden("session-messages-empty"));
}

TEST(SessionGolden, AnswerWithoutMetadataShowsItsText) {
  auto end = sample_message_end(job_state::completed);
  end.answer->metadata = {};
  EXPECT_EQ(http::agent_response(end),
            R"({"text":"42","id":"0198a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5f",)"
            R"("createdAt":"2023-12-19T15:54:55.567Z"})");

  end.answer->metadata = json_text::from_valid(R"({"thought":7,"actions":"REPLY"})");
  EXPECT_EQ(http::agent_response(end), R"({"text":"42","metadata":{"thought":7,"actions":"REPLY"},)"
                                       R"("id":"0198a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5f",)"
                                       R"("createdAt":"2023-12-19T15:54:55.567Z"})");
}

} // namespace
} // namespace callboard::tests
