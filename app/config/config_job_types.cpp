#include "app/config/config_job_types.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include <callboard/json_text.hpp>

namespace callboard::app {

namespace {

using nlohmann::json;

template <class T>
std::optional<T> value_in(const json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? std::nullopt : std::optional{found->get<T>()};
}

std::optional<std::uint32_t> count_in(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end())
    return std::nullopt;
  return static_cast<std::uint32_t>(*to_int64(*found));
}

uuid agent_of(const std::string& wanted, const std::vector<agent_config>& agents) {
  const auto id = uuid::parse(wanted);
  const auto found = std::find_if(agents.begin(), agents.end(), [&](const agent_config& each) {
    return each.info.name == wanted || (id && each.info.id == *id);
  });
  return found->info.id;
}

agent_job_settings read_settings(const json& from) {
  agent_job_settings made;
  made.follow_ups_max = count_in(from, "max_follow_ups");
  made.retries_max = count_in(from, "max_task_retries");
  made.retry_interval_minutes = value_in<double>(from, "task_retry_interval");
  made.time_limit_minutes = value_in<double>(from, "max_time_to_complete");
  made.start_prompt = value_in<std::string>(from, "start_prompt");
  made.profile_id = value_in<std::string>(from, "profile_id");
  return made;
}

} // namespace

std::vector<organisation> read_organisations(const json& organisations,
                                             const std::vector<api_key>& keys) {
  std::vector<organisation> made;
  for (const auto& each : organisations)
    made.push_back({each.at("id").get<std::string>(), each.at("name").get<std::string>()});
  for (const auto& key : keys)
    made.push_back({key.organisation, {}});
  return made;
}

void fill_job_types(json& values) {
  const auto& agents = values.at("agents");
  auto& types = values.at("jobTypes");
  if (types.empty() && !agents.empty())
    types.push_back({{"id", "echo"},
                     {"org_id", "default"},
                     {"name", "Echo"},
                     {"description", "There because no job type is configured"},
                     {"agent", agents.front().at("name")}});
}

std::vector<job_type> read_job_types(const json& types, json_view given,
                                     const std::vector<agent_config>& agents,
                                     const environment& variables) {
  std::vector<job_type> made;
  json_cursor as_given{given};
  for (const auto& from : types) {
    const auto text = as_given.next() ? as_given.value() : json_view{};
    auto& type = made.emplace_back();
    type.id = from.at("id").get<std::string>();
    type.organisation = from.at("org_id").get<std::string>();
    type.name = from.at("name").get<std::string>();
    type.description = from.at("description").get<std::string>();
    type.agent_id = agent_of(from.at("agent").get<std::string>(), agents);
    type.default_config = read_settings(from.at("default_config"));
    if (const auto settings = text.find("default_config"))
      type.default_config.given = expand_variables_in(*settings, variables);
    type.is_active = from.at("active").get<bool>();
    if (const auto schema = from.find("params_schema"); schema != from.end()) {
      const auto schema_text = text.find("params_schema");
      type.params_schema = schema_text ? expand_variables_in(*schema_text, variables)
                                       : json_text::from_valid(dump_json(*schema));
      type.schema = json_schema::compile(*schema).value();
    }
  }
  return made;
}

} // namespace callboard::app
