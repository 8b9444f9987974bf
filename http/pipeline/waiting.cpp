#include "http/pipeline/waiting.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>

#include "text/percent.hpp"

namespace callboard::http {

namespace {

/// The first item of a list, which is taken off it. Separators within quotes do not count.
std::string_view take_item(std::string_view& list, char separator) noexcept {
  bool is_quoted = false;
  std::size_t end = 0;
  while (end < list.size() && (is_quoted || list[end] != separator)) {
    if (is_quoted && list[end] == '\\')
      ++end;
    else if (list[end] == '"')
      is_quoted = !is_quoted;
    ++end;
  }
  const auto item = list.substr(0, end);
  list.remove_prefix(std::min(list.size(), item.size() + 1));
  return trimmed(item);
}

bool is_digits(std::string_view text) noexcept {
  return !text.empty()
         && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

} // namespace

std::optional<std::chrono::milliseconds> parse_wait_seconds(std::string_view text) {
  // from_chars alone would take "inf", "nan" and a minus sign.
  if (text.empty() || text.find_first_not_of("0123456789.eE+-") != std::string_view::npos
      || text.front() == '-')
    return std::nullopt;
  double seconds = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (read.ptr != text.data() + text.size())
    return std::nullopt;
  if (read.ec == std::errc::result_out_of_range)
    seconds = text.find('-') == std::string_view::npos ? HUGE_VAL : 0;
  else if (read.ec != std::errc{})
    return std::nullopt;
  if (seconds >= static_cast<double>(wait_max.count()))
    return wait_max;
  return std::chrono::milliseconds{std::lround(seconds * 1000)};
}

std::optional<std::chrono::seconds> parse_wait_preference(std::string_view prefer) {
  while (!prefer.empty()) {
    auto preference = take_item(prefer, ',');
    // What follows a semicolon are parameters; `wait` has none.
    auto pair = take_item(preference, ';');
    const auto name = take_item(pair, '=');
    if (!equals_ignoring_case(name, "wait"))
      continue;
    auto value = trimmed(pair);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    if (!is_digits(value))
      return std::nullopt;
    long long seconds = 0;
    const auto read = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (read.ec == std::errc::result_out_of_range || seconds > wait_max.count())
      return wait_max;
    return std::chrono::seconds{seconds};
  }
  return std::nullopt;
}

result<wait_choice> read_wait(const request& asked) {
  if (const auto text = query_value(asked.query, "wait")) {
    const auto time = parse_wait_seconds(*text);
    if (!time)
      return fail(errc::invalid_argument, "wait must be a number of seconds, 0 or more");
    return wait_choice{.time = *time, .preferred = {}};
  }
  for (const auto& field : asked.headers)
    if (equals_ignoring_case(field.name, "Prefer"))
      if (const auto preferred = parse_wait_preference(field.value))
        return wait_choice{.time = *preferred, .preferred = preferred};
  return wait_choice{};
}

void get_or_wait(service& jobs, job_ref ref, std::chrono::milliseconds time,
                 callback<job_ptr> done) {
  if (time.count() <= 0)
    return jobs.get(std::move(ref), std::move(done));
  jobs.wait(ref, time, [&jobs, ref, done = std::move(done)](result<job_ptr> found) {
    if (found || found.error().code != errc::capacity)
      done(std::move(found));
    else
      jobs.get(ref, done);
  });
}

void add_preference_applied(response& made, const wait_choice& wait) {
  if (wait.preferred)
    made.add_header("Preference-Applied", "wait=" + std::to_string(wait.preferred->count()));
}

} // namespace callboard::http
