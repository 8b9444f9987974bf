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

class fault_finder {
public:
  fault_finder(const schedule_definition& what, const core::zone_database* zones)
    : what_(what), zones_(zones) {
    // nop
  }

  std::vector<schedule_fault> find() && {
    check_texts();
    check_timing();
    if (what_.retry)
      check_retry(*what_.retry);
    if (what_.time_limit < 1ms || what_.time_limit > day)
      add("timeoutMs", "must be an integer from 1 to 86400000");
    return std::move(faults_);
  }

private:
  void add(std::string field, std::string message) {
    faults_.push_back({std::move(field), std::move(message)});
  }

  void check_texts() {
    if (!is_name(what_.name))
      add("name", "must be a string of 1 to 255 characters without leading or trailing blanks");
    if (what_.description && !is_text(*what_.description))
      add("description", "must be UTF-8 without NUL characters");
    if (what_.runner && !what_.agent_id.is_nil())
      add("agentId", "must be absent: a callback runs the job");
    if (!what_.payload.text().starts_with('{'))
      add("payload", "must be an object");
    if (!is_text(what_.content))
      add("payload", "must have a prompt in UTF-8 without NUL characters");
  }

  void check_timing() {
    if (what_.schedule.empty() && !what_.interval)
      add("schedule", "is required, unless interval is set");
    else if (!what_.schedule.empty() && what_.interval)
      add("interval", "must not be set together with schedule");
    else if (what_.interval
             && (*what_.interval < core::interval_min || *what_.interval > core::interval_max))
      add("interval", "must be an integer from " + std::to_string(core::interval_min.count())
                        + " to " + std::to_string(core::interval_max.count()));
    if (!what_.schedule.empty())
      if (const auto rule = core::parse_timing(what_.schedule); !rule)
        add("schedule", rule.error().message);
    if (zones_)
      if (const auto zone = zones_->find(what_.timezone); !zone)
        add("timezone", zone.error().message);
  }

  void check_retry(const retry_policy& retry) {
    if (retry.retries_max > retries_limit)
      add("retryPolicy/maxRetries", "must be an integer from 0 to 100");
    if (!is_wait(retry.delay))
      add("retryPolicy/initialDelayMs", "must be an integer from 0 to 86400000");
    if (!is_wait(retry.delay_max))
      add("retryPolicy/maxDelayMs", "must be an integer from 0 to 86400000");
    if (!(retry.jitter >= 0.0 && retry.jitter <= 1.0)) // so that "not a number" is refused too
      add("retryPolicy/jitter", "must be a number from 0 to 1");
  }

  const schedule_definition& what_;
  const core::zone_database* zones_;
  std::vector<schedule_fault> faults_;
};

} // namespace

std::vector<schedule_fault> find_faults(const schedule_definition& definition) {
  return core::find_faults(definition, &core::system_zones());
}

} // namespace callboard

namespace callboard::core {

tl::unexpected<error> fail_with(const std::vector<schedule_fault>& faults) {
  return fail(errc::invalid_argument, faults.front().field + ' ' + faults.front().message);
}

std::vector<schedule_fault> find_faults(const schedule_definition& definition,
                                        const zone_database* zones) {
  return fault_finder{definition, zones}.find();
}

result<std::shared_ptr<const timing>> timing_of(const schedule_definition& definition,
                                                system_time grid_start,
                                                const zone_database& zones) {
  if (definition.interval)
    return std::make_shared<const timing>(interval_timing{grid_start, *definition.interval});
  auto rule = parse_timing(definition.schedule);
  if (!rule)
    return tl::unexpected(std::move(rule.error()));
  auto zone = needs_zone(*rule) ? zones.find(definition.timezone) : utc_zone();
  if (!zone)
    return nullptr;
  return std::make_shared<const timing>(
    make_timing(*std::move(rule), *std::move(zone), grid_start));
}

} // namespace callboard::core
