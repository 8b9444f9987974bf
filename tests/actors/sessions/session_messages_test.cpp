#include <memory>
#include <string>
#include <vector>

#include "tests/actors/sessions/session_fixture.hpp"

namespace callboard::actors::test {

class SessionMessages : public session_test {};

TEST_F(SessionMessages, MessageRenewsAndItsAnswerIsAMessage) {
  start();
  const auto one = create_session();
  advance(1min);

  const auto sent = send(one, "hello");
  answer("hi");

  EXPECT_TRUE(sent.was_renewed);
  EXPECT_EQ(sent.session.record->expires_at, wall_start + 31min);
  EXPECT_EQ(sent.job->spec->content, "hello");
  EXPECT_EQ(sent.job->spec->user_id, "user");
  EXPECT_EQ(sent.job->spec->metadata.text(),
            R"({"of":"session","sessionId":")" + one->spec->id.to_string() + "\"}");
  EXPECT_EQ(messages_of(one), "hello [hi] ");
  EXPECT_EQ(look(one)->record->message_count, 2u);
}

TEST_F(SessionMessages, LaterMessagesBringTheHistory) {
  start();
  const auto one = create_session();
  send(one, "q1");
  EXPECT_EQ(last_history(), "");
  answer("a1");
  send(one, "q2");
  EXPECT_EQ(last_history(), "q1 [a1] ");
  answer("a2");

  send(one, "q3");

  EXPECT_EQ(last_history(), "q1 [a1] q2 [a2] ");
  EXPECT_EQ(*runner->started.back()->content, "q3");
}

TEST_F(SessionMessages, HistoryIsBounded) {
  options.sessions.history_messages = 3;
  start();
  const auto one = create_session();
  for (const auto* text : {"1", "2", "3"}) {
    send(one, std::string{"q"} + text);
    answer(std::string{"a"} + text);
  }

  send(one, "q4");

  EXPECT_EQ(last_history(), "[a2] q3 [a3] ");
}

TEST_F(SessionMessages, MessagesBeyondTheLimitGo) {
  options.sessions.messages_max = 3;
  start();
  const auto one = create_session();
  send(one, "q1");
  answer("a1");
  send(one, "q2");
  answer("a2");

  EXPECT_EQ(messages_of(one), "[a1] q2 [a2] ");
  EXPECT_EQ(look(one)->record->message_count, 3u);
}

TEST_F(SessionMessages, MessagesOfOneSessionRunOneAfterAnother) {
  start();
  const auto one = create_session();
  send(one, "q1");
  send(one, "q2");
  send(one, "q3");
  ASSERT_EQ(runner->started.size(), 1u);

  answer("a1");
  ASSERT_EQ(runner->started.size(), 2u);
  EXPECT_EQ(last_history(), "q1 [a1] ");
  answer("a2");
  answer("a3");

  EXPECT_EQ(last_history(), "q1 [a1] q2 [a2] ");
  EXPECT_EQ(messages_of(one), "q1 q2 q3 [a1] [a2] [a3] ");
}

TEST_F(SessionMessages, NextMessageStartsHoweverTheOneBeforeEnded) {
  start();
  const auto one = create_session();
  const auto failed = send(one, "fails");
  const auto canceled = send(one, "canceled");
  const auto late = try_send(one, say("late", 10s));
  send(one, "last");

  runner->answer(agent_answer::final_failure("broken"));
  run();
  ASSERT_EQ(runner->started.size(), 2u);
  ASSERT_TRUE(cancel(canceled.job));
  ASSERT_EQ(runner->started.size(), 3u);
  advance(10s);
  ASSERT_EQ(runner->started.size(), 4u);

  EXPECT_EQ(state_of(failed.job), job_state::failed);
  EXPECT_EQ(state_of(late->job), job_state::timeout);
  EXPECT_EQ(last_history(), "fails canceled late ");
}

TEST_F(SessionMessages, WaitingMessageCanBeCanceledAndTimesOut) {
  start();
  const auto one = create_session();
  send(one, "first");
  const auto canceled = send(one, "canceled");
  const auto late = try_send(one, say("late", 1s));
  const auto actors = actors_running();

  EXPECT_TRUE(cancel(canceled.job));
  advance(1s);

  EXPECT_EQ(state_of(late->job), job_state::timeout);
  EXPECT_EQ(runner->started.size(), 1u);
  EXPECT_EQ(actors_running(), actors);
}

TEST_F(SessionMessages, HundredSendersRunInTheOrderOfAcceptance) {
  options.sessions.waiting_max = 100;
  start();
  const auto one = create_session();
  std::vector<std::unique_ptr<sent_slot>> slots;
  for (int n = 0; n < 100; ++n) {
    slots.push_back(std::make_unique<sent_slot>());
    talks().send(ref(one), say(std::to_string(n)), slots.back()->callback(), {});
  }
  run();

  for (int n = 0; n < 100; ++n) {
    ASSERT_EQ(runner->open.size(), 1u);
    answer("a" + *runner->open.front().task->content);
  }

  ASSERT_EQ(runner->started.size(), 100u);
  std::string wanted;
  for (int n = 0; n < 100; ++n) {
    EXPECT_EQ(*runner->started[static_cast<std::size_t>(n)]->content, std::to_string(n));
    EXPECT_TRUE(*slots[static_cast<std::size_t>(n)]->value);
  }
}

TEST_F(SessionMessages, TooManyWaitingIsRefusedAndChangesNothing) {
  options.sessions.waiting_max = 2;
  start();
  const auto one = create_session();
  send(one, "q1");
  send(one, "q2");
  advance(1s);

  const auto refused = try_send(one, say("q3"));

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, session_errc::too_many_waiting);
  EXPECT_EQ(refused.error().count, 2u);
  EXPECT_EQ(messages_of(one), "q1 q2 ");
  EXPECT_EQ(look(one)->record->last_activity, wall_start);
}

TEST_F(SessionMessages, RefusedJobSaysWhyAndChangesNothing) {
  options.live_jobs_max = 1;
  start();
  const auto one = create_session();
  create();
  advance(1s);

  const auto refused = try_send(one, say("q1"));

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, session_errc::job_refused);
  EXPECT_EQ(refused.error().cause.code, errc::capacity);
  EXPECT_EQ(messages_of(one), "");
  EXPECT_EQ(look(one)->record->renewal_count, 0u);
}

TEST_F(SessionMessages, SenderThatWaitsIsToldTheEnd) {
  start();
  const auto one = create_session();
  sent_slot accepted;
  end_slot ended;

  talks().send(ref(one), say("q"), accepted.callback(), ended.callback());
  run();
  EXPECT_EQ(accepted.count, 1);
  EXPECT_EQ(ended.count, 0);
  answer("a");

  ASSERT_EQ(ended.count, 1);
  ASSERT_TRUE(ended.value->answer);
  EXPECT_EQ(*ended.value->answer->content, "a");
  EXPECT_EQ(ended.value->answer->id, ended.value->job->outcome->message_id);
  EXPECT_EQ(ended.value->answer->created_at, wall_start + 1ms);
}

TEST_F(SessionMessages, SenderThatCannotWaitIsRefused) {
  options.waiters_max = 1;
  start();
  const auto one = create_session();
  sent_slot first, second;
  end_slot ended;
  talks().send(ref(one), say("q1"), first.callback(), ended.callback());
  run();

  talks().send(ref(one), say("q2"), second.callback(), ended.callback());
  run();

  EXPECT_EQ(second.value->error().code, session_errc::job_refused);
  EXPECT_EQ(second.value->error().cause.code, errc::capacity);
  EXPECT_EQ(messages_of(one), "q1 ");
}

TEST_F(SessionMessages, RoomForTheJobIsAskedForBeforeRoomForTheWaiter) {
  options.waiters_max = 1;
  options.live_jobs_max = 1;
  start();
  const auto one = create_session();
  sent_slot first, second;
  end_slot ended;
  talks().send(ref(one), say("q1"), first.callback(), ended.callback());
  run();

  talks().send(ref(one), say("q2"), second.callback(), ended.callback());
  run();

  EXPECT_EQ(second.value->error().cause.message, try_send(one, say("q3")).error().cause.message);
}

TEST_F(SessionMessages, AnswerAfterTheEndIsToldButNoMessage) {
  start();
  const auto one
    = create_session({.timeout = session_minutes{5}, .max_duration = session_minutes{5}});
  advance(5min - 1s);
  sent_slot accepted;
  end_slot ended;
  talks().send(ref(one), say("q"), accepted.callback(), ended.callback());
  run();

  advance(2s);
  answer("late");

  ASSERT_EQ(ended.count, 1);
  EXPECT_EQ(*ended.value->answer->content, "late");
  EXPECT_EQ(messages_of(one), "expired");
  messages_of(create_session()); // what has gathered goes to the store before it is asked
  const auto kept = keeper.conversations->load_messages({.session_id = one->spec->id});
  EXPECT_EQ(kept->messages.size(), 1u);
}

TEST_F(SessionMessages, WaitingMessagesGoOnAfterTheEnd) {
  start();
  const auto one
    = create_session({.timeout = session_minutes{5}, .max_duration = session_minutes{5}});
  advance(5min - 1s);
  send(one, "q1");
  const auto second = send(one, "q2");
  advance(2s);

  answer("a1");
  answer("a2");

  EXPECT_EQ(state_of(second.job), job_state::completed);
}

TEST_F(SessionMessages, DeletionCancelsLiveJobs) {
  start();
  const auto one = create_session();
  sent_slot accepted;
  end_slot ended;
  talks().send(ref(one), say("q1"), accepted.callback(), ended.callback());
  run();
  const auto second = send(one, "q2");

  const auto was = ask([&](auto done) { talks().remove(ref(one), done); });

  ASSERT_TRUE(was);
  EXPECT_EQ(ended.value->job->state, job_state::canceled);
  EXPECT_FALSE(ended.value->answer);
  EXPECT_EQ(state_of(second.job), job_state::canceled);
  EXPECT_EQ(runner->started.size(), 1u);
  EXPECT_EQ(runner->canceled.size(), 1u);
  EXPECT_EQ(look(one).error().code, session_errc::not_found);
  EXPECT_EQ(keeper.conversations->load_sessions()->size(), 0u);
}

TEST_F(SessionMessages, HistoryThatCannotBeReadIsATransientRefusal) {
  start();
  const auto one = create_session();
  send(one, "q1");
  answer("a1");
  keeper.history_fault = error{errc::io, "broken"};
  const auto sent = send(one, "q2");
  EXPECT_EQ(runner->started.size(), 1u);

  keeper.history_fault.reset();
  advance(500ms);

  EXPECT_EQ(runner->started.size(), 2u);
  EXPECT_EQ(last_history(), "q1 [a1] ");
  EXPECT_EQ(state_of(sent.job), job_state::processing);
}

} // namespace callboard::actors::test
