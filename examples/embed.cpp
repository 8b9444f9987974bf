// Callboard inside a C++ program: one agent that is a function, one job, its result.
#include <chrono>
#include <iostream>
#include <string>

#include <callboard/agents.hpp>
#include <callboard/engine.hpp>

int main() {
  using namespace callboard;
  const auto reverse = [](const agent_task& task, const auto&) -> result<agent_answer> {
    return agent_answer::complete({task.content->rbegin(), task.content->rend()});
  };
  const agent_info who{*uuid::parse("0a8f7d9c-6d5b-4f6e-9a51-3f6f3b1f2c11"), "reverse"};
  auto board = engine::start({}, make_memory_store(), {{who, make_function_agent(reverse)}});
  if (!board) {
    std::cerr << board.error().message << '\n';
    return 1;
  }
  new_job order;
  order.content = "draobllac";
  const auto created = board->jobs().submit(order).get().value();
  const auto done = board->jobs().wait({created->spec->id}, std::chrono::seconds{10}).get().value();
  std::cout << to_string(done->state) << ": " << *done->outcome->content << '\n';
}
