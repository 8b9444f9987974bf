// What agents answer: nothing they send does harm, and what comes of it can be kept and shown.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <callboard/json_view.hpp>

#include "agents/answer_json.hpp"
#include "agents/error_reason.hpp"
#include "agents/openai/chat_completion.hpp"
#include "agents/valid_text.hpp"
#include "fuzz/require.hpp"

namespace {

using namespace callboard;
using fuzz::require;

/// A text that JSON can hold: valid UTF-8 without NUL.
void require_showable(const std::string& text) {
  const auto shown = parse_json(dump_json(nlohmann::json(text)));
  require(shown.has_value());
  require(shown->get<std::string>() == text);
}

void require_usable(const agent_answer& answer) {
  require_showable(answer.content);
  require_showable(answer.error);
  // A failure has a reason, and only a failure has one.
  require((answer.status == answer_status::failed) == !answer.error.empty());
  if (answer.metadata.is_empty())
    return;
  require(json_view{answer.metadata}.is_object());
  const auto metadata = compact_json(answer.metadata.text());
  require(metadata.has_value() && *metadata == answer.metadata);
}

/// What a program or a callback sends, and a webhook's answer.
void read_as_answer(std::string_view text) {
  const auto made = agents::answer_or_failure(text);
  require_usable(made);
  const auto strict = agents::parse_answer(text);
  if (strict) {
    require(strict->status == made.status && strict->content == made.content
            && strict->metadata == made.metadata && strict->error == made.error
            && strict->is_final == made.is_final);
    return;
  }
  // Refused: the message says which member, or at which byte it is no JSON.
  require_showable(strict.error().message);
  bool is_named = false;
  for (const std::string_view name :
       {"invalid JSON", "an answer", "status", "content", "metadata", "error", "final"})
    is_named |= strict.error().message.starts_with(name);
  require(is_named);
  require(made.status == answer_status::failed && made.content.empty());
}

/// What a model's server sends, with 200 and with another status.
void read_as_completion(std::string_view text) {
  const auto made = agents::chat_answer(text);
  require_usable(made);
  for (json_cursor each{json_view{made.metadata}}; each.next();)
    require(each.is_named("usage") || each.is_named("model") || each.is_named("finishReason"));
  const auto said = agents::error_reason(text, {});
  require_showable(said);
  require(agents::first_characters(said, agents::reason_characters_max) == said);
  require(said.find('\n') == std::string::npos && (said.empty() || !agents::is_blank(said)));
}

/// What a program writes, which may be no text at all.
void read_as_output(const std::string& bytes) {
  constexpr std::size_t bytes_max = 20;
  const auto text = agents::valid_text(bytes);
  require_showable(text);
  require(agents::valid_text(text) == text);
  for (const auto& part : {agents::head_of(text, bytes_max), agents::tail_of(text, bytes_max)}) {
    require_showable(std::string{part});
    require(part.size() <= bytes_max);
    require(text.find(part) != std::string::npos);
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};

  read_as_answer(text);
  read_as_completion(text);
  read_as_output(std::string{text});
  return 0;
}
