#include "bench/load/recorded_answer.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace callboard::bench {

namespace {

constexpr std::string_view line_end = "\r\n";

std::string lower(std::string_view text) {
  std::string made{text};
  std::transform(made.begin(), made.end(), made.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return made;
}

bool belongs_to_connection(std::string_view name) {
  constexpr std::array<std::string_view, 4> names{"connection", "content-length", "keep-alive",
                                                  "transfer-encoding"};
  return std::find(names.begin(), names.end(), lower(name)) != names.end();
}

tl::unexpected<error> no_answer(std::string why) {
  return fail(errc::invalid_argument, "not a recorded answer: " + std::move(why));
}

} // namespace

result<recorded_answer> parse_answer(std::string_view text) {
  auto head_end = text.find("\r\n\r\n");
  if (!text.starts_with("HTTP/1.") || head_end == std::string_view::npos)
    return no_answer("it must begin with HTTP/1. and have an empty line after its fields");
  auto head = text.substr(0, head_end + line_end.size());
  recorded_answer made;
  made.body = text.substr(head_end + 2 * line_end.size());
  auto status_line = head.substr(0, head.find(line_end));
  head.remove_prefix(status_line.size() + line_end.size());
  constexpr std::size_t status_at = 9;
  constexpr std::size_t reason_at = 13;
  if (status_line.size() < reason_at - 1)
    return no_answer("its status line is too short");
  auto digits = status_line.substr(status_at, reason_at - status_at - 1);
  auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), made.status);
  if (fault != std::errc{} || end != digits.data() + digits.size())
    return no_answer("its status is no number");
  made.reason = status_line.size() > reason_at ? status_line.substr(reason_at) : "";
  while (!head.empty()) {
    auto line = head.substr(0, head.find(line_end));
    head.remove_prefix(line.size() + line_end.size());
    auto colon = line.find(':');
    if (colon == std::string_view::npos)
      return no_answer("a field has no colon");
    auto name = line.substr(0, colon);
    auto value = line.substr(std::min(line.find_first_not_of(" \t", colon + 1), line.size()));
    if (lower(name) == "transfer-encoding")
      return no_answer("it is chunked");
    if (!belongs_to_connection(name))
      made.fields.emplace_back(name, value);
  }
  return made;
}

} // namespace callboard::bench
