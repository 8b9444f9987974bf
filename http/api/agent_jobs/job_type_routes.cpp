#include "http/api/agent_jobs/job_type_routes.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "http/api/agent_jobs/agent_job_settings.hpp"
#include "http/api/query_reader.hpp"
#include "http/message/services_problem.hpp"
#include "text/json_writer.hpp"

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

std::string to_text(const job_type& type, bool has_schema) {
  std::string out;
  append_text(out, R"({"id":)", type.id);
  append_text(out, R"(,"org_id":)", type.organisation);
  if (!type.name.empty())
    append_text(out, R"(,"name":)", type.name);
  if (!type.description.empty())
    append_text(out, R"(,"description":)", type.description);
  append_text(out, R"(,"agent":)", type.agent_id.to_string());
  out.append(R"(,"default_config":)").append(to_json(type.default_config).text());
  out.append(R"(,"active":)").append(type.is_active ? "true" : "false");
  if (has_schema && !type.params_schema.is_empty())
    out.append(R"(,"params_schema":)").append(type.params_schema.text());
  return out += '}';
}

void read_sort(query_reader& from, type_query& to) {
  const auto text = from.text("sort");
  if (!text)
    return;
  const auto colon = std::min(text->find(':'), text->size());
  const auto field = text->substr(0, colon);
  const auto direction
    = colon == text->size() ? std::string{"asc"} : text->substr(std::min(colon + 1, text->size()));
  if ((field != "name" && field != "id") || (direction != "asc" && direction != "desc"))
    return from.refuse("sort", "must be name or id, with :asc or :desc");
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
  from.ignore("enrich");
  from.refuse_others();
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
    return refuse_organisation("the job types belong to another organisation", asked.organisation);
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
