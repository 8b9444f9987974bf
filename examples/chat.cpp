// A conversation with an agent that is a function: it sees what was said before.
#include <chrono>
#include <iostream>
#include <string>

#include <callboard/agents.hpp>
#include <callboard/engine.hpp>

int main() {
  using namespace callboard;
  const auto remember = [](const agent_task& task, const auto&) -> result<agent_answer> {
    if (task.history.empty())
      return agent_answer::complete("Nice to meet you. You said: " + *task.content);
    return agent_answer::complete("First you said: " + *task.history.front().content);
  };
  const agent_info who{*uuid::parse("0a8f7d9c-6d5b-4f6e-9a51-3f6f3b1f2c11"), "remember"};
  auto board = engine::start({}, make_memory_store(), {{who, make_function_agent(remember)}});
  if (!board) {
    std::cerr << board.error().message << '\n';
    return 1;
  }
  auto& sessions = board->jobs().sessions();
  new_session wanted;
  wanted.agent_id = who.id;
  wanted.user_id = "me";
  const auto opened = sessions.create(wanted).get().value();
  const session_ref talk{opened.record->spec->id, opened.record->spec->organisation};
  for (const auto* text : {"My name is Ada.", "What did I say?"}) {
    new_session_message said;
    said.content = text;
    const auto end = sessions.ask(talk, said).get().value();
    std::cout << "> " << text << '\n'
              << (end.answer ? *end.answer->content : "(no answer)") << '\n';
  }
}
