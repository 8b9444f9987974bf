#include "http/api/query_reader.hpp"

#include <algorithm>
#include <charconv>

#include "http/api/timestamp.hpp"
#include "http/message/message.hpp"
#include "text/percent.hpp"

namespace callboard::http {

namespace {

/// A plus sign that was not escaped has become a space; in an offset nothing else can stand there.
std::string with_plus(std::string text) {
  constexpr std::size_t offset_size = 6; // "+01:00"
  if (text.size() > offset_size + 1 && text[text.size() - offset_size] == ' '
      && text.find_first_of("Tt") != std::string::npos)
    text[text.size() - offset_size] = '+';
  return text;
}

} // namespace

query_reader::query_reader(std::string_view query) {
  for (auto& [name, value] : query_parameters(query))
    parameters_.push_back({std::move(name), std::move(value)});
}

std::optional<std::string> query_reader::text(std::string_view name) {
  if (std::find(known_.begin(), known_.end(), name) == known_.end())
    known_.emplace_back(name);
  std::optional<std::string> found;
  bool is_repeated = false;
  for (auto& each : parameters_)
    if (each.name == name) {
      is_repeated |= found.has_value();
      each.is_read = true;
      found = each.value;
    }
  if (is_repeated)
    refuse(name, "must be given once");
  return is_repeated ? std::nullopt : found;
}

std::optional<std::string> query_reader::filled_text(std::string_view name) {
  auto found = text(name);
  if (found && found->empty()) {
    refuse(name, "must not be empty");
    return std::nullopt;
  }
  return found;
}

std::optional<std::int64_t> query_reader::integer(std::string_view name, std::int64_t least,
                                                  std::int64_t most) {
  const auto found = text(name);
  if (!found)
    return std::nullopt;
  std::int64_t number = 0;
  const auto* end = found->data() + found->size();
  const auto read = std::from_chars(found->data(), end, number);
  if (read.ec == std::errc{} && read.ptr == end && number >= least && number <= most)
    return number;
  refuse(name, most == INT64_MAX ? "must be an integer, " + std::to_string(least) + " or more"
                                 : "must be an integer from " + std::to_string(least) + " to "
                                     + std::to_string(most));
  return std::nullopt;
}

std::optional<system_time> query_reader::time(std::string_view name) {
  const auto found = text(name);
  if (!found)
    return std::nullopt;
  const auto read = parse_timestamp(with_plus(*found));
  if (!read)
    refuse(name, "must be an RFC 3339 date-time, such as 2026-03-01T09:00:00Z");
  return read;
}

void query_reader::refuse(std::string_view name, std::string message) {
  if (faults_.size() < field_faults_max)
    faults_.push_back({std::string{"?"}.append(name), std::move(message)});
}

void query_reader::ignore(std::string_view name) {
  for (auto& each : parameters_)
    each.is_read |= each.name == name;
}

void query_reader::refuse_others() {
  std::string known;
  for (const auto& each : known_)
    known.append(known.empty() ? "; known ones are " : ", ").append(each);
  for (const auto& each : parameters_)
    if (!each.is_read)
      refuse(each.name,
             "is not a known parameter" + (known.empty() ? "; this route has none" : known));
}

} // namespace callboard::http
