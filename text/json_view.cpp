#include <callboard/json_view.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

#include <nlohmann/json.hpp>

#include "text/json_number.hpp"
#include "text/json_string.hpp"

namespace callboard {

namespace {

constexpr auto npos = std::string_view::npos;

// Texts are valid as a rule, but they also come from databases and embedding programs: whatever they hold,
// what is found in them never reaches beyond them.

/// Length of the string that a text begins with, its quotes included.
std::size_t string_length(std::string_view text) noexcept {
  for (std::size_t at = 1;;) {
    at = text.find('"', at);
    if (at == npos)
      return text.size();
    auto before = at;
    while (before > 1 && text[before - 1] == '\\')
      --before;
    ++at;
    // Backslashes come in pairs, unless the last one belongs to the quote.
    if ((at - before) % 2 == 1)
      return at;
  }
}

/// Length of the value that a text begins with; not 0 unless the text is empty.
std::size_t value_length(std::string_view text) noexcept {
  std::size_t depth = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    switch (text[at]) {
      case '"':
        at += string_length(text.substr(at));
        break;
      case '{':
      case '[':
        ++depth;
        ++at;
        break;
      case '}':
      case ']':
        depth -= depth > 0 ? 1 : 0;
        ++at;
        break;
      case ',':
      case ':':
        ++at;
        break;
      default:
        at = std::min(text.find_first_of(",]}", at), text.size());
    }
    if (depth == 0)
      return at;
  }
  return text.size();
}

bool is_content(std::string_view string, std::string_view content) {
  if (string.find('\\') == npos)
    return string.size() == content.size() + 2 && string.substr(1, content.size()) == content;
  return json::decoded(string) == content;
}

template <class Integer>
std::optional<Integer> whole(std::string_view text) noexcept {
  Integer value = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  return read.ec == std::errc{} && read.ptr == end ? std::optional{value} : std::nullopt;
}

nlohmann::json to_number(json_view value) {
  const auto text = value.text();
  if (text.front() != '-')
    if (const auto number = whole<std::uint64_t>(text))
      return *number;
  // JSON Schema has 5.0 and 50e-1 be the integer 5, too.
  if (const auto number = value.integer())
    return *number;
  double near = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), near).ec == std::errc{})
    return near;
  // Libraries know neither more nor less than the nearest double: zero, or no number at all.
  const auto number = value.number();
  return std::isfinite(number) ? 0.0 : number;
}

} // namespace

bool json_view::is(std::string_view content) const {
  return is_string() && is_content(text_, content);
}

std::string json_view::string() const {
  return json::decoded(text_);
}

double json_view::number() const noexcept {
  return json::to_double(text_);
}

std::optional<std::int64_t> json_view::integer() const noexcept {
  return is_number() ? json::to_integer(text_) : std::nullopt;
}

std::optional<json_view> json_view::find(std::string_view name) const {
  if (!is_object())
    return std::nullopt;
  for (json_cursor each{*this}; each.next();)
    if (each.is_named(name))
      return each.value();
  return std::nullopt;
}

std::optional<json_view> json_view::at(std::size_t position) const {
  if (!is_array())
    return std::nullopt;
  json_cursor each{*this};
  for (std::size_t i = 0; each.next(); ++i)
    if (i == position)
      return each.value();
  return std::nullopt;
}

json_cursor::json_cursor(json_view over) noexcept : has_names_(over.is_object()) {
  if (over.is_object() || over.is_array())
    rest_ = over.text().substr(1);
}

bool json_cursor::next() noexcept {
  // The bracket that ends it is the last that remains.
  if (rest_.size() <= 1)
    return false;
  const auto take = [this](std::size_t length) {
    const auto taken = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return json_view::from_valid(taken);
  };
  if (rest_.front() == ',')
    rest_.remove_prefix(1);
  if (has_names_) {
    name_ = take(std::min(string_length(rest_), rest_.size()));
    take(std::min<std::size_t>(rest_.size(), 1));
  }
  value_ = take(value_length(rest_));
  return true;
}

bool json_cursor::is_named(std::string_view name) const {
  return name_.is(name);
}

std::string json_cursor::name() const {
  return name_.string();
}

nlohmann::json to_document(json_view value) {
  if (value.is_object()) {
    auto made = nlohmann::json::object();
    for (json_cursor each{value}; each.next();)
      made[each.name()] = to_document(each.value());
    return made;
  }
  if (value.is_array()) {
    auto made = nlohmann::json::array();
    for (json_cursor each{value}; each.next();)
      made.push_back(to_document(each.value()));
    return made;
  }
  if (value.is_string())
    return value.string();
  if (value.is_boolean())
    return value.is_true();
  return value.is_number() ? to_number(value) : nlohmann::json{};
}

} // namespace callboard
