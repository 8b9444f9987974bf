#include "agents/error_reason.hpp"

#include <callboard/json_view.hpp>

#include "agents/valid_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace callboard::agents {

namespace {

using nlohmann::json;

/// In this order: the first that has a text counts.
constexpr std::array reason_members{"error", "message", "detail", "errors", "msg", "title"};

/// No more texts of a list are joined once they are longer than what is shown can be.
constexpr std::size_t joined_bytes_max = 4096;

/// What HTML pages of proxies and frameworks have somewhere.
constexpr std::array<std::string_view, 7> html_marks{
  "<!doctype", "<html", "<head", "<body", "<title", "<h1", "<pre",
};

bool is_html(std::string_view text) {
  const auto start = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (start == std::string_view::npos || text[start] == '<')
    return true;
  const auto is_same = [](char left, char right) {
    return left == (right >= 'A' && right <= 'Z' ? right - 'A' + 'a' : right);
  };
  return std::any_of(html_marks.begin(), html_marks.end(), [&](std::string_view mark) {
    return std::search(text.begin(), text.end(), mark.begin(), mark.end(),
                       [&](char c, char m) { return is_same(m, c); })
           != text.end();
  });
}

std::string text_in(const json& value);

std::string texts_in(const json& list) {
  std::string made;
  for (const auto& element : list) {
    const auto text = text_in(element);
    if (text.empty())
      continue;
    made += made.empty() ? text : "; " + text;
    if (made.size() > joined_bytes_max)
      break;
  }
  return made;
}

/// Recursion is bounded: parsed JSON is no deeper than `json_limits`.
std::string text_in(const json& value) {
  if (value.is_array())
    return texts_in(value);
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    return is_blank(text) || is_html(text) ? std::string{} : text;
  }
  if (!value.is_object())
    return {};
  for (const auto* name : reason_members)
    if (const auto at = value.find(name); at != value.end())
      if (auto text = text_in(*at); !text.empty())
        return text;
  return {};
}

/// Runs of blanks and control characters become one blank, none at the ends.
std::string in_one_line(std::string_view text) {
  std::string made;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte != 0x7F)
      made += c;
    else if (!made.empty() && made.back() != ' ')
      made += ' ';
  }
  if (made.ends_with(' '))
    made.pop_back();
  return made;
}

} // namespace

std::string masked(std::string text, std::span<const std::string> secrets) {
  constexpr std::string_view mask = "***";
  for (const auto& secret : secrets) {
    if (secret.empty())
      continue;
    for (auto at = text.find(secret); at != std::string::npos;
         at = text.find(secret, at + mask.size()))
      text.replace(at, secret.size(), mask);
  }
  return text;
}

std::string shown_reason(std::string text, std::span<const std::string> secrets) {
  const auto line = in_one_line(masked(valid_text(std::move(text)), secrets));
  const auto shown = first_characters(line, reason_characters_max);
  return is_blank(shown) ? std::string{} : std::string{shown};
}

std::string error_reason(const json& value, std::span<const std::string> secrets) {
  return shown_reason(text_in(value), secrets);
}

std::string error_reason(std::string_view body, std::span<const std::string> secrets) {
  if (const auto read = compact_json(body))
    return error_reason(to_document(json_view{*read}), secrets);
  // NUL is a sign of bytes that are no text at all.
  if (is_html(body) || body.find('\0') != std::string_view::npos)
    return {};
  return shown_reason(std::string{body}, secrets);
}

} // namespace callboard::agents
