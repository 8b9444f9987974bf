// What every store keeps of sessions and their messages.

#include "tests/stores/store_contract.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace callboard::tests {

namespace {

using namespace std::chrono_literals;

constexpr system_time start{1'800'000'000'000ms};

session_ptr session_of(std::uint32_t number, std::uint64_t messages = 0) {
  auto spec = std::make_shared<session_spec>();
  spec->id = numbered_id(number);
  spec->channel_id = numbered_id(number + 1000);
  spec->organisation = "org";
  spec->agent_id = numbered_id(7);
  spec->user_id = "The-User";
  spec->metadata = json_text::from_valid(R"({"a":1e2})");
  spec->created_at = start;
  auto made = std::make_shared<session>();
  made->spec = std::move(spec);
  made->timeouts = {session_minutes{7.5}, false, session_minutes{100.25}, session_minutes{2}};
  made->last_activity = start + 3ms;
  made->renewed_at = start + 2ms;
  made->renewal_count = 4;
  made->expires_at = start + 90s;
  made->message_count = messages;
  return made;
}

session_message message_of(std::uint32_t session, std::chrono::milliseconds at,
                           std::chrono::milliseconds turn, std::string content) {
  session_message made;
  made.id = numbered_id(static_cast<std::uint32_t>(at.count()) + 10'000 * session);
  made.session_id = numbered_id(session);
  made.is_agent = at != turn;
  made.author_id = made.is_agent ? numbered_id(7).to_string() : "The-User";
  made.created_at = start + at;
  made.turn = start + turn;
  made.content = std::make_shared<const std::string>(std::move(content));
  return made;
}

class StoreSessions : public store_contract {
protected:
  void keep(const std::vector<session_change>& sessions,
            const std::vector<session_message>& messages = {}) {
    const auto done = jobs().apply({{}, {}, {}, sessions, messages});
    ASSERT_TRUE(done) << done.error().message;
  }

  /// A conversation whose second answer came after the third message: q1 a1 q2 q3 a2 a3.
  void keep_conversation() {
    const auto id = numbered_id(1);
    keep({{id, session_of(1, 6)}},
         {message_of(1, 10ms, 10ms, "q1"), message_of(1, 11ms, 10ms, "a1"),
          message_of(1, 20ms, 20ms, "q2"), message_of(1, 21ms, 21ms, "q3"),
          message_of(1, 30ms, 20ms, "a2"), message_of(1, 31ms, 21ms, "a3")});
  }

  std::vector<session_ptr> load() {
    auto loaded = jobs().load_sessions();
    EXPECT_TRUE(loaded) << loaded.error().message;
    return loaded.value_or(std::vector<session_ptr>{});
  }

  session_message_page page(session_message_query query) {
    query.session_id = numbered_id(1);
    auto found = jobs().load_messages(query);
    EXPECT_TRUE(found) << found.error().message;
    return found.value_or(session_message_page{});
  }

  std::string texts(session_message_query query) {
    const auto found = page(std::move(query));
    std::string made;
    for (const auto& one : found.messages)
      made += *one.content + ' ';
    return made + (found.has_more ? "more" : "");
  }

  std::string history(std::chrono::milliseconds before, std::size_t entries = 100,
                      std::size_t bytes = 1000) {
    const auto found = jobs().load_history({numbered_id(1), start + before, entries, bytes});
    EXPECT_TRUE(found) << found.error().message;
    std::string made;
    for (const auto& one : found.value_or(std::vector<history_entry>{}))
      made += one.role + ':' + *one.content + ' ';
    return made;
  }
};

void expect_equal(const session& left, const session& right) {
  EXPECT_EQ(left.spec->id, right.spec->id);
  EXPECT_EQ(left.spec->channel_id, right.spec->channel_id);
  EXPECT_EQ(left.spec->organisation, right.spec->organisation);
  EXPECT_EQ(left.spec->agent_id, right.spec->agent_id);
  EXPECT_EQ(left.spec->user_id, right.spec->user_id);
  EXPECT_EQ(left.spec->metadata, right.spec->metadata);
  EXPECT_EQ(left.spec->created_at, right.spec->created_at);
  EXPECT_EQ(left.timeouts, right.timeouts);
  EXPECT_EQ(left.last_activity, right.last_activity);
  EXPECT_EQ(left.renewed_at, right.renewed_at);
  EXPECT_EQ(left.renewal_count, right.renewal_count);
  EXPECT_EQ(left.expires_at, right.expires_at);
  EXPECT_EQ(left.message_count, right.message_count);
  EXPECT_EQ(left.last_message_at, right.last_message_at);
}

} // namespace

TEST_P(StoreSessions, KeepsEveryFieldAndReplacesTheSnapshot) {
  keep({{numbered_id(1), session_of(1)}, {numbered_id(2), session_of(2)}});
  auto changed = std::make_shared<session>(*session_of(1));
  changed->timeouts = {session_minutes{30}, true, session_minutes{720}, session_minutes{5}};
  changed->last_activity = start + 9ms;
  changed->renewed_at = start + 8ms;
  changed->renewal_count = 5;
  changed->expires_at = start + 100s;
  changed->message_count = 1;
  changed->last_message_at = start + 7ms;
  keep({{numbered_id(1), changed}});

  const auto loaded = load();

  ASSERT_EQ(loaded.size(), 2u);
  const auto is_first = loaded[0]->spec->id == numbered_id(1);
  expect_equal(*loaded[is_first ? 0 : 1], *changed);
  expect_equal(*loaded[is_first ? 1 : 0], *session_of(2));
}

TEST_P(StoreSessions, KeepsEveryFieldOfMessages) {
  auto said = message_of(1, 10ms, 10ms, "q\n\"1\"");
  said.metadata = json_text::from_valid(R"({"x":[-0]})");
  auto answer = message_of(1, 11ms, 10ms, "");
  keep({{numbered_id(1), session_of(1)}}, {said, answer});

  const auto found = page({}).messages;

  ASSERT_EQ(found.size(), 2u);
  for (const auto& [got, wanted] : {std::pair{found[0], answer}, std::pair{found[1], said}}) {
    EXPECT_EQ(got.id, wanted.id);
    EXPECT_EQ(got.session_id, wanted.session_id);
    EXPECT_EQ(got.is_agent, wanted.is_agent);
    EXPECT_EQ(got.author_id, wanted.author_id);
    EXPECT_EQ(got.created_at, wanted.created_at);
    EXPECT_EQ(got.turn, wanted.turn);
    EXPECT_EQ(*got.content, *wanted.content);
    EXPECT_EQ(got.metadata, wanted.metadata);
  }
}

TEST_P(StoreSessions, PagesMessagesByTime) {
  keep_conversation();
  const auto at = [](std::chrono::milliseconds when) { return start + when; };
  struct {
    session_message_query query;
    std::string wanted;
  } const cases[] = {
    {{}, "a3 a2 q3 q2 a1 q1 "},
    {{.limit = 6}, "a3 a2 q3 q2 a1 q1 "},
    {{.limit = 5}, "a3 a2 q3 q2 a1 more"},
    {{.before = at(30ms)}, "q3 q2 a1 q1 "},
    {{.before = at(30ms), .limit = 2}, "q3 q2 more"},
    {{.before = at(10ms)}, ""},
    {{.after = at(20ms)}, "a3 a2 q3 "},
    {{.after = at(20ms), .limit = 2}, "a2 q3 more"},
    {{.after = at(20ms), .limit = 3}, "a3 a2 q3 "},
    {{.after = at(31ms)}, ""},
    {{.before = at(31ms), .after = at(11ms)}, "a2 q3 q2 "},
    {{.before = at(31ms), .after = at(11ms), .limit = 2}, "a2 q3 more"},
    {{.before = at(11ms), .after = at(31ms)}, ""},
  };

  for (const auto& one : cases)
    EXPECT_EQ(texts(one.query), one.wanted) << &one - cases;
}

TEST_P(StoreSessions, HistoryHasEachAnswerBehindItsMessage) {
  keep_conversation();

  EXPECT_EQ(history(40ms), "user:q1 assistant:a1 user:q2 assistant:a2 user:q3 assistant:a3 ");
  EXPECT_EQ(history(21ms), "user:q1 assistant:a1 user:q2 assistant:a2 ");
  EXPECT_EQ(history(20ms), "user:q1 assistant:a1 ");
  EXPECT_EQ(history(10ms), "");
  EXPECT_EQ(history(21ms, 3), "assistant:a1 user:q2 assistant:a2 ");
  EXPECT_EQ(history(21ms, 100, 5), "user:q2 assistant:a2 ");
}

TEST_P(StoreSessions, MessageWithoutAnswerStandsAlone) {
  keep({{numbered_id(1), session_of(1)}},
       {message_of(1, 10ms, 10ms, "q1"), message_of(1, 20ms, 20ms, "q2"),
        message_of(1, 25ms, 20ms, "a2")});

  EXPECT_EQ(history(30ms), "user:q1 user:q2 assistant:a2 ");
}

TEST_P(StoreSessions, DropsTheOldestMessages) {
  keep_conversation();
  keep({{numbered_id(1), session_of(1, 4), 3}}, {message_of(1, 40ms, 40ms, "q4")});

  EXPECT_EQ(texts({}), "q4 a3 a2 q3 ");
  EXPECT_EQ(history(50ms), "assistant:a2 user:q3 assistant:a3 user:q4 ");
}

TEST_P(StoreSessions, ForgottenSessionTakesItsMessagesWithIt) {
  keep_conversation();
  keep({{numbered_id(2), session_of(2)}}, {message_of(2, 10ms, 10ms, "other")});
  keep({{numbered_id(1), nullptr}, {numbered_id(3), nullptr}});

  EXPECT_EQ(load().size(), 1u);
  EXPECT_EQ(texts({}), "");
  EXPECT_EQ(history(50ms), "");
  // One with the same id begins empty, whatever is left of the old one.
  keep({{numbered_id(1), session_of(1)}}, {message_of(1, 10ms, 10ms, "new")});
  EXPECT_EQ(texts({}), "new ");
}

TEST_P(StoreSessions, LeftoversAreErasedBitByBit) {
  keep_conversation();
  keep({{numbered_id(1), nullptr}});

  std::size_t total = 0;
  for (;;) {
    const auto erased = jobs().erase_leftovers(4);
    ASSERT_TRUE(erased) << erased.error().message;
    EXPECT_LE(*erased, 4u);
    total += *erased;
    if (*erased < 4)
      break;
  }

  // A store may have erased them at once.
  EXPECT_TRUE(total == 6 || total == 0) << total;
  EXPECT_EQ(jobs().erase_leftovers(4), result<std::size_t>{0});
}

TEST_P(StoreSessions, MessageOfAnUnknownSessionIsLeftOut) {
  keep({}, {message_of(1, 10ms, 10ms, "lost")});

  EXPECT_EQ(texts({}), "");
}

TEST_P(StoreSessions, JobKeepsItsTurn) {
  auto spec = std::make_shared<job_spec>(*plain_message(1)->spec);
  spec->session = std::make_shared<const session_turn>(
    session_turn{numbered_id(2), numbered_id(3), start + 5ms});
  auto made = std::make_shared<job>(*plain_message(1));
  made->spec = spec;
  commit({made, plain_message(4)});

  const auto found = find(spec->id);

  ASSERT_TRUE(found && found->spec->session);
  EXPECT_EQ(*found->spec->session, *spec->session);
  EXPECT_EQ(find(plain_message(4)->spec->id)->spec->session, nullptr);
}

INSTANTIATE_TEST_SUITE_P(All, StoreSessions, ::testing::ValuesIn(all_store_kinds()),
                         [](const auto& kind) { return kind.param.name; });

} // namespace callboard::tests
