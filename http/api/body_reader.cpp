#include "http/api/body_reader.hpp"

#include <algorithm>
#include <cmath>

namespace callboard::http {

namespace {

/// What to tell whoever sent a form, as `curl -d` does unless told otherwise.
std::string hint_for_form(const request& asked) {
  for (const auto* type : {"application/x-www-form-urlencoded", "multipart/form-data"})
    if (equals_ignoring_case(
          asked.header("Content-Type").value_or("").substr(0, std::string_view{type}.size()), type))
      return std::string{"; the body must be JSON, although the Content-Type is "} + type;
  return {};
}

} // namespace

tl::expected<json_text, response> parse_body(const request& asked) {
  if (asked.body.empty())
    return tl::unexpected{services_problem(400, "malformed_json", "a JSON body is required")};
  // The server refused larger bodies before; its limit is not this one's business.
  auto parsed = compact_json(asked.body, {.bytes_max = asked.body.size()});
  if (!parsed)
    return tl::unexpected{
      services_problem(400, "malformed_json", parsed.error().message + hint_for_form(asked))};
  return std::move(*parsed);
}

body_reader::body_reader(json_view object, std::string pointer, std::vector<field_fault>& faults,
                         null_member null)
  : pointer_(std::move(pointer)), faults_(faults), null_(null) {
  for (json_cursor each{object}; each.next();)
    members_.push_back({each.name(), each.value()});
}

const json_view* body_reader::find(std::string_view name) const {
  const auto found = std::find_if(members_.begin(), members_.end(),
                                  [name](const member& each) { return each.name == name; });
  const auto is_there
    = found != members_.end() && !(found->value.is_null() && null_ == null_member::absent);
  return is_there ? &found->value : nullptr;
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
    refuse(name, found == nullptr ? "is required" : "must be a non-empty string");
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
    refuse(name, "must be a string");
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
  if (faults_.size() < field_faults_max)
    faults_.push_back({pointer_to(name), std::move(message)});
}

std::string body_reader::pointer_to(const std::string& name) const {
  return callboard::pointer_to(pointer_, name);
}

std::string unknown_member(std::string_view what, std::span<const std::string_view> known) {
  std::string list;
  for (const auto& each : known)
    list.append(list.empty() ? "; known ones are " : ", ").append(each);
  return "is not a known " + std::string{what} + (list.empty() ? "; this route has none" : list);
}

std::optional<response> refuse_rest(const request& asked, query_reader& query) {
  query.refuse_others();
  auto faults = query.faults();
  if (!asked.body.empty()) {
    const auto body = parse_body(asked);
    if (!body)
      return body.error();
    const json_view whole{*body};
    if (!whole.is_object())
      return refuse_fields({{"", "the body must be an object"}});
    body_reader reader{whole, "", faults};
    for (const auto& name : reader.names())
      reader.refuse(name, unknown_member("field", {}));
  }
  return faults.empty() ? std::nullopt : std::optional{refuse_fields(faults)};
}

std::size_t count_characters(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

} // namespace callboard::http
