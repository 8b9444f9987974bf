#include "app/config/config_text.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "app/config/config_formats.hpp"

namespace callboard::app {

namespace {

/// The byte after a text that begins with the quote at `begin`.
std::size_t end_of_text(std::string_view text, std::size_t begin) {
  for (auto at = begin + 1; at < text.size(); ++at) {
    if (text[at] == '\\')
      ++at;
    else if (text[at] == '"')
      return at + 1;
  }
  return text.size();
}

/// The byte after the comment at `begin`; no value if it does not end.
std::optional<std::size_t> end_of_comment(std::string_view text, std::size_t begin) {
  if (text[begin + 1] == '/')
    return std::min(text.find('\n', begin), text.size());
  const auto close = text.find("*/", begin + 2);
  if (close == std::string_view::npos)
    return std::nullopt;
  return close + 2;
}

void append_expanded(std::string& out, json_view value, const environment& variables) {
  if (value.is_string()) {
    const auto expanded = expand_variables(value.string(), variables);
    const auto is_same = !expanded || value.is(*expanded);
    out += is_same ? std::string{value.text()} : dump_json(nlohmann::json(*expanded));
    return;
  }
  if (!value.is_object() && !value.is_array()) {
    out += value.text();
    return;
  }
  const auto first = out.size() + 1;
  out += value.text().front();
  for (json_cursor each{value}; each.next();) {
    out += out.size() > first ? "," : "";
    if (value.is_object())
      out.append(each.spelled_name()).append(":");
    append_expanded(out, each.value(), variables);
  }
  out += value.text().back();
}

} // namespace

result<std::string> blank_comments(std::string_view text) {
  std::string made{text};
  for (std::size_t at = 0; at < text.size();) {
    const auto rest = text.substr(at);
    if (rest.front() == '"') {
      at = end_of_text(text, at);
    } else if (rest.starts_with("//") || rest.starts_with("/*")) {
      const auto end = end_of_comment(text, at);
      if (!end)
        return fail(errc::invalid_argument,
                    "unterminated comment (" + place_of(text, at) + "); close it with */");
      // Line ends stay, so that places in messages are right.
      std::replace_if(
        made.begin() + static_cast<std::ptrdiff_t>(at),
        made.begin() + static_cast<std::ptrdiff_t>(*end), [](char c) { return c != '\n'; }, ' ');
      at = *end;
    } else {
      ++at;
    }
  }
  return made;
}

std::string place_of(std::string_view text, std::size_t byte) {
  const auto before = text.substr(0, byte);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto line_end = before.rfind('\n');
  const auto column = before.size() - (line_end == std::string_view::npos ? 0 : line_end + 1) + 1;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

std::string with_place(std::string message, std::string_view text) {
  constexpr std::string_view mark = "(at byte ";
  const auto begin = message.rfind(mark);
  if (begin == std::string::npos)
    return message;
  std::size_t byte = 0;
  const auto* number = message.data() + begin + mark.size();
  const auto [end, fault] = std::from_chars(number, message.data() + message.size(), byte);
  if (fault != std::errc{} || std::string_view{end} != ")")
    return message;
  // The parser counts bytes from 1.
  const auto place = place_of(text, byte == 0 ? 0 : byte - 1);
  return message.substr(0, begin) + '(' + place + ')';
}

result<std::string> expand_variables(std::string_view text, const environment& variables) {
  std::string made;
  for (std::size_t at = 0; at < text.size();) {
    const auto rest = text.substr(at);
    if (rest.starts_with("$${")) {
      made += "${";
      at += 3;
    } else if (rest.starts_with("${")) {
      const auto close = rest.find('}');
      const auto name = rest.substr(2, close == std::string_view::npos ? close : close - 2);
      if (close == std::string_view::npos || check_variable_name(name))
        return fail(errc::invalid_argument,
                    "${ must be followed by the name of an environment variable and }; write $${ "
                    "for a literal ${");
      const auto found = variables.find(name);
      if (found == variables.end())
        return fail(errc::invalid_argument,
                    "environment variable " + std::string{name} + " is not set");
      made += found->second;
      at += close + 1;
    } else {
      made += rest.front();
      ++at;
    }
  }
  return made;
}

json_text expand_variables_in(json_view value, const environment& variables) {
  std::string made;
  append_expanded(made, value, variables);
  return json_text::from_valid(std::move(made));
}

} // namespace callboard::app
