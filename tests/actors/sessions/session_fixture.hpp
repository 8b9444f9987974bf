#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/actors/actor_test.hpp"

namespace callboard::actors::test {

/// Sessions with the scripted agent, in virtual time.
class session_test : public actor_test {
protected:
  using state_slot = outcome_slot<session_result<session_state>>;
  using sent_slot = outcome_slot<session_result<sent_message>>;
  using end_slot = outcome_slot<message_end>;

  session_service& talks() {
    return jobs->sessions();
  }

  new_session wanted(session_timeout_change timeouts = {}) const {
    new_session made;
    made.agent_id = info.id;
    made.user_id = "user";
    made.metadata = json_text::from_valid(R"({"of":"session"})");
    made.timeouts = timeouts;
    return made;
  }

  session_result<session_state> try_create(new_session what) {
    state_slot slot;
    talks().create(std::move(what), slot.callback());
    run();
    EXPECT_EQ(slot.count, 1);
    return *slot.value;
  }

  session_ptr create_session(session_timeout_change timeouts = {}) {
    const auto made = try_create(wanted(timeouts));
    EXPECT_TRUE(made) << made.error().message;
    return made->record;
  }

  static session_ref ref(const session_ptr& one) {
    return {one->spec->id, one->spec->organisation};
  }

  session_result<session_state> look(const session_ptr& one) {
    state_slot slot;
    talks().get(ref(one), slot.callback());
    run();
    EXPECT_EQ(slot.count, 1);
    return *slot.value;
  }

  template <class Call>
  session_result<session_state> ask(Call call) {
    state_slot slot;
    call(slot.callback());
    run();
    EXPECT_EQ(slot.count, 1);
    return *slot.value;
  }

  static new_session_message say(std::string text, std::chrono::milliseconds limit = 30s) {
    new_session_message made;
    made.content = std::move(text);
    made.time_limit = limit;
    return made;
  }

  session_result<sent_message> try_send(const session_ptr& to, new_session_message what) {
    sent_slot slot;
    talks().send(ref(to), std::move(what), slot.callback(), {});
    run();
    EXPECT_EQ(slot.count, 1);
    return *slot.value;
  }

  sent_message send(const session_ptr& to, std::string text) {
    const auto sent = try_send(to, say(std::move(text)));
    EXPECT_TRUE(sent) << sent.error().message;
    return *sent;
  }

  /// The messages of a session, oldest first, answers in brackets.
  std::string messages_of(const session_ptr& one) {
    outcome_slot<session_result<session_message_page>> slot;
    talks().messages(ref(one), {.limit = 1000}, slot.callback());
    run();
    EXPECT_EQ(slot.count, 1);
    if (!*slot.value)
      return std::string{to_string(slot.value->error().code)};
    std::string made;
    for (const auto& each : (*slot.value)->messages)
      made = (each.is_agent ? "[" + *each.content + "] " : *each.content + " ") + made;
    return made;
  }

  /// The history of the task that was started last, answers in brackets.
  std::string last_history() const {
    std::string made;
    for (const auto& one : runner->started.back()->history)
      made += one.role == "assistant" ? "[" + *one.content + "] " : *one.content + " ";
    return made;
  }

  void answer(std::string text) {
    runner->complete(std::move(text));
    run();
  }
};

} // namespace callboard::actors::test
