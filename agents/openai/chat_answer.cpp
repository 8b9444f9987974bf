#include "agents/openai/chat_completion.hpp"

#include "agents/error_reason.hpp"
#include "agents/valid_text.hpp"

#include <callboard/json_view.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace callboard::agents {

namespace {

using nlohmann::json;
using secret_texts = std::span<const std::string>;

/// The member of an object; null if it has none, it is JSON's null, or this is no object.
const json* member(const json* value, const char* name) {
  if (!value || !value->is_object())
    return nullptr;
  const auto at = value->find(name);
  return at == value->end() || at->is_null() ? nullptr : &*at;
}

/// The text that a value is; empty for anything else.
std::string text_of(const json* value) {
  return value && value->is_string() ? value->get<std::string>() : std::string{};
}

/// Whether a value says something: neither absent, empty, blank, false nor zero.
bool is_something(const json* value) {
  if (!value || *value == false || *value == 0)
    return false;
  return value->is_string() ? !is_blank(value->get_ref<const std::string&>()) : !value->empty();
}

/// What a message holds, in a list of parts or in members of its own.
struct message_parts {
  std::string text;
  std::string refusal;
  bool has_reasoning = false;
  bool has_audio = false;
  bool has_tool_calls = false;
};

void add_part(message_parts& all, const json& part) {
  if (part.is_string())
    all.text += part.get_ref<const std::string&>();
  const auto type = text_of(member(&part, "type"));
  if (type.empty() || type == "text" || type == "output_text")
    all.text += text_of(member(&part, "text"));
  else if (type == "refusal")
    all.refusal += text_of(member(&part, "refusal"));
  all.has_reasoning |= type == "thinking" || type == "reasoning";
  all.has_audio |= type == "audio" || type == "output_audio";
  all.has_tool_calls |= type == "tool_use" || type == "tool_call";
}

message_parts parts_of(const json* message) {
  message_parts made;
  made.refusal = text_of(member(message, "refusal"));
  if (const auto* content = member(message, "content")) {
    if (content->is_array())
      for (const auto& part : *content)
        add_part(made, part);
    else
      add_part(made, *content);
  }
  for (const auto* name : {"reasoning_content", "reasoning", "reasoning_details", "thinking"})
    made.has_reasoning |= is_something(member(message, name));
  made.has_audio |= is_something(member(message, "audio"));
  for (const auto* name : {"tool_calls", "function_call"})
    made.has_tool_calls |= is_something(member(message, name));
  return made;
}

std::string lower_case(std::string text) {
  for (auto& c : text)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return text;
}

/// Whether the text of such a choice is not what the model meant to say, or not all of it. "length"
/// is none of these: the caller has set how long an answer may be.
bool is_unfinished(const std::string& finish_reason) {
  // Of the protocol; then what servers that speak it say when they had to stop.
  constexpr auto unfinished = std::to_array<std::string_view>(
    {"tool_calls", "function_call", "content_filter", "error", "tool_call", "tool_use", "refusal",
     "safety", "recitation", "blocklist", "prohibited_content", "spii", "malformed_function_call",
     "abort", "aborted", "cancelled", "canceled", "insufficient_system_resource"});
  // Some add details: "content_filter: RECITATION".
  const auto word = lower_case(finish_reason.substr(0, finish_reason.find_first_of(":. ")));
  return std::find(unfinished.begin(), unfinished.end(), word) != unfinished.end();
}

/// The text that an error in a complete response has; no value if there is none.
std::optional<std::string> reported_error(const json& body, const json* choice,
                                          secret_texts secrets) {
  for (const auto* holder : {&body, choice, member(choice, "message")})
    if (const auto* error = member(holder, "error"); is_something(error))
      return error_reason(json{{"error", *error}}, secrets);
  return std::nullopt;
}

/// Why there is no text, as far as it can be told.
std::string lack_of_text(const message_parts& parts, const json* content) {
  if (parts.has_tool_calls)
    return ": tool calls only";
  if (parts.has_audio)
    return ": audio only";
  if (parts.has_reasoning)
    return ": reasoning only";
  return content && (!parts.text.empty() || content->is_string()) ? ": blanks only" : "";
}

agent_answer error_in_answer(const std::string& reason) {
  return agent_answer::failure("agent answered 200 with an error"
                               + (reason.empty() ? reason : ": " + reason));
}

/// What keeps a choice from being a finished text; no value if nothing does.
std::optional<agent_answer> failure_of(const json& body, const json* choice,
                                       const message_parts& parts, secret_texts secrets) {
  if (const auto reason = reported_error(body, choice, secrets))
    return error_in_answer(*reason);
  if (!is_blank(parts.refusal))
    return agent_answer::failure("model refused: " + shown_reason(parts.refusal, secrets));
  const auto finish_reason = text_of(member(choice, "finish_reason"));
  const auto shown = finish_reason.empty()
                       ? std::string{}
                       : "finish_reason " + shown_reason(finish_reason, secrets);
  if (is_unfinished(finish_reason))
    return agent_answer::failure("agent's answer is not a complete text: " + shown);
  if (is_blank(parts.text)) {
    // An error in a form of its own, without choices.
    if (const auto reason = choice ? std::string{} : error_reason(body, secrets); !reason.empty())
      return error_in_answer(reason);
    return agent_answer::failure("agent's answer has no text in its first choice"
                                 + lack_of_text(parts, member(member(choice, "message"), "content"))
                                 + (shown.empty() ? shown : " (" + shown + ')'));
  }
  // Some say "stop" then, and the text is what comes before the call.
  if (parts.has_tool_calls)
    return agent_answer::failure("agent's answer is not a complete text: tool calls follow it");
  return std::nullopt;
}

/// What the server says of an answer: `usage` as it came, the model, and why the text ended.
json_text metadata_of(json_view given, const json& body, const json* choice) {
  std::string out = "{";
  const auto add = [&out](std::string_view name, std::string_view value) {
    out.append(out.size() > 1 ? ",\"" : "\"").append(name).append("\":").append(value);
  };
  if (const auto usage = given.find("usage"); usage && usage->is_object())
    add("usage", usage->text());
  if (const auto model = text_of(member(&body, "model")); !model.empty())
    add("model", dump_json(model));
  if (const auto reason = text_of(member(choice, "finish_reason")); !reason.empty())
    add("finishReason", dump_json(reason));
  return out.size() > 1 ? json_text::from_valid(out + '}') : json_text{};
}

} // namespace

agent_answer chat_answer(std::string_view text, secret_texts secrets) {
  const auto given = compact_json(text);
  if (!given)
    return agent_answer::failure("agent's answer is not valid JSON: " + given.error().message);
  const auto body = to_document(json_view{*given});
  const auto* choices = member(&body, "choices");
  const auto* choice
    = choices && choices->is_array() && !choices->empty() ? &choices->front() : nullptr;
  auto parts = parts_of(member(choice, "message"));
  if (auto failure = failure_of(body, choice, parts, secrets))
    return *std::move(failure);
  return agent_answer::complete(std::move(parts.text),
                                metadata_of(json_view{*given}, body, choice));
}

} // namespace callboard::agents
