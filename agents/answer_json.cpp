#include "agents/answer_json.hpp"

#include "agents/error_reason.hpp"
#include "agents/valid_text.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <utility>

namespace callboard::agents {

namespace {

/// The members of an answer that are known; those that are null are left out.
struct answer_members {
  std::optional<json_view> status;
  std::optional<json_view> content;
  std::optional<json_view> metadata;
  std::optional<json_view> error;
  std::optional<json_view> is_final;

  explicit answer_members(json_view object) {
    for (json_cursor each{object}; each.next();) {
      if (each.value().is_null())
        continue;
      if (each.is_named("status"))
        status = each.value();
      else if (each.is_named("content"))
        content = each.value();
      else if (each.is_named("metadata"))
        metadata = each.value();
      else if (each.is_named("error"))
        error = each.value();
      else if (each.is_named("final"))
        is_final = each.value();
    }
  }
};

/// Whether there is no such member, or a text that shows nothing.
bool is_blank_member(const std::optional<json_view>& value) {
  return !value || (value->is_string() && is_blank(value->string()));
}

result<std::string> read_text(const std::optional<json_view>& value, const char* name) {
  if (!value)
    return std::string{};
  if (!value->is_string())
    return fail(errc::invalid_argument, std::string{name} + " must be a string");
  return value->string();
}

result<answer_status> read_status(const answer_members& from) {
  if (!from.status) {
    // Said plainly in the documentation: an error without a text is no success.
    const auto has_failed = !is_blank_member(from.error) && is_blank_member(from.content);
    return has_failed ? answer_status::failed : answer_status::completed;
  }
  if (from.status->is("completed"))
    return answer_status::completed;
  if (from.status->is("continue"))
    return answer_status::wants_more;
  if (from.status->is("failed"))
    return answer_status::failed;
  return fail(errc::invalid_argument, "status must be \"completed\", \"continue\" or \"failed\"");
}

} // namespace

result<agent_answer> read_answer(json_view object) {
  if (!object.is_object())
    return fail(errc::invalid_argument, "an answer must be an object");
  const answer_members from{object};
  if (!from.status && !from.content && !from.metadata && !from.error)
    return fail(errc::invalid_argument, "an answer must have status, content, metadata or error");
  agent_answer made;
  const auto status = read_status(from);
  if (!status)
    return tl::unexpected(status.error());
  made.status = *status;
  auto content = read_text(from.content, "content");
  if (!content)
    return tl::unexpected(content.error());
  made.content = std::move(*content);
  auto error = read_text(from.error, "error");
  if (!error)
    return tl::unexpected(error.error());
  if (from.metadata) {
    if (!from.metadata->is_object())
      return fail(errc::invalid_argument, "metadata must be an object");
    made.metadata = from.metadata->kept();
  }
  if (from.is_final && !from.is_final->is_boolean())
    return fail(errc::invalid_argument, "final must be true or false");
  if (made.status == answer_status::failed) {
    made.error = is_blank(*error) ? "agent failed without giving a reason" : std::move(*error);
    made.is_final = from.is_final && from.is_final->is_true();
  }
  return made;
}

result<agent_answer> parse_answer(std::string_view text) {
  const auto read = compact_json(text);
  if (!read)
    return fail(errc::invalid_argument, "invalid JSON: " + read.error().message);
  return read_answer(json_view{*read});
}

agent_answer unusable_answer(const error& fault) {
  return agent_answer::failure("agent's answer is invalid: " + fault.message);
}

agent_answer answer_or_failure(std::string_view text, std::span<const std::string> secrets) {
  const auto read = compact_json(text);
  if (!read)
    return agent_answer::failure("agent's answer is not valid JSON: " + read.error().message);
  auto answer = read_answer(json_view{*read});
  if (answer)
    return std::move(*answer);
  auto failure = unusable_answer(answer.error());
  if (const auto reason = error_reason(to_document(json_view{*read}), secrets); !reason.empty())
    failure.error += ": " + reason;
  return failure;
}

} // namespace callboard::agents
