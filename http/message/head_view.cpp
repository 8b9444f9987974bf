#include "http/message/head_view.hpp"

#include <algorithm>
#include <charconv>

namespace callboard::http {

namespace {

/// Takes the front of a text up to a separator, and that away.
std::string_view take_until(std::string_view& text, std::string_view separator) {
  const auto taken = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(text.size(), taken.size() + separator.size()));
  return taken;
}

/// Whether a list has a member, in any case.
bool has_member(std::string_view list, std::string_view member) {
  while (!list.empty())
    if (equals_ignoring_case(trimmed(take_until(list, ",")), member))
      return true;
  return false;
}

} // namespace

request view_head(std::string_view head) {
  request made;
  auto line = take_until(head, "\r\n");
  made.verb_name = take_until(line, " ");
  made.verb = parse_method(made.verb_name);
  made.target = take_until(line, " ");
  made.version = line.ends_with("1.0") ? 10 : 11;
  // What stands for the request has no header that says otherwise.
  made.keeps_alive = made.version != 10;
  for (auto field = take_until(head, "\r\n"); !field.empty(); field = take_until(head, "\r\n")) {
    const auto name = take_until(field, ":");
    const auto value = trimmed(field);
    made.headers.push_back({name, value});
    if (equals_ignoring_case(name, "Content-Length"))
      std::from_chars(value.data(), value.data() + value.size(), made.body_bytes);
    else if (equals_ignoring_case(name, "Connection") && has_member(value, "close"))
      made.keeps_alive = false;
  }
  return made;
}

} // namespace callboard::http
