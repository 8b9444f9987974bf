#include "http/api/agent_jobs/agent_jobs_body.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include <nlohmann/json.hpp>

#include <callboard/date_time.hpp>
#include <callboard/json_view.hpp>

#include "http/api/agent_jobs/agent_job_prompt.hpp"
#include "http/api/agent_jobs/agent_job_settings.hpp"
#include "http/api/body_reader.hpp"
#include "http/api/timestamp.hpp"
#include "text/json_writer.hpp"

namespace callboard::http {

namespace {

// The limits of the page.
constexpr std::int64_t delay_minutes_max = 5'256'000;
constexpr std::int64_t ms_per_minute = 60'000;
/// What names a channel or a job type stands in several indexes of the store; no real name is longer.
constexpr std::size_t name_characters_max = 1000;
/// Each tag is a row of the store and goes through it with each change of state.
constexpr std::size_t tags_max = 100;
constexpr std::size_t tag_characters_max = 200;
/// RFC 3339 has four digits for the year.
constexpr system_time due_end{std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1}};

/// What a body says of the channel.
struct channel_part {
  std::string code;
  std::optional<std::string> organisation;
};

channel_part read_channel(body_reader& body, std::vector<field_fault>& faults) {
  channel_part made;
  if (body.find("target_channel") == nullptr) {
    body.refuse("target_channel", "is required");
    return made;
  }
  const auto* found = body.object("target_channel");
  if (found == nullptr)
    return made;
  body_reader channel{*found, body.pointer_to("target_channel"), faults, null_member::absent};
  made.code = channel.required_text("code", name_characters_max);
  channel.required_text("platform", name_characters_max);
  channel.text("type");
  channel.object("data");
  made.organisation = channel.text("org_id");
  return made;
}

/// Whether a list is one of texts; adds them.
bool read_tag_list(json_view list, body_reader& body, std::vector<std::string>& tags) {
  for (json_cursor each{list}; each.next();)
    if (!each.value().is_string())
      return false;
  for (json_cursor each{list}; each.next();) {
    const auto text = each.value().string();
    if (text.find(',') != std::string::npos)
      body.refuse("tags",
                  "must not have commas within a tag, because responses join tags with commas");
    if (const auto kept = trimmed(text); !kept.empty())
      tags.emplace_back(kept);
  }
  return true;
}

std::vector<std::string> read_tags(body_reader& body) {
  const auto* found = body.find("tags");
  if (found == nullptr)
    return {};
  std::vector<std::string> tags;
  if (found->is_string())
    tags = split_list(found->string());
  else if (!found->is_array() || !read_tag_list(*found, body, tags))
    body.refuse("tags", "must be a list of strings, or a comma-separated string");
  if (tags.size() > tags_max)
    body.refuse("tags", "must be at most " + std::to_string(tags_max));
  if (std::any_of(tags.begin(), tags.end(), [](const std::string& tag) {
        return count_characters(tag) > tag_characters_max;
      }))
    body.refuse("tags",
                "must have at most " + std::to_string(tag_characters_max) + " characters each");
  return tags;
}

/// When the job is due; none: now.
std::optional<system_time> read_due(body_reader& body, query_reader& query,
                                    const agent_job_context& around) {
  auto due = around.now;
  if (const auto text = body.text("scheduled_at")) {
    const auto read = parse_timestamp(*text);
    if (!read)
      body.refuse("scheduled_at", "must be an RFC 3339 date-time, such as 2026-03-01T09:00:00Z");
    due = std::max(due, read.value_or(due));
  }
  if (const auto minutes = query.integer("delay", 0, delay_minutes_max); minutes && *minutes > 0)
    due += std::chrono::milliseconds{around.random_up_to(*minutes * ms_per_minute)};
  if (due >= due_end)
    body.refuse("scheduled_at", "must be before the year 10000");
  return due > around.now ? std::optional{due} : std::nullopt;
}

void check_params(json_view params, const job_type* type, std::vector<field_fault>& faults) {
  if (type == nullptr || !type->is_active || !type->schema)
    return;
  for (auto& fault : type->schema->check(to_document(params)))
    faults.push_back({"/params" + fault.pointer, std::move(fault.message)});
}

/// What is wrong with the job type and the organisation of a body whose fields are right.
std::optional<response> refuse_names(const request& asked, const std::string& type_id,
                                     const job_type* type, const channel_part& channel,
                                     const job_type_table& types) {
  if (type == nullptr || !type->is_active)
    return services_problem(404, "not_found", "Job type '" + type_id + "' not found");
  if (!channel.organisation || *channel.organisation == asked.organisation)
    return std::nullopt;
  if (!types.knows(*channel.organisation))
    return services_problem(404, "not_found",
                            "Organization '" + *channel.organisation + "' not found");
  return refuse_organisation("the target channel belongs to another organisation",
                             asked.organisation);
}

std::chrono::milliseconds to_ms(double minutes) {
  return std::chrono::milliseconds{std::llround(minutes * static_cast<double>(ms_per_minute))};
}

/// What a template can name, the job's id apart.
json_text prompt_values(const request& asked, const new_job& job, const agent_job_fields& fields,
                        system_time now) {
  std::string tags;
  for (const auto& tag : fields.tags)
    tags.append(tags.empty() ? "" : ",").append(tag);
  auto out = R"({"target_channel":)" + fields.target_channel.text() + R"(,"params":)"
             + fields.params.text();
  const auto add = [&out](std::string_view name, std::string_view text) {
    out.append(",\"").append(name).append("\":");
    append_string(out, text);
  };
  add("job_type_id", fields.job_type_id);
  add("org_id", asked.organisation);
  add("channel_code", fields.channel_code);
  add("tags", tags);
  add("scheduled_at", to_rfc3339(job.due_at.value_or(now)));
  if (!fields.profile_id.empty())
    add("profile_id", fields.profile_id);
  return json_text::from_valid(out + '}');
}

void apply(const merged_settings& settings, new_job& job, agent_job_fields& fields) {
  job.time_limit = std::max(to_ms(settings.time_limit_minutes), std::chrono::milliseconds{1});
  const auto interval = to_ms(settings.retry_interval_minutes);
  job.retry = {.retries_max = settings.retries_max,
               .delay = interval,
               .delay_max = interval,
               .growth = backoff::fixed,
               .jitter = 0};
  job.follow_ups_max = settings.follow_ups_max;
  fields.profile_id = settings.profile_id.value_or("");
  fields.config = settings.shown;
}

} // namespace

tl::expected<new_job, response> read_new_agent_job(const request& asked, query_reader& query,
                                                   const agent_job_context& around) {
  const auto document = parse_body(asked);
  if (!document)
    return tl::unexpected{document.error()};
  const json_view whole{*document};
  if (!whole.is_object())
    return tl::unexpected{refuse_fields({{"", "the body must be an object"}})};
  std::vector<field_fault> faults;
  body_reader body{whole, "", faults, null_member::absent};
  const auto channel = read_channel(body, faults);
  agent_job_fields fields;
  fields.channel_code = channel.code;
  fields.job_type_id = body.required_text("job_type_id", name_characters_max);
  const auto own_settings = read_settings(body, faults);
  const auto* params = body.object("params");
  new_job job;
  job.due_at = read_due(body, query, around);
  fields.tags = read_tags(body);
  const auto* type = around.types.find(asked.organisation, fields.job_type_id);
  fields.params = params != nullptr ? params->kept() : json_text::from_valid("{}");
  if (params != nullptr || !body.find("params"))
    check_params(json_view{fields.params}, type, faults);
  const auto settings
    = merge(type != nullptr ? type->default_config : agent_job_settings{}, own_settings);
  apply(settings, job, fields);
  if (faults.empty())
    fields.target_channel = body.find("target_channel")->kept();
  if (settings.start_prompt && faults.empty()) {
    const auto values = prompt_values(asked, job, fields, around.now);
    auto prompt = make_agent_job_prompt(*settings.start_prompt, json_view{values});
    if (!prompt)
      faults.push_back({"/config/start_prompt", prompt.error().message});
    else
      std::tie(job.content, job.id_places)
        = std::pair{std::move(prompt->text), std::move(prompt->id_places)};
  }
  query.ignore("org_id");
  query.refuse_others();
  faults.insert(faults.end(), query.faults().begin(), query.faults().end());
  if (!faults.empty())
    return tl::unexpected{refuse_fields(faults)};
  if (auto refused = refuse_names(asked, fields.job_type_id, type, channel, around.types))
    return tl::unexpected{std::move(*refused)};
  job.kind = job_kind::agent;
  job.organisation = asked.organisation;
  job.agent_id = type->agent_id;
  job.agent_job = std::make_shared<const agent_job_fields>(std::move(fields));
  return job;
}

} // namespace callboard::http
