#include "http/api/agent_jobs/agent_job_settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>
#include <utility>

#include "text/json_writer.hpp"

namespace callboard::http {

namespace {

// The limits of the page.
constexpr std::int64_t turns_max = 100;
constexpr double minutes_max = 100'000'000;

constexpr auto setting_names
  = std::to_array<std::string_view>({"max_follow_ups", "max_task_retries", "task_retry_interval",
                                     "max_time_to_complete", "start_prompt", "profile_id"});

void append_plain(std::string& out, double value) {
  std::array<char, 64> digits{};
  auto* end = digits.data() + digits.size();
  auto made = std::to_chars(digits.data(), end, value, std::chars_format::fixed);
  // Only a number that is next to nothing has no room; then its power of ten is shown.
  if (made.ec != std::errc{})
    made = std::to_chars(digits.data(), end, value);
  out.append(digits.data(), made.ptr);
}

/// Writes settings, each once.
class settings_writer {
public:
  /// Those of an object that was given, in their order and spelling.
  void add_given(const json_text& given) {
    for (json_cursor each{json_view{given}}; each.next();)
      if (!each.value().is_null() && begin(each.name()))
        out_ += each.value().text();
  }

  void add(std::string_view name, std::optional<std::uint32_t> count) {
    if (count && begin(name))
      append_number(out_, *count);
  }

  void add(std::string_view name, std::optional<double> number) {
    if (number && begin(name))
      append_plain(out_, *number);
  }

  void add(std::string_view name, const std::optional<std::string>& text) {
    if (text && begin(name))
      append_string(out_, *text);
  }

  json_text finish() && {
    return json_text::from_valid(std::move(out_) + '}');
  }

private:
  /// Writes the name; false if it stands there already.
  bool begin(std::string_view name) {
    const auto* place = std::find(setting_names.begin(), setting_names.end(), name);
    if (place == setting_names.end())
      return false;
    auto& is_there = is_there_[static_cast<std::size_t>(place - setting_names.begin())];
    if (is_there)
      return false;
    is_there = true;
    if (out_.size() > 1)
      out_ += ',';
    append_string(out_, name);
    out_ += ':';
    return true;
  }

  std::string out_ = "{";
  std::array<bool, setting_names.size()> is_there_{};
};

template <class Settings>
void add_all(settings_writer& to, const Settings& from) {
  to.add(setting_names[0], std::optional{from.follow_ups_max});
  to.add(setting_names[1], std::optional{from.retries_max});
  to.add(setting_names[2], std::optional{from.retry_interval_minutes});
  to.add(setting_names[3], std::optional{from.time_limit_minutes});
  to.add(setting_names[4], from.start_prompt);
  to.add(setting_names[5], from.profile_id);
}

} // namespace

agent_job_settings read_settings(body_reader& body, std::vector<field_fault>& faults) {
  agent_job_settings made;
  const auto* found = body.object("config");
  if (found == nullptr)
    return made;
  body_reader config{*found, body.pointer_to("config"), faults, null_member::absent};
  static const auto unknown = unknown_member("setting", setting_names);
  for (const auto& name : config.names())
    if (std::find(setting_names.begin(), setting_names.end(), name) == setting_names.end())
      config.refuse(name, unknown);
  if (const auto count = config.integer("max_follow_ups", 0, turns_max))
    made.follow_ups_max = static_cast<std::uint32_t>(*count);
  if (const auto count = config.integer("max_task_retries", 0, turns_max))
    made.retries_max = static_cast<std::uint32_t>(*count);
  made.retry_interval_minutes = config.number("task_retry_interval", minutes_max, false);
  made.time_limit_minutes = config.number("max_time_to_complete", minutes_max, true);
  made.start_prompt = config.text("start_prompt");
  made.profile_id = config.text("profile_id");
  made.given = found->kept();
  return made;
}

merged_settings merge(const agent_job_settings& base, const agent_job_settings& over) {
  const auto pick = [](const auto& first, const auto& second, auto standard) {
    return first ? *first : second.value_or(standard);
  };
  merged_settings made;
  made.follow_ups_max = pick(over.follow_ups_max, base.follow_ups_max, made.follow_ups_max);
  made.retries_max = pick(over.retries_max, base.retries_max, made.retries_max);
  made.retry_interval_minutes
    = pick(over.retry_interval_minutes, base.retry_interval_minutes, made.retry_interval_minutes);
  made.time_limit_minutes
    = pick(over.time_limit_minutes, base.time_limit_minutes, made.time_limit_minutes);
  made.start_prompt = over.start_prompt ? over.start_prompt : base.start_prompt;
  made.profile_id = over.profile_id ? over.profile_id : base.profile_id;
  settings_writer shown;
  shown.add_given(over.given);
  shown.add_given(base.given);
  add_all(shown, made);
  made.shown = std::move(shown).finish();
  return made;
}

json_text to_json(const agent_job_settings& from) {
  settings_writer shown;
  shown.add_given(from.given);
  add_all(shown, from);
  return std::move(shown).finish();
}

} // namespace callboard::http
