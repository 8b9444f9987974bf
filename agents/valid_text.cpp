#include "agents/valid_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace callboard::agents {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// White space beyond ASCII (Unicode, White_Space), then what has no width, in UTF-8.
constexpr auto blanks = std::to_array<std::string_view>(
  {"\u0085", "\u00A0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004",
   "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200A", "\u2028", "\u2029",
   "\u202F", "\u205F", "\u3000", "\u200B", "\u200C", "\u200D", "\u2060", "\uFEFF"});

bool is_within(unsigned char byte, unsigned char low, unsigned char high) {
  return byte >= low && byte <= high;
}

/// A stretch at the start of a text: one character, or bytes that are none.
struct stretch {
  std::size_t size;
  bool is_valid;
};

/// Looks at the first character of a text that is not empty (Unicode, table 3-7). Bytes that could
/// have begun a character count as one stretch, as in the WHATWG decoder.
stretch first_stretch(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const auto lead = byte(0);
  if (lead < 0x80)
    return {1, lead != 0};
  std::size_t size = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  if (is_within(lead, 0xC2, 0xDF)) {
    size = 2;
  } else if (is_within(lead, 0xE0, 0xEF)) {
    size = 3;
    low = lead == 0xE0 ? 0xA0 : low;
    high = lead == 0xED ? 0x9F : high;
  } else if (is_within(lead, 0xF0, 0xF4)) {
    size = 4;
    low = lead == 0xF0 ? 0x90 : low;
    high = lead == 0xF4 ? 0x8F : high;
  } else {
    return {1, false};
  }
  for (std::size_t at = 1; at < size; ++at) {
    if (at >= text.size() || !is_within(byte(at), low, high))
      return {at, false};
    low = 0x80;
    high = 0xBF;
  }
  return {size, true};
}

bool is_blank_character(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

} // namespace

std::string valid_text(std::string text) {
  std::string_view rest = text;
  const auto skip_valid = [&rest] {
    while (!rest.empty()) {
      const auto next = first_stretch(rest);
      if (!next.is_valid)
        return next.size;
      rest.remove_prefix(next.size);
    }
    return std::size_t{0};
  };
  auto bad_size = skip_valid();
  if (bad_size == 0)
    return text;
  std::string made;
  made.reserve(text.size() + replacement.size());
  std::size_t copied = 0;
  for (; bad_size != 0; bad_size = skip_valid()) {
    const auto at = text.size() - rest.size();
    made.append(text, copied, at - copied).append(replacement);
    copied = at + bad_size;
    rest.remove_prefix(bad_size);
  }
  return made.append(text, copied);
}

std::string_view tail_of(std::string_view text, std::size_t bytes_max) {
  while (!text.empty() && is_blank_character(text.back()))
    text.remove_suffix(1);
  if (text.size() > bytes_max)
    text.remove_prefix(text.size() - bytes_max);
  while (!text.empty() && (is_blank_character(text.front()) || is_continuation(text.front())))
    text.remove_prefix(1);
  return text;
}

std::string_view head_of(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max)
    return text;
  while (bytes_max > 0 && is_continuation(text[bytes_max]))
    --bytes_max;
  return text.substr(0, bytes_max);
}

std::string_view first_characters(std::string_view text, std::size_t characters_max) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++at)
    if (!is_continuation(text[at]) && ++count > characters_max)
      return text.substr(0, at);
  return text;
}

bool is_blank(std::string_view text) {
  while (!text.empty()) {
    const auto lead = static_cast<unsigned char>(text.front());
    if ((lead >= '\t' && lead <= '\r') || lead == ' ') {
      text.remove_prefix(1);
      continue;
    }
    const auto found = std::find_if(blanks.begin(), blanks.end(), [&](std::string_view blank) {
      return text.starts_with(blank);
    });
    if (found == blanks.end())
      return false;
    text.remove_prefix(found->size());
  }
  return true;
}

agent_answer valid_answer(agent_answer answer) {
  answer.content = valid_text(std::move(answer.content));
  answer.error = valid_text(std::move(answer.error));
  return answer;
}

} // namespace callboard::agents
