#include "agents/chat_completion.hpp"

#include "agents/valid_text.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace callboard::agents {

namespace {

using nlohmann::json;

/// Error texts of servers are sentences; more is a page of HTML or a stack trace in JSON's clothes.
constexpr std::size_t error_text_bytes_max = 1000;

/// The member of an object; null if it has none, or is no object.
const json* member(const json* value, const char* name) {
  if (!value || !value->is_object())
    return nullptr;
  const auto at = value->find(name);
  return at == value->end() ? nullptr : &*at;
}

/// The text that a value is; empty for anything else.
std::string text_of(const json* value) {
  return value && value->is_string() ? value->get<std::string>() : std::string{};
}

std::string error_text(const json& body) {
  const auto* error = member(&body, "error");
  for (const auto* found :
       {member(error, "message"), error, member(&body, "message"), member(&body, "detail")})
    if (auto text = text_of(found); !text.empty())
      return std::string{head_of(text, error_text_bytes_max)};
  return {};
}

agent_answer no_text_failure(const json& body, const json* message) {
  if (const auto refusal = text_of(member(message, "refusal")); !refusal.empty())
    return agent_answer::failure("model refused: "
                                 + std::string{head_of(refusal, error_text_bytes_max)});
  if (const auto text = error_text(body); !text.empty())
    return agent_answer::failure("agent answered 200 with an error: " + text);
  return agent_answer::failure("agent answered without a text in its first choice");
}

} // namespace

std::string chat_request(const openai_options& options, const agent_task& task) {
  auto messages = json::array();
  const auto add = [&messages](const std::string& role, const std::string& content) {
    messages.push_back({{"role", role}, {"content", content}});
  };
  if (!options.system.empty())
    add("system", options.system);
  for (const auto& turn : task.history)
    add(turn.role, turn.content);
  add("user", *task.content);
  json body{{"model", options.model}, {"messages", std::move(messages)}, {"stream", false}};
  if (options.temperature)
    body["temperature"] = *options.temperature;
  if (options.max_tokens)
    body["max_tokens"] = *options.max_tokens;
  return dump_json(body);
}

agent_answer chat_answer(std::string_view text) {
  const auto body = parse_json(text);
  if (!body)
    return agent_answer::failure("agent answered with JSON that is not valid: "
                                 + body.error().message);
  const auto* choices = member(&*body, "choices");
  const auto* choice
    = choices && choices->is_array() && !choices->empty() ? &choices->front() : nullptr;
  const auto* message = member(choice, "message");
  const auto* content = member(message, "content");
  if (!content || !content->is_string())
    return no_text_failure(*body, message);
  auto metadata = json::object();
  if (const auto* usage = member(&*body, "usage"); usage && usage->is_object())
    metadata["usage"] = *usage;
  if (auto model = text_of(member(&*body, "model")); !model.empty())
    metadata["model"] = std::move(model);
  if (auto reason = text_of(member(choice, "finish_reason")); !reason.empty())
    metadata["finishReason"] = std::move(reason);
  return agent_answer::complete(content->get<std::string>(),
                                metadata.empty() ? json_text{}
                                                 : json_text::from_valid(dump_json(metadata)));
}

std::string chat_error_text(std::string_view text) {
  const auto body = parse_json(text);
  return body ? error_text(*body) : std::string{};
}

} // namespace callboard::agents
