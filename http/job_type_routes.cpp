#include "http/job_type_routes.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <nlohmann/json.hpp>

#include <callboard/json_text.hpp>

#include "http/json_writer.hpp"
#include "http/query_reader.hpp"
#include "http/services_problem.hpp"

namespace callboard::http {

namespace {

constexpr std::int64_t limit_max = 1000;

/// What a request for job types asks for.
struct type_query {
  std::size_t limit = 50;
  std::size_t offset = 0;
  bool is_by_id = false;
  bool is_descending = false;
  bool has_schema = false;
  bool has_inactive = false;
};

/// Adds a member unless the text is not set.
void add_text(nlohmann::ordered_json& to, const char* name, const std::string& text) {
  if (!text.empty())
    to[name] = text;
}

/// A number as a configuration has it: whole ones without a fraction.
nlohmann::ordered_json plain_number(double value) {
  if (value == std::trunc(value))
    return static_cast<std::int64_t>(value);
  return value;
}

nlohmann::ordered_json to_json(const agent_job_settings& from) {
  auto made = nlohmann::ordered_json::object();
  const auto add = [&](const char* name, const auto& value) {
    if (value)
      made[name] = *value;
  };
  const auto add_number = [&](const char* name, const std::optional<double>& value) {
    if (value)
      made[name] = plain_number(*value);
  };
  add("max_follow_ups", from.follow_ups_max);
  add("max_task_retries", from.retries_max);
  add_number("task_retry_interval", from.retry_interval_minutes);
  add_number("max_time_to_complete", from.time_limit_minutes);
  add("start_prompt", from.start_prompt);
  add("profile_id", from.profile_id);
  return made;
}

std::string to_text(const job_type& type, bool has_schema) {
  nlohmann::ordered_json made;
  made["id"] = type.id;
  made["org_id"] = type.organisation;
  add_text(made, "name", type.name);
  add_text(made, "description", type.description);
  made["agent"] = type.agent_id.to_string();
  made["default_config"] = to_json(type.default_config);
  made["active"] = type.is_active;
  auto text = made.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  if (has_schema && !type.params_schema.is_empty()) {
    text.pop_back();
    text.append(R"(,"params_schema":)").append(type.params_schema.text()).append("}");
  }
  return text;
}

void read_sort(query_reader& from, type_query& to) {
  const auto text = from.text("sort");
  if (!text)
    return;
  const auto colon = std::min(text->find(':'), text->size());
  const auto field = text->substr(0, colon);
  const auto direction = text->substr(std::min(colon + 1, text->size()));
  if ((field != "name" && field != "id") || (direction != "asc" && direction != "desc"))
    return from.refuse("sort", "must be name or id with :asc or :desc");
  to.is_by_id = field == "id";
  to.is_descending = direction == "desc";
}

type_query read_query(query_reader& from) {
  type_query to;
  if (const auto limit = from.integer("limit", 1, limit_max))
    to.limit = static_cast<std::size_t>(*limit);
  if (const auto offset = from.integer("offset", 0, std::numeric_limits<std::int64_t>::max()))
    to.offset = static_cast<std::size_t>(*offset);
  read_sort(from, to);
  if (const auto what = from.text("include")) {
    to.has_schema = *what == "schema";
    if (!to.has_schema)
      from.refuse("include", "must be schema");
  }
  if (const auto which = from.text("active")) {
    to.has_inactive = *which == "all";
    if (!to.has_inactive && *which != "true")
      from.refuse("active", "must be true or all");
  }
  return to;
}

std::vector<const job_type*> sorted(std::vector<const job_type*> types, const type_query& query) {
  if (!query.has_inactive)
    std::erase_if(types, [](const job_type* one) { return !one->is_active; });
  // They come by id, so that names that are the same are in that order.
  if (!query.is_by_id)
    std::stable_sort(types.begin(), types.end(), [](const job_type* left, const job_type* right) {
      return left->name < right->name;
    });
  if (query.is_descending)
    std::reverse(types.begin(), types.end());
  return types;
}

/// The refusal of a request that may not be answered.
std::optional<response> refuse(const request& asked, const query_reader& query) {
  if (!query.faults().empty())
    return refuse_fields(query.faults());
  if (asked.parameters[0] != asked.organisation)
    return services_problem(403, "forbidden", "the API key is another organisation's");
  return std::nullopt;
}

response list(const request& asked, const job_type_table& types) {
  query_reader reader{asked.query};
  const auto query = read_query(reader);
  if (auto refused = refuse(asked, reader))
    return std::move(*refused);
  const auto all = sorted(types.of(asked.organisation), query);
  std::string out = R"({"data":[)";
  const auto end = std::min(all.size(), query.offset + std::min(query.limit, all.size()));
  for (auto i = std::min(query.offset, all.size()); i < end; ++i)
    out.append(out.back() == '[' ? "" : ",").append(to_text(*all[i], query.has_schema));
  out += R"(],"meta":{"org_id":)";
  append_string(out, asked.organisation);
  out += R"(,"limit":)";
  append_number(out, static_cast<std::int64_t>(query.limit));
  out += R"(,"offset":)";
  append_number(out, static_cast<std::int64_t>(query.offset));
  out += R"(,"total":)";
  append_number(out, static_cast<std::int64_t>(all.size()));
  return {200, out += "}}"};
}

response show(const request& asked, const job_type_table& types) {
  query_reader reader{asked.query};
  const auto query = read_query(reader);
  if (auto refused = refuse(asked, reader))
    return std::move(*refused);
  const std::string id{asked.parameters[1]};
  const auto* type = types.find(asked.organisation, id);
  if (type == nullptr || (!type->is_active && !query.has_inactive))
    return services_problem(404, "not_found", "Job type '" + id + "' not found");
  std::string out = R"({"data":)" + to_text(*type, query.has_schema) + R"(,"meta":{"org_id":)";
  append_string(out, asked.organisation);
  out += R"(,"id":)";
  append_string(out, type->id);
  return {200, out += "}}"};
}

} // namespace

std::vector<route> job_type_routes(std::shared_ptr<const job_type_table> types) {
  const auto listing
    = [types](const request& asked, const responder& back) { back.send(list(asked, *types)); };
  const auto showing
    = [types](const request& asked, const responder& back) { back.send(show(asked, *types)); };
  return {{method::get, "/organizations/:org_id/agent-jobs-type", listing},
          {method::get, "/organizations/:org_id/agent-jobs-type/:job_type_id", showing},
          {method::get, "/services/organizations/:org_id/agent-jobs-type", listing},
          {method::get, "/services/organizations/:org_id/agent-jobs-type/:job_type_id", showing}};
}

} // namespace callboard::http
