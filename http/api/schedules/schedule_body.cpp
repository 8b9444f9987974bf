#include "http/api/schedules/schedule_body.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <callboard/json_view.hpp>

#include "http/api/body_reader.hpp"

namespace callboard::http {

namespace {

constexpr auto fields = std::to_array<std::string_view>(
  {"name", "description", "agentId", "schedule", "interval", "payload", "timezone", "enabled",
   "retryPolicy", "timeoutMs", "overlap", "missed"});
constexpr auto shown_fields = std::to_array<std::string_view>(
  {"id", "status", "createdAt", "updatedAt", "lastRunAt", "lastRun", "nextRunAt", "runCount",
   "failureCount", "missedCount", "skippedCount", "version", "blockedBy"});
constexpr auto policy_fields = std::to_array<std::string_view>(
  {"maxRetries", "initialDelayMs", "maxDelayMs", "backoff", "jitter"});

constexpr std::int64_t day_ms = 86'400'000;

/// What a policy that is there leaves out and no configuration says.
constexpr retry_policy usual_policy{.retries_max = 3,
                                    .delay = std::chrono::milliseconds{1000},
                                    .delay_max = std::chrono::milliseconds{60'000},
                                    .growth = backoff::exponential,
                                    .jitter = 0.2};

template <class Names>
bool lists(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Reads a body member by member; each one that is sound becomes a step of the edit.
class schedule_reader {
public:
  schedule_reader(json_view body, const request& asked, const retry_policy& base)
    : base_(base), body_(body, "", faults_) {
    query_reader query{asked.query};
    query.refuse_others();
    faults_ = query.faults();
  }

  void read() {
    static const auto unknown = unknown_member("field", fields);
    for (const auto& name : body_.names()) {
      if (lists(shown_fields, name))
        body_.refuse(name, "is read-only");
      else if (!lists(fields, name))
        body_.refuse(name, unknown);
    }
    read_texts();
    read_timing();
    read_payload();
    read_switches();
    read_policy();
  }

  bool has(const std::string& name) const {
    return body_.find(name) != nullptr;
  }

  void require(const std::string& name) {
    if (!has(name))
      body_.refuse(name, "is required");
  }

  void edit(schedule_definition& definition) const {
    for (const auto& step : steps_)
      step(definition);
  }

  /// @param made what came of it, for its time zone.
  schedule_edit as_edit(const schedule_definition& made) && {
    const auto zone = has("timezone") ? made.timezone : std::string{};
    return {[steps = std::move(steps_)](schedule_definition& definition) {
              for (const auto& step : steps)
                step(definition);
            },
            zone};
  }

  /// Adds what is wrong with the definition that came out, but for members that are known to be wrong
  /// already and, if `is_partial`, those that the body does not have.
  void add_faults(const schedule_definition& made, bool is_partial) {
    bool is_zone_missing = false;
    for (auto& fault : find_faults(made)) {
      const auto member = fault.field.substr(0, fault.field.find('/', 1));
      const auto is_known = std::any_of(faults_.begin(), faults_.end(), [&](const auto& each) {
        return each.field.starts_with(member)
               && (each.field.size() == member.size() || each.field[member.size()] == '/');
      });
      if (is_known || (is_partial && !has(member.substr(1))))
        continue;
      is_zone_missing = member == "/timezone";
      faults_.push_back(std::move(fault));
    }
    // The job itself may have that zone already: then it need not be there, and only the engine can tell.
    if (is_partial && is_zone_missing && faults_.size() == 1)
      faults_.clear();
  }

  const std::vector<field_fault>& faults() const noexcept {
    return faults_;
  }

private:
  /// A member that is there and null.
  bool is_null(const std::string& name) const {
    const auto* found = body_.find(name);
    return found != nullptr && found->is_null();
  }

  template <class Member>
  void set(Member schedule_definition::*member, Member value) {
    steps_.push_back([member, value = std::move(value)](schedule_definition& definition) {
      definition.*member = value;
    });
  }

  void read_texts() {
    if (const auto name = body_.text("name"))
      set(&schedule_definition::name, *name);
    if (is_null("description"))
      set(&schedule_definition::description, {});
    else if (const auto description = body_.text("description"))
      set(&schedule_definition::description, description);
    if (const auto agent = body_.text("agentId")) {
      if (const auto id = uuid::parse(*agent))
        set(&schedule_definition::agent_id, *id);
      else
        body_.refuse("agentId", "must be a UUID");
    }
    if (is_null("timezone"))
      set(&schedule_definition::timezone, std::string{"UTC"});
    else if (const auto zone = body_.text("timezone"))
      set(&schedule_definition::timezone, *zone);
  }

  void read_timing() {
    const auto has_both
      = has("schedule") && has("interval") && !is_null("schedule") && !is_null("interval");
    if (is_null("schedule")) {
      set(&schedule_definition::schedule, {});
    } else if (const auto schedule = body_.text("schedule")) {
      set(&schedule_definition::schedule, *schedule);
      if (!has_both)
        set(&schedule_definition::interval, {});
    }
    if (is_null("interval"))
      set(&schedule_definition::interval, {});
    else if (const auto* interval = body_.find("interval")) {
      // What is no integer is as wrong as 0, and then what is allowed is said, once.
      set(&schedule_definition::interval,
          std::optional{std::chrono::milliseconds{interval->integer().value_or(0)}});
      if (!has_both)
        set(&schedule_definition::schedule, {});
    }
  }

  void read_payload() {
    if (!has("payload"))
      return;
    const auto* payload = body_.object("payload");
    if (payload == nullptr)
      return;
    set(&schedule_definition::payload, payload->kept());
    const auto prompt = payload->find("prompt");
    const auto is_text = prompt && prompt->is_string();
    set(&schedule_definition::content, is_text ? prompt->string() : std::string{});
  }

  void read_switches() {
    const auto* enabled = body_.find("enabled");
    if (enabled != nullptr && !enabled->is_boolean() && !enabled->is_null())
      body_.refuse("enabled", "must be true or false");
    else if (enabled != nullptr)
      set(&schedule_definition::is_enabled, enabled->is_null() || enabled->is_true());
    if (is_null("timeoutMs"))
      set(&schedule_definition::time_limit, schedule_definition{}.time_limit);
    else if (const auto limit = body_.integer("timeoutMs", 1, day_ms))
      set(&schedule_definition::time_limit, std::chrono::milliseconds{*limit});
    read_word("overlap", &schedule_definition::overlap, parse_overlap_policy,
              "must be skip, queue, allow or cancel");
    read_word("missed", &schedule_definition::missed, parse_missed_policy,
              "must be skip, once or all");
  }

  template <class Policy, class Parse>
  void read_word(const std::string& name, Policy schedule_definition::*member, Parse parse,
                 const char* allowed) {
    const auto* found = body_.find(name);
    if (found == nullptr)
      return;
    const auto policy = found->is_null()     ? std::optional{Policy{}}
                        : found->is_string() ? parse(found->string())
                                             : std::nullopt;
    if (policy)
      set(member, *policy);
    else
      body_.refuse(name, allowed);
  }

  void read_policy() {
    if (is_null("retryPolicy"))
      return set(&schedule_definition::retry, {});
    const auto* found = body_.object("retryPolicy");
    if (found == nullptr)
      return;
    body_reader policy{*found, "/retryPolicy", faults_, null_member::absent};
    auto made = base_;
    static const auto unknown = unknown_member("field", policy_fields);
    for (const auto& name : policy.names())
      if (!lists(policy_fields, name))
        policy.refuse(name, unknown);
    if (const auto most = policy.integer("maxRetries", 0, 100))
      made.retries_max = static_cast<std::uint32_t>(*most);
    if (const auto delay = policy.integer("initialDelayMs", 0, day_ms))
      made.delay = std::chrono::milliseconds{*delay};
    if (const auto delay = policy.integer("maxDelayMs", 0, day_ms))
      made.delay_max = std::chrono::milliseconds{*delay};
    if (const auto jitter = policy.number("jitter", 1, false))
      made.jitter = *jitter;
    if (const auto* growth = policy.find("backoff")) {
      if (growth->is("fixed"))
        made.growth = backoff::fixed;
      else if (growth->is("exponential"))
        made.growth = backoff::exponential;
      else
        policy.refuse("backoff", "must be fixed or exponential");
    }
    set(&schedule_definition::retry, std::optional{made});
  }

  const retry_policy& base_;
  std::vector<field_fault> faults_;
  body_reader body_;
  std::vector<std::function<void(schedule_definition&)>> steps_;
};

tl::unexpected<response> refuse(const std::vector<field_fault>& faults) {
  return tl::unexpected<response>{refuse_fields(faults)};
}

/// The body, which must be an object.
tl::expected<json_text, response> read_object(const request& asked) {
  auto body = parse_body(asked);
  if (body && !json_view{*body}.is_object())
    return refuse({{"", "the body must be an object"}});
  return body;
}

/// A definition without faults.
schedule_definition some_definition() {
  schedule_definition made;
  made.name = "job";
  made.interval = std::chrono::hours{1};
  made.payload = json_text::from_valid("{}");
  return made;
}

} // namespace

tl::expected<schedule_definition, response> read_new_schedule(
  const request& asked, const std::optional<retry_policy>& default_retry) {
  const auto body = read_object(asked);
  if (!body)
    return tl::unexpected<response>{body.error()};
  const auto base = default_retry.value_or(usual_policy);
  schedule_reader reader{json_view{*body}, asked, base};
  for (const auto* name : {"name", "agentId", "payload"})
    reader.require(name);
  reader.read();
  schedule_definition made;
  reader.edit(made);
  if (reader.faults().empty())
    return made; // The engine checks it, once.
  reader.add_faults(made, false);
  return refuse(reader.faults());
}

tl::expected<schedule_edit, response> read_schedule_edit(
  const request& asked, const std::optional<retry_policy>& default_retry) {
  const auto body = read_object(asked);
  if (!body)
    return tl::unexpected<response>{body.error()};
  if (body->text() == "{}")
    return refuse({{"", "the body must have at least one field to change"}});
  const auto base = default_retry.value_or(usual_policy);
  schedule_reader reader{json_view{*body}, asked, base};
  reader.read();
  auto made = some_definition();
  reader.edit(made);
  // Whether a job has a timing left at all only the job itself can tell.
  if (made.schedule.empty() && !made.interval)
    made.interval = std::chrono::hours{1};
  reader.add_faults(made, true);
  if (!reader.faults().empty())
    return refuse(reader.faults());
  return std::move(reader).as_edit(made);
}

} // namespace callboard::http
