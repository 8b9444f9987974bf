#include "tests/support/raw_response.hpp"

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace callboard::tests {

namespace {

std::string lower_case(std::string_view text) {
  std::string made{text};
  std::transform(made.begin(), made.end(), made.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return made;
}

/// The part of a text before a separator; the text loses both.
std::string take_until(std::string_view& text, std::string_view separator) {
  const auto at = text.find(separator);
  if (at == std::string_view::npos)
    throw std::runtime_error{"not an HTTP answer: " + std::string{text.substr(0, 200)}};
  std::string taken{text.substr(0, at)};
  text.remove_prefix(at + separator.size());
  return taken;
}

/// What errors must not tell: paths of the machine, libraries, source files, stack frames, SQL. Every
/// error answer of every test passes here.
void check_tells_nothing(const raw_response& answer) {
  if (answer.status < 400)
    return;
  const auto body = lower_case(answer.body);
  for (const auto* word : {"/usr/", "/home/", "/root/", "/tmp/", "/proc/", ".cpp", ".hpp",
                           "restinio", "nlohmann", "json.exception", "sqlite", "asio",
                           "caf::", "std::", "libcurl", "what()", "select ", "insert into"})
    if (body.find(word) != std::string::npos)
      throw std::runtime_error{"an error answer tells of \"" + std::string{word}
                               + "\": " + answer.body};
}

/// Takes the data out of the chunks that a text begins with, and the chunks off the text; none if the last
/// one is not there yet.
std::optional<std::string> take_chunks(std::string& bytes) {
  std::string_view left = bytes;
  std::string data;
  for (;;) {
    if (left.find("\r\n") == std::string_view::npos)
      return std::nullopt;
    const auto size = std::stoul(take_until(left, "\r\n"), nullptr, 16);
    if (left.size() < size + 2)
      return std::nullopt;
    data += left.substr(0, size);
    left.remove_prefix(size);
    if (!left.starts_with("\r\n"))
      throw std::runtime_error{"a chunk that is longer than it says"};
    left.remove_prefix(2);
    if (size > 0)
      continue;
    bytes.erase(0, bytes.size() - left.size());
    return data;
  }
}

} // namespace

std::string raw_response::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (lower_case(key) == lower_case(name))
      return value;
  return {};
}

std::size_t raw_response::count(std::string_view name) const {
  return static_cast<std::size_t>(
    std::count_if(headers.begin(), headers.end(),
                  [&](const auto& each) { return lower_case(each.first) == lower_case(name); }));
}

std::optional<raw_response> take_response(std::string& bytes, bool is_head) {
  const auto head_end = bytes.find("\r\n\r\n");
  if (head_end == std::string::npos)
    return std::nullopt;
  const auto head_text = bytes.substr(0, head_end + 2);
  std::string_view head = head_text;
  raw_response made;
  if (take_until(head, " ") != "HTTP/1.1")
    throw std::runtime_error{"not an HTTP/1.1 answer: " + head_text};
  made.status = std::stoi(take_until(head, " "));
  take_until(head, "\r\n");
  while (!head.empty()) {
    auto name = take_until(head, ": ");
    made.headers.emplace_back(std::move(name), take_until(head, "\r\n"));
  }
  if (made.header("Transfer-Encoding") == "chunked" && !is_head) {
    // Asked again with each piece that comes, megabytes long: what cannot be whole is not looked through.
    constexpr std::string_view last = "\r\n0\r\n\r\n";
    if (bytes.find(last, head_end) == std::string::npos)
      return std::nullopt;
    auto rest = bytes.substr(head_end + 4);
    auto body = take_chunks(rest);
    if (!body)
      return std::nullopt;
    made.body = *std::move(body);
    bytes = std::move(rest);
    return made;
  }
  const auto length = made.header("Content-Length");
  if (length.empty() && made.status >= 200 && made.status != 204
      && made.header("Transfer-Encoding").empty())
    throw std::runtime_error{"an answer without a length: " + head_text};
  const auto body_size = is_head || length.empty() ? 0 : std::stoul(length);
  const auto body_from = head_end + 4;
  if (bytes.size() < body_from + body_size)
    return std::nullopt;
  made.body = bytes.substr(body_from, body_size);
  bytes.erase(0, body_from + body_size);
  check_tells_nothing(made);
  return made;
}

} // namespace callboard::tests
