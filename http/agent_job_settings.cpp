#include "http/agent_job_settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <nlohmann/json.hpp>

#include "http/json_writer.hpp"

namespace callboard::http {

namespace {

// The limits of the page.
constexpr std::int64_t turns_max = 100;
constexpr double minutes_max = 100'000'000;

constexpr auto setting_names
  = std::to_array<std::string_view>({"max_follow_ups", "max_task_retries", "task_retry_interval",
                                     "max_time_to_complete", "start_prompt", "profile_id"});

std::string plain_number(double value) {
  std::array<char, 64> digits{};
  const auto end
    = std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed)
        .ptr;
  // Only a number that is next to nothing has no room; then its power of ten is shown.
  return end == digits.data() + digits.size() ? dump_json(value) : std::string{digits.data(), end};
}

} // namespace

agent_job_settings read_settings(body_reader& body, std::vector<field_fault>& faults) {
  agent_job_settings made;
  const auto* found = body.object("config");
  if (found == nullptr)
    return made;
  body_reader config{*found, body.pointer_to("config"), faults};
  for (const auto& [name, unused] : found->items())
    if (std::find(setting_names.begin(), setting_names.end(), name) == setting_names.end())
      config.refuse(name, "is not a known setting");
  if (const auto count = config.integer("max_follow_ups", 0, turns_max))
    made.follow_ups_max = static_cast<std::uint32_t>(*count);
  if (const auto count = config.integer("max_task_retries", 0, turns_max))
    made.retries_max = static_cast<std::uint32_t>(*count);
  made.retry_interval_minutes = config.number("task_retry_interval", minutes_max, false);
  made.time_limit_minutes = config.number("max_time_to_complete", minutes_max, true);
  made.start_prompt = config.text("start_prompt");
  made.profile_id = config.text("profile_id");
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
  return made;
}

json_text to_json(const merged_settings& from) {
  std::string out = R"({"max_follow_ups":)";
  append_number(out, from.follow_ups_max);
  out += R"(,"max_task_retries":)";
  append_number(out, from.retries_max);
  out.append(R"(,"task_retry_interval":)").append(plain_number(from.retry_interval_minutes));
  out.append(R"(,"max_time_to_complete":)").append(plain_number(from.time_limit_minutes));
  if (from.start_prompt) {
    out += R"(,"start_prompt":)";
    append_string(out, *from.start_prompt);
  }
  if (from.profile_id) {
    out += R"(,"profile_id":)";
    append_string(out, *from.profile_id);
  }
  return json_text::from_valid(out + '}');
}

} // namespace callboard::http
