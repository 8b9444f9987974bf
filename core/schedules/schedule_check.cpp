#include "core/schedules/schedule_check.hpp"

#include <algorithm>

#include "text/blanks.hpp"
#include "text/utf8.hpp"

namespace callboard {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t name_length_max = 255;
constexpr std::uint32_t retries_limit = 100;
constexpr std::chrono::milliseconds day = 24h;

bool is_text(std::string_view text) {
  return core::is_utf8(text) && text.find('\0') == std::string_view::npos;
}

bool is_blank(char c) {
  return core::blanks.find(c) != std::string_view::npos;
}

/// Characters of a text that is UTF-8.
std::size_t length_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

bool is_name(std::string_view name) {
  return !name.empty() && is_text(name) && length_of(name) <= name_length_max
         && !is_blank(name.front()) && !is_blank(name.back());
}

bool is_wait(std::chrono::milliseconds wait) {
  return wait >= 0ms && wait <= day;
}

class validation {
public:
  explicit validation(const schedule_definition& what) : what_(what) {
    // nop
  }

  result<core::parsed_timing> run(const core::zone_source* zones) && {
    check_texts();
    check_timing(zones);
    if (what_.retry)
      check_retry(*what_.retry);
    if (what_.time_limit < 1ms || what_.time_limit > day)
      add("/timeoutMs", "must be an integer from 1 to 86400000");
    if (!faults_.empty())
      return fail(std::move(faults_));
    return std::move(parsed_);
  }

private:
  void add(std::string field, std::string message) {
    faults_.push_back({std::move(field), std::move(message)});
  }

  void check_texts() {
    if (!is_name(what_.name))
      add("/name", "must be a string of 1 to 255 characters without leading or trailing blanks");
    if (what_.description && !is_text(*what_.description))
      add("/description", "must be UTF-8 without NUL characters");
    if (what_.runner && !what_.agent_id.is_nil())
      add("/agentId", "must be absent: a callback runs the job");
    if (!what_.payload.text().starts_with('{'))
      add("/payload", "must be an object");
    if (!is_text(what_.content))
      add("/payload", "must have a prompt in UTF-8 without NUL characters");
  }

  void check_timing(const core::zone_source* zones) {
    if (what_.schedule.empty() && !what_.interval)
      add("/schedule", "is required, unless interval is set");
    else if (!what_.schedule.empty() && what_.interval)
      add("/interval", "must not be set together with schedule");
    else if (what_.interval
             && (*what_.interval < core::interval_min || *what_.interval > core::interval_max))
      add("/interval", "must be an integer from " + std::to_string(core::interval_min.count())
                         + " to " + std::to_string(core::interval_max.count()));
    else if (what_.interval)
      parsed_.rule = *what_.interval;
    if (!what_.schedule.empty()) {
      if (auto rule = core::parse_timing(what_.schedule))
        parsed_.rule = *std::move(rule);
      else
        add("/schedule", rule.error().message);
    }
    if (!zones)
      return;
    if (auto zone = zones->find(what_.timezone))
      parsed_.zone = *std::move(zone);
    else
      add("/timezone", zone.error().message);
  }

  void check_retry(const retry_policy& retry) {
    if (retry.retries_max > retries_limit)
      add("/retryPolicy/maxRetries", "must be an integer from 0 to 100");
    if (!is_wait(retry.delay))
      add("/retryPolicy/initialDelayMs", "must be an integer from 0 to 86400000");
    if (!is_wait(retry.delay_max))
      add("/retryPolicy/maxDelayMs", "must be an integer from 0 to 86400000");
    if (!(retry.jitter >= 0.0 && retry.jitter <= 1.0)) // so that "not a number" is refused too
      add("/retryPolicy/jitter", "must be a number from 0 to 1");
  }

  const schedule_definition& what_;
  core::parsed_timing parsed_;
  std::vector<field_fault> faults_;
};

} // namespace

std::vector<field_fault> find_faults(const schedule_definition& definition) {
  auto parsed = core::validate(definition, &core::system_zones());
  return parsed ? std::vector<field_fault>{} : std::move(parsed.error().faults);
}

} // namespace callboard

namespace callboard::core {

result<parsed_timing> validate(const schedule_definition& definition, const zone_source* zones) {
  return validation{definition}.run(zones);
}

result<parsed_timing> parse_stored(const schedule_definition& definition,
                                   const zone_source& zones) {
  if (definition.interval)
    return parsed_timing{*definition.interval, nullptr};
  auto rule = parse_timing(definition.schedule);
  if (!rule)
    return tl::unexpected(std::move(rule.error()));
  auto zone = needs_zone(*rule) ? zones.find(definition.timezone) : utc_zone();
  return parsed_timing{*std::move(rule), zone ? *std::move(zone) : nullptr};
}

std::shared_ptr<const timing> timing_of(parsed_timing parsed, system_time grid_start) {
  if (!parsed.zone && needs_zone(parsed.rule))
    return nullptr;
  return std::make_shared<const timing>(make_timing(
    std::move(parsed.rule), parsed.zone ? std::move(parsed.zone) : utc_zone(), grid_start));
}

} // namespace callboard::core
