#include "http/message/message.hpp"

#include <algorithm>

#include "http/framing/characters.hpp"
#include "text/percent.hpp"

namespace callboard::http {

result<path_segments> path_segments::parse(std::string_view path) {
  path_segments made;
  path.remove_prefix(1);
  // Reserved once: views into it must not move.
  if (path.find('%') != std::string_view::npos)
    made.decoded_.reserve(path.size());
  while (!path.empty()) {
    if (made.count_ == count_max)
      return fail(errc::not_found, "path has too many segments");
    const auto raw = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), raw.size() + 1));
    auto& item = made.items_[made.count_++];
    item = raw;
    if (raw.find('%') != std::string_view::npos) {
      const auto from = made.decoded_.size();
      if (!percent_decode(raw, made.decoded_))
        return fail(errc::invalid_argument, "path has a percent sign without two hex digits");
      item = {made.decoded_.data() + from, made.decoded_.size() - from};
    }
    if (item.find('\0') != std::string_view::npos)
      return fail(errc::invalid_argument, "path must not contain NUL characters");
  }
  return made;
}

std::optional<std::string_view> request::header(std::string_view name) const noexcept {
  for (const auto& field : headers)
    if (equals_ignoring_case(field.name, name))
      return trimmed(field.value);
  return std::nullopt;
}

std::size_t request::count(std::string_view name) const noexcept {
  return static_cast<std::size_t>(
    std::count_if(headers.begin(), headers.end(), [name](const header_field& field) {
      return equals_ignoring_case(field.name, name);
    }));
}

bool response::add_header(std::string_view name, std::string_view value) {
  using namespace std::string_view_literals;
  if (!is_token(name) || value.find_first_of("\r\n\0"sv) != std::string_view::npos)
    return false;
  header_lines_.append(name).append(": ").append(value).append("\r\n");
  return true;
}

} // namespace callboard::http
