#include "agents/answer_json.hpp"

#include "agents/error_reason.hpp"
#include "agents/valid_text.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <string>
#include <utility>

namespace callboard::agents {

namespace {

using nlohmann::json;

constexpr std::array known_members{"status", "content", "metadata", "error"};

/// The member of that name; null if it is absent or JSON's null.
const json* member(const json& object, const char* name) {
  const auto at = object.find(name);
  return at == object.end() || at->is_null() ? nullptr : &*at;
}

/// Whether there is no such member, or a text that shows nothing.
bool is_blank_member(const json& object, const char* name) {
  const auto* value = member(object, name);
  return !value || (value->is_string() && is_blank(value->get_ref<const std::string&>()));
}

result<std::string> text_member(const json& object, const char* name) {
  const auto* value = member(object, name);
  if (!value)
    return std::string{};
  if (!value->is_string())
    return fail(errc::invalid_argument, std::string{name} + " must be a string");
  return value->get<std::string>();
}

result<answer_status> status_member(const json& object) {
  const auto* value = member(object, "status");
  if (!value) {
    // Said plainly in the documentation: an error without a text is no success.
    const auto has_failed = !is_blank_member(object, "error") && is_blank_member(object, "content");
    return has_failed ? answer_status::failed : answer_status::completed;
  }
  if (*value == "completed")
    return answer_status::completed;
  if (*value == "continue")
    return answer_status::wants_more;
  if (*value == "failed")
    return answer_status::failed;
  return fail(errc::invalid_argument, "status must be \"completed\", \"continue\" or \"failed\"");
}

bool has_known_member(const json& object) {
  for (const auto* name : known_members)
    if (member(object, name))
      return true;
  return false;
}

} // namespace

result<agent_answer> read_answer(const json& object) {
  if (!object.is_object())
    return fail(errc::invalid_argument, "an answer must be an object");
  if (!has_known_member(object))
    return fail(errc::invalid_argument, "an answer must have status, content, metadata or error");
  agent_answer made;
  const auto status = status_member(object);
  if (!status)
    return tl::unexpected(status.error());
  made.status = *status;
  auto content = text_member(object, "content");
  if (!content)
    return tl::unexpected(content.error());
  made.content = std::move(*content);
  auto error = text_member(object, "error");
  if (!error)
    return tl::unexpected(error.error());
  if (const auto* metadata = member(object, "metadata")) {
    if (!metadata->is_object())
      return fail(errc::invalid_argument, "metadata must be an object");
    made.metadata = json_text::from_valid(dump_json(*metadata));
  }
  const auto* is_final = member(object, "final");
  if (is_final && !is_final->is_boolean())
    return fail(errc::invalid_argument, "final must be true or false");
  if (made.status == answer_status::failed) {
    made.error = is_blank(*error) ? "agent failed without saying why" : std::move(*error);
    made.is_final = is_final && is_final->get<bool>();
  }
  return made;
}

result<agent_answer> parse_answer(std::string_view text) {
  const auto parsed = parse_json(text);
  if (!parsed)
    return fail(errc::invalid_argument, "JSON that is not valid: " + parsed.error().message);
  return read_answer(*parsed);
}

agent_answer unusable_answer(const error& fault) {
  return agent_answer::failure("agent's answer cannot be used: " + fault.message);
}

agent_answer answer_or_failure(std::string_view text, std::span<const std::string> secrets) {
  const auto parsed = parse_json(text);
  if (!parsed)
    return agent_answer::failure("agent answered with JSON that is not valid: "
                                 + parsed.error().message);
  auto answer = read_answer(*parsed);
  if (answer)
    return std::move(*answer);
  auto failure = unusable_answer(answer.error());
  if (const auto reason = error_reason(*parsed, secrets); !reason.empty())
    failure.error += ": " + reason;
  return failure;
}

} // namespace callboard::agents
