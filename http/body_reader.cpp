#include "http/body_reader.hpp"

#include <algorithm>
#include <cmath>

namespace callboard::http {

tl::expected<json_text, response> parse_body(const request& asked) {
  if (asked.body.empty())
    return tl::unexpected{services_problem(400, "malformed_json", "a JSON body is required")};
  // The server refused larger bodies before; its limit is not this one's business.
  auto parsed = compact_json(asked.body, {.bytes_max = asked.body.size()});
  if (!parsed)
    return tl::unexpected{services_problem(400, "malformed_json", parsed.error().message)};
  return std::move(*parsed);
}

body_reader::body_reader(json_view object, std::string pointer, std::vector<field_fault>& faults)
  : pointer_(std::move(pointer)), faults_(faults) {
  for (json_cursor each{object}; each.next();)
    members_.push_back({each.name(), each.value()});
}

const json_view* body_reader::find(std::string_view name) const {
  const auto found = std::find_if(members_.begin(), members_.end(),
                                  [name](const member& each) { return each.name == name; });
  return found == members_.end() ? nullptr : &found->value;
}

std::vector<std::string> body_reader::names() const {
  std::vector<std::string> all;
  for (const auto& each : members_)
    all.push_back(each.name);
  return all;
}

std::string body_reader::required_text(const std::string& name, std::size_t most) {
  const auto* found = find(name);
  if (found == nullptr || !found->is_string() || found->is("")) {
    refuse(name, found == nullptr ? "is required" : "must be a text that is not empty");
    return {};
  }
  auto value = found->string();
  if (count_characters(value) > most)
    refuse(name, "must have at most " + std::to_string(most) + " characters");
  return value;
}

std::optional<std::string> body_reader::text(const std::string& name) {
  const auto* found = find(name);
  if (found != nullptr && found->is_string())
    return found->string();
  if (found != nullptr)
    refuse(name, "must be a text");
  return std::nullopt;
}

std::optional<std::int64_t> body_reader::integer(const std::string& name, std::int64_t least,
                                                 std::int64_t most) {
  const auto* found = find(name);
  if (found == nullptr)
    return std::nullopt;
  const auto value = found->integer();
  if (value && *value >= least && *value <= most)
    return value;
  refuse(name, "must be an integer from " + std::to_string(least) + " to " + std::to_string(most));
  return std::nullopt;
}

std::optional<double> body_reader::number(const std::string& name, double most,
                                          bool is_above_zero) {
  const auto* found = find(name);
  if (found == nullptr)
    return std::nullopt;
  if (found->is_number()) {
    const auto value = found->number();
    if (value <= most && (is_above_zero ? value > 0 : value >= 0))
      return value;
  }
  refuse(name, std::string{is_above_zero ? "must be a number above 0" : "must be a number from 0"}
                 + " to " + std::to_string(std::llround(most)));
  return std::nullopt;
}

const json_view* body_reader::object(const std::string& name) {
  const auto* found = find(name);
  if (found == nullptr || found->is_object())
    return found;
  refuse(name, "must be an object");
  return nullptr;
}

void body_reader::refuse(const std::string& name, std::string message) {
  faults_.push_back({pointer_to(name), std::move(message)});
}

std::string body_reader::pointer_to(const std::string& name) const {
  return callboard::pointer_to(pointer_, name);
}

std::size_t count_characters(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

} // namespace callboard::http
