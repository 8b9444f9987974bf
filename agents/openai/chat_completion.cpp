#include "agents/openai/chat_completion.hpp"

#include <callboard/json_view.hpp>

#include <nlohmann/json.hpp>

#include <utility>

namespace callboard::agents {

namespace {

using nlohmann::json;

} // namespace

std::string chat_request(const openai_options& options, const agent_task& task) {
  auto messages = json::array();
  const auto add = [&messages](const std::string& role, const std::string& content) {
    messages.push_back({{"role", role}, {"content", content}});
  };
  if (!options.system.empty())
    add("system", options.system);
  for (const auto& turn : task.history)
    add(turn.role, *turn.content);
  add("user", *task.content);
  json body{{"model", options.model}, {"messages", std::move(messages)}, {"stream", false}};
  if (options.temperature)
    body["temperature"] = *options.temperature;
  if (options.max_tokens)
    body["max_tokens"] = *options.max_tokens;
  if (options.max_completion_tokens)
    body["max_completion_tokens"] = *options.max_completion_tokens;
  json_cursor extra{json_view{options.extra_body}};
  if (!extra.next())
    return dump_json(body);
  do
    body.erase(extra.name());
  while (extra.next());
  // Put in as text, so that its numbers stay as they were spelled.
  auto made = dump_json(body);
  made.back() = ',';
  return made.append(options.extra_body.text(), 1);
}

} // namespace callboard::agents
