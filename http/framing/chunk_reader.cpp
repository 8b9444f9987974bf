#include "http/framing/chunk_reader.hpp"

#include <algorithm>
#include <array>

#include "http/framing/field_text.hpp"

namespace callboard::http {

namespace {

/// Sixteen hex digits are 64 bits; leading zeros are allowed, within these.
constexpr std::size_t size_digits_max = 16;

/// The value of a hex digit; 16 if it is none.
constexpr unsigned hex_value(char c) noexcept {
  if (c >= '0' && c <= '9')
    return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f')
    return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F')
    return static_cast<unsigned>(c - 'A') + 10;
  return 16;
}

/// Takes characters from the front of a text as long as they are in a set.
std::string_view take(std::string_view& text, const byte_set& set) noexcept {
  std::size_t end = 0;
  while (end < text.size() && is_in(set, text[end]))
    ++end;
  const auto taken = text.substr(0, end);
  text.remove_prefix(end);
  return taken;
}

constexpr byte_set space_bytes = detail::set_of(" \t");

/// Takes a quoted string (RFC 9110, 5.6.4) from the front; false if there is none.
bool take_quoted(std::string_view& text) noexcept {
  if (!text.starts_with('"'))
    return false;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

/// Whether what follows a chunk's size is a list of extensions (RFC 9112, 7.1.1). A tab right behind
/// the size, which the RFC would have ignored, is none: http_parser takes it for a part of the size.
bool is_extensions(std::string_view text) noexcept {
  if (text.starts_with('\t'))
    return false;
  while (!text.empty()) {
    take(text, space_bytes);
    if (!text.starts_with(';'))
      return false;
    text.remove_prefix(1);
    take(text, space_bytes);
    if (take(text, token_bytes).empty())
      return false;
    const auto before_value = text;
    take(text, space_bytes);
    if (!text.starts_with('=')) {
      text = before_value;
      continue;
    }
    text.remove_prefix(1);
    take(text, space_bytes);
    if (take(text, token_bytes).empty() && !take_quoted(text))
      return false;
  }
  return true;
}

/// Fields that say how a message is framed, where it goes or who sends it: RFC 9110, 6.5.1, bans
/// them from trailers.
bool may_be_trailer(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 9> banned{
    "Content-Length", "Transfer-Encoding", "Host",       "Trailer", "TE",
    "Authorization",  "X-API-Key",         "Connection", "Expect"};
  return std::none_of(banned.begin(), banned.end(),
                      [name](std::string_view other) { return equals_ignoring_case(name, other); });
}

} // namespace

chunk_reader::outcome chunk_reader::read(std::string_view body) noexcept {
  if (part_ == part::trailers)
    return read_trailer(body);
  outcome all;
  while (true) {
    const auto rest = body.substr(all.pass);
    const auto from = part_;
    const auto next = from == part::size_line     ? read_size_line(rest)
                      : from == part::content     ? read_content(rest)
                      : from == part::content_end ? read_content_end(rest)
                                                  : outcome{};
    if (next.fault != nullptr && all.pass == 0)
      return next;
    if (next.fault != nullptr || next.pass == 0)
      return all;
    all.pass += next.pass;
    if (from == part::content_end)
      part_ = part::size_line;
  }
}

chunk_reader::outcome chunk_reader::read_size_line(std::string_view body) noexcept {
  const auto found = scanner_.scan(body, field_line_bytes, line_bytes_max, faults::long_chunk_line);
  if (!found.is_whole)
    return {.fault = found.fault};
  const auto line = body.substr(0, found.size);
  std::uint64_t size = 0;
  std::size_t digits = 0;
  for (; digits < line.size() && hex_value(line[digits]) < 16; ++digits) {
    if (digits == size_digits_max)
      return {.fault = &faults::bad_chunk_size};
    size = size * 16 + hex_value(line[digits]);
  }
  const auto extensions = line.substr(digits);
  if (digits == 0 || !is_extensions(extensions))
    return {.fault = &faults::bad_chunk_size};
  if (extension_bytes_ + extensions.size() > extension_bytes_max)
    return {.fault = &faults::long_extensions};
  if (size > body_bytes_max_ - body_bytes_)
    return {.fault = &faults::large_body};
  extension_bytes_ += extensions.size();
  body_bytes_ += size;
  content_left_ = size;
  part_ = size > 0 ? part::content : part::trailers;
  return {.pass = found.size + 2};
}

chunk_reader::outcome chunk_reader::read_content(std::string_view body) noexcept {
  const auto count = std::min<std::uint64_t>(content_left_, body.size());
  content_left_ -= count;
  if (content_left_ == 0)
    part_ = part::content_end;
  return {.pass = static_cast<std::size_t>(count)};
}

chunk_reader::outcome chunk_reader::read_content_end(std::string_view body) const noexcept {
  constexpr std::string_view end = "\r\n";
  const auto seen = body.substr(0, end.size());
  if (!end.starts_with(seen))
    return {.fault = &faults::bad_chunk_end};
  return {.pass = seen == end ? end.size() : 0};
}

chunk_reader::outcome chunk_reader::read_trailer(std::string_view body) noexcept {
  outcome all;
  while (true) {
    const auto rest = body.substr(all.skip);
    const auto found = scanner_.scan(rest, field_line_bytes, trailer_bytes_max, faults::long_field);
    if (found.fault != nullptr)
      return {.fault = found.fault};
    if (!found.is_whole)
      return all;
    if (found.size == 0) {
      all.pass = 2;
      all.is_end = true;
      return all;
    }
    const auto name = rest.substr(0, std::min(found.size, rest.find(':')));
    if (name.size() == found.size || !is_token(name))
      return {.fault = &faults::bad_field_name};
    if (!may_be_trailer(name))
      return {.fault = &faults::forbidden_trailer};
    if (++trailer_count_ > trailer_count_max)
      return {.fault = &faults::many_fields};
    all.skip += found.size + 2;
  }
}

std::string_view chunk_reader::missing_end() const noexcept {
  switch (part_) {
    case part::size_line:
      return "0\r\n\r\n";
    case part::content:
    case part::content_end:
      return "\r\n0\r\n\r\n";
    case part::trailers:
      break;
  }
  return "\r\n";
}

} // namespace callboard::http
