#include "app/config/config_templates.hpp"

#include <algorithm>
#include <vector>

#include <nlohmann/json.hpp>

#include <callboard/prompt_template.hpp>

#include "app/config/nearest_word.hpp"

namespace callboard::app {

namespace {

using nlohmann::json;
using path = std::vector<std::string_view>;

/// What a template can name, as `http/api/agent_jobs/agent_jobs_body.cpp` makes it.
const std::vector<std::string> roots{"params",      "target_channel", "job_id",
                                     "job_type_id", "org_id",         "channel_code",
                                     "tags",        "scheduled_at",   "profile_id"};

bool has_parts(std::string_view root) {
  return root == "params" || root == "target_channel";
}

std::string joined(const path& names) {
  std::string made;
  for (const auto name : names)
    made.append(made.empty() ? "" : ".").append(name);
  return made;
}

/// Whether a schema says no more of a value than that it is of a type without parts.
bool is_plain(const json& schema) {
  const auto type = schema.find("type");
  constexpr std::string_view plain[] = {"string", "number", "integer", "boolean", "null"};
  return type != schema.end() && type->is_string()
         && std::find(std::begin(plain), std::end(plain), type->get_ref<const std::string&>())
              != std::end(plain);
}

/// The names that an object may have if the schema knows them all; none if there may be others.
std::optional<std::vector<std::string>> names_in(const json& schema) {
  const auto others = schema.find("additionalProperties");
  const auto properties = schema.find("properties");
  if (others == schema.end() || *others != false || schema.contains("patternProperties"))
    return std::nullopt;
  std::vector<std::string> names;
  if (properties != schema.end() && properties->is_object())
    for (const auto& [name, unused] : properties->items())
      names.push_back(name);
  return names;
}

/// Why a schema lets no value have that path; nothing if one may, as far as is easily told.
std::optional<std::string> schema_complaint(const path& names, const json& schema) {
  const auto* at = &schema;
  for (auto name = names.begin() + 1; name != names.end(); ++name) {
    // What stands behind a reference or beside others is not looked at.
    if (!at->is_object() || at->contains("$ref"))
      return std::nullopt;
    if (is_plain(*at))
      return "params_schema has no members in " + joined({names.begin(), name});
    const std::string wanted{*name};
    if (const auto known = names_in(*at);
        known && std::find(known->begin(), known->end(), wanted) == known->end())
      return "params_schema does not allow " + joined({names.begin(), name + 1})
             + did_you_mean(wanted, *known);
    const auto properties = at->find("properties");
    if (properties == at->end() || !properties->is_object() || !properties->contains(wanted))
      return std::nullopt;
    at = &properties->at(wanted);
  }
  return std::nullopt;
}

std::optional<std::string> path_complaint(const path& names, const json* schema) {
  const std::string root{names.front()};
  if (std::find(roots.begin(), roots.end(), root) == roots.end()) {
    std::string list;
    for (const auto& each : roots)
      list.append(list.empty() ? "" : ", ").append(each);
    return "a placeholder must begin with one of " + list + did_you_mean(root, roots);
  }
  if (names.size() > 1 && !has_parts(root))
    return root + " has no members";
  return root == "params" && schema != nullptr ? schema_complaint(names, *schema) : std::nullopt;
}

} // namespace

std::optional<std::string> template_complaint(std::string_view source, const json* schema) {
  std::optional<std::string> found;
  const auto look = [&](const path& names) -> std::optional<std::string> {
    if (auto what = path_complaint(names, schema); what && !found)
      found = "{{" + joined(names) + "}} cannot be filled by any job: " + *what;
    return std::nullopt;
  };
  const auto made = render_prompt(source, look);
  return made ? found : made.error().message;
}

} // namespace callboard::app
