#include <memory>
#include <string>
#include <utility>

#include "tests/actors/sessions/session_fixture.hpp"

namespace callboard::actors::test {

/// Sessions over a store that keeps what it has acknowledged.
class DurableSessions : public session_test {
protected:
  void SetUp() override {
    is_durable = true;
  }

  static uuid id_of(std::uint8_t number) {
    auto made = *uuid::parse("01890a5d-ac96-774b-bcce-b302099a8000");
    made.bytes.back() = number;
    return made;
  }

  /// A session that was created a minute before the start.
  session_ptr stored_session() {
    auto spec = std::make_shared<session_spec>();
    spec->id = id_of(1);
    spec->organisation = "default";
    spec->agent_id = info.id;
    spec->user_id = "user";
    spec->metadata = json_text::from_valid("{}");
    spec->created_at = wall_start - 1min;
    auto made = std::make_shared<session>();
    made->spec = std::move(spec);
    made->last_activity = made->renewed_at = wall_start - 1min;
    made->expires_at = wall_start + 29min;
    return made;
  }

  /// A message of the session that was said so long before the start and has no answer, and its job.
  job_ptr stored_message(std::uint8_t number, std::chrono::milliseconds ago, job_state state) {
    session_message said;
    said.id = id_of(number);
    said.session_id = id_of(1);
    said.author_id = "user";
    said.created_at = said.turn = wall_start - ago;
    said.content = std::make_shared<const std::string>("q" + std::to_string(number));
    auto spec = std::make_shared<job_spec>();
    spec->id = id_of(static_cast<std::uint8_t>(100 + number));
    spec->organisation = "default";
    spec->agent_id = info.id;
    spec->content = *said.content;
    spec->created_at = spec->due_at = said.created_at;
    spec->expires_at = said.created_at + 60s;
    spec->session = std::make_shared<const session_turn>(
      session_turn{said.session_id, said.id, said.created_at});
    auto made = std::make_shared<callboard::job>();
    made->spec = std::move(spec);
    made->version = 2;
    made->state = state;
    made->updated_at = said.created_at;
    task_record task;
    task.id = id_of(static_cast<std::uint8_t>(200 + number));
    task.state = state == job_state::processing ? task_state::running : task_state::waiting;
    task.created_at = said.created_at;
    made->tasks.push_back(task);
    auto grown = std::make_shared<session>(*sessions.front());
    ++grown->message_count;
    grown->last_message_at = said.created_at;
    sessions.front() = grown;
    const session_change change{grown->spec->id, grown};
    EXPECT_TRUE(keeper.conversations->apply({{}, {}, {}, {&change, 1}, {&said, 1}}));
    return made;
  }

  /// Moves the end of a session into the past while the store fails.
  void expect_refused_change_ends_nothing() {
    const auto one = create_session({.timeout = session_minutes{30}});
    advance(10min);
    keeper.is_holding = true;
    state_slot changed;
    talks().change_timeouts(ref(one), {.timeout = session_minutes{5}}, changed.callback());
    run();
    advance(100ms);
    release_batch(fail(errc::io, "disk full"));
    keeper.is_holding = false;
    advance(2s);

    ASSERT_EQ(changed.count, 1);
    EXPECT_EQ(changed.value->error().code, session_errc::unavailable);
    const auto found = look(one);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->record->expires_at, one->expires_at);
    EXPECT_EQ(keeper.conversations->load_sessions()->size(), 1u);
    advance(20min);
    EXPECT_FALSE(look(one));
  }
};

TEST_F(DurableSessions, MessageIsAnsweredOnceItIsStored) {
  start();
  const auto one = create_session();
  keeper.is_holding = true;
  sent_slot slot;
  talks().send(ref(one), say("q"), slot.callback(), {});
  run();
  EXPECT_EQ(slot.count, 0);

  release_batch({});

  EXPECT_EQ(slot.count, 1);
  EXPECT_TRUE(*slot.value);
}

TEST_F(DurableSessions, MessageRenewalAndJobStandInOneBatch) {
  start();
  const auto one = create_session();
  keeper.written.clear();

  send(one, "q");

  const auto& batch = *keeper.written.front();
  EXPECT_EQ(batch.messages.size(), 1u);
  EXPECT_EQ(batch.sessions.size(), 1u);
  EXPECT_EQ(batch.snapshots.size(), 1u);
}

TEST_F(DurableSessions, AnswerStandsInTheBatchThatEndsItsJob) {
  start();
  const auto one = create_session();
  send(one, "q");
  keeper.written.clear();

  answer("a");

  ASSERT_EQ(keeper.written.size(), 1u);
  EXPECT_EQ(keeper.written[0]->messages.size(), 1u);
  EXPECT_EQ(keeper.written[0]->snapshots.size(), 1u);
}

TEST_F(DurableSessions, MessageThatCannotBeStoredIsRefusedAndRenewsNothing) {
  start();
  const auto one = create_session();
  keeper.is_holding = true;
  advance(1min);
  sent_slot first, second;
  talks().send(ref(one), say("q1"), first.callback(), {});
  talks().send(ref(one), say("q2"), second.callback(), {});
  run();
  release_batch(fail(errc::io, "disk full"));
  keeper.is_holding = false;
  advance(1s);

  ASSERT_EQ(first.count, 1);
  EXPECT_EQ(first.value->error().code, session_errc::unavailable);
  ASSERT_EQ(second.count, 1);
  EXPECT_EQ(second.value->error().code, session_errc::unavailable);
  EXPECT_EQ(look(one)->record->renewal_count, 0u);
  EXPECT_EQ(messages_of(one), "");
  send(one, "q3");
  EXPECT_EQ(messages_of(one), "q3 ");
  EXPECT_EQ(*runner->started.back()->content, "q3");
}

TEST_F(DurableSessions, AnswerOutlivesAFailingStore) {
  start();
  const auto one = create_session();
  const auto sent = send(one, "q");
  keeper.is_holding = true;
  answer("a");
  release_batch(fail(errc::io, "disk full"));
  keeper.is_holding = false;
  advance(1s);

  EXPECT_EQ(state_of(sent.job), job_state::completed);
  EXPECT_EQ(messages_of(one), "q [a] ");
  EXPECT_EQ(look(one)->record->message_count, 2u);
}

TEST_F(DurableSessions, SessionThatCannotBeCreatedOrDeletedStaysAsItWas) {
  start();
  const auto one = create_session();
  keeper.is_holding = true;
  state_slot created, removed;
  talks().create(wanted(), created.callback());
  talks().remove(ref(one), removed.callback());
  run();
  release_batch(fail(errc::io, "disk full"));
  keeper.is_holding = false;
  advance(1s);

  EXPECT_EQ(created.value->error().code, session_errc::unavailable);
  EXPECT_EQ(removed.value->error().code, session_errc::unavailable);
  EXPECT_TRUE(look(one));
  EXPECT_EQ(keeper.conversations->load_sessions()->size(), 1u);
}

TEST_F(DurableSessions, RefusedDeletionOutlivesTheEndOfTheLastJob) {
  start();
  const auto one = create_session();
  const auto sent = send(one, "q");
  keeper.is_holding = true;
  answer("a"); // its end is at the store, the deletion is not yet
  state_slot removed;
  talks().remove(ref(one), removed.callback());
  run();
  release_batch({});
  EXPECT_EQ(state_of(sent.job), job_state::completed);
  EXPECT_EQ(removed.count, 0);
  release_batch(fail(errc::io, "disk full"));
  keeper.is_holding = false;
  advance(1s);

  ASSERT_EQ(removed.count, 1);
  EXPECT_EQ(removed.value->error().code, session_errc::unavailable);
  EXPECT_TRUE(look(one));
  EXPECT_EQ(messages_of(one), "q [a] ");
  EXPECT_EQ(keeper.conversations->load_sessions()->size(), 1u);
}

TEST_F(DurableSessions, RefusedChangeIntoThePastEndsNothing) {
  start();
  expect_refused_change_ends_nothing();
}

TEST_F(DurableSessions, RefusedChangeBeyondTheRetentionDropsNothing) {
  options.message_retention = 1min;
  start();
  expect_refused_change_ends_nothing();
}

TEST_F(DurableSessions, LiveMessagesGoOnInOrderAfterARestart) {
  sessions = {stored_session()};
  live = {stored_message(4, 10s, job_state::pending), stored_message(3, 20s, job_state::pending),
          stored_message(2, 30s, job_state::processing)};
  start();
  ASSERT_EQ(runner->started.size(), 1u);
  EXPECT_EQ(*runner->started[0]->content, "q2");

  answer("a2");
  ASSERT_EQ(runner->started.size(), 2u);
  EXPECT_EQ(last_history(), "q2 [a2] ");
  answer("a3");
  answer("a4");

  EXPECT_EQ(last_history(), "q2 [a2] q3 [a3] ");
}

TEST_F(DurableSessions, OverdueFirstMessageMakesWayAfterARestart) {
  sessions = {stored_session()};
  live
    = {stored_message(2, 2min, job_state::processing), stored_message(3, 20s, job_state::pending)};

  start();

  ASSERT_EQ(runner->started.size(), 1u);
  EXPECT_EQ(*runner->started[0]->content, "q3");
}

TEST_F(DurableSessions, LiveMessageOfADeletedSessionIsCanceledAtTheStart) {
  sessions = {stored_session()};
  live = {stored_message(2, 20s, job_state::pending)};
  sessions.clear();

  start();

  EXPECT_TRUE(runner->started.empty());
  EXPECT_EQ(state_of(live[0]), job_state::canceled);
}

TEST_F(DurableSessions, LiveMessageGoesOnIfTheRetentionPassedMeanwhile) {
  options.message_retention = 1min;
  auto ended = std::make_shared<session>(*stored_session());
  ended->expires_at = wall_start - 2min;
  sessions = {ended};
  live = {stored_message(2, 20s, job_state::processing)};
  start();
  EXPECT_EQ(look(ended).error().code, session_errc::not_found);
  ASSERT_EQ(runner->started.size(), 1u);

  answer("a");

  EXPECT_EQ(state_of(live[0]), job_state::completed);
  EXPECT_EQ(keeper.conversations->load_sessions()->size(), 0u);
}

TEST_F(DurableSessions, EndCountsOnOverARestart) {
  sessions = {stored_session()};
  start();
  const auto one = sessions.front();

  advance(29min - 1ms);
  EXPECT_TRUE(look(one));
  advance(1ms);

  EXPECT_EQ(look(one).error().code, session_errc::expired);
}

} // namespace callboard::actors::test
