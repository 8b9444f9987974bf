#include "app/config/config_rules.hpp"

#include <algorithm>
#include <map>

#include <callboard/json_schema.hpp>
#include <callboard/json_text.hpp>

#include "app/config/config_formats.hpp"
#include "app/config/config_secrets.hpp"
#include "app/config/config_templates.hpp"
#include "app/config/config_tls.hpp"
#include "app/config/nearest_word.hpp"
#include "app/digest.hpp"

namespace callboard::app {

namespace {

using nlohmann::json;

/// The elements of a list of objects; nothing if it is none.
std::vector<const json*> objects_in(const json& values, std::string_view list) {
  std::vector<const json*> found;
  const auto at = values.find(list);
  if (at != values.end() && at->is_array())
    for (const auto& element : *at)
      found.push_back(&element);
  return found;
}

/// A member that is a text and not empty, else nothing.
std::optional<std::string> text_in(const json& object, std::string_view name) {
  if (!object.is_object())
    return std::nullopt;
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string() || found->get_ref<const std::string&>().empty())
    return std::nullopt;
  return found->get<std::string>();
}

std::optional<std::string> text_in(const json& values, std::string_view section,
                                   std::string_view name) {
  const auto found = values.find(section);
  return found == values.end() ? std::nullopt : text_in(*found, name);
}

/// What makes an element of a list unique; no value: it cannot be told.
using identity = std::optional<std::string> (*)(const json& element);

void check_unique(config_document& document, std::string_view list, std::string_view member,
                  identity identity_of) {
  std::map<std::string, std::size_t> owners;
  const auto elements = objects_in(document.values, list);
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const auto key = identity_of(*elements[i]);
    if (!key)
      continue;
    const auto [found, is_new] = owners.emplace(*key, i);
    const auto owner = found->second;
    // Where neither says it, it follows from another member that is the same, and that was told.
    if (is_new || (!elements[i]->contains(member) && !elements[owner]->contains(member)))
      continue;
    const auto pointer = pointer_to("", list);
    document.add_fault(pointer_to(pointer_to(pointer, std::to_string(i)), member),
                       "must be unique, but " + pointer_to(pointer, std::to_string(owner))
                         + " has the same");
  }
}

std::optional<std::string> name_of(const json& element) {
  return text_in(element, "name");
}

std::optional<std::string> id_of(const json& element) {
  return text_in(element, "id");
}

std::optional<std::string> agent_id_in(const json& agent) {
  const auto name = text_in(agent, "name");
  if (!agent.contains("id") && name)
    return agent_id_of(*name).to_string();
  const auto id = uuid::parse(text_in(agent, "id").value_or(""));
  return id ? std::optional{id->to_string()} : std::nullopt;
}

std::optional<std::string> id_in_organisation(const json& element) {
  const auto organisation = text_in(element, "org_id");
  const auto id = text_in(element, "id");
  return organisation && id ? std::optional{*organisation + '\n' + *id} : std::nullopt;
}

void check_tls(config_document& document) {
  const bool has_certificate = text_in(document.values, "tls", "certificate").has_value();
  const bool has_key = text_in(document.values, "tls", "privateKey").has_value();
  if (has_certificate != has_key)
    document.add_fault(has_key ? "/tls/certificate" : "/tls/privateKey",
                       std::string{"is required when "}
                         + (has_key ? "/tls/privateKey" : "/tls/certificate") + " is set");
  if (!has_certificate || !has_key)
    return;
  if (const auto fault = tls_complaint(*text_in(document.values, "tls", "certificate"),
                                       *text_in(document.values, "tls", "privateKey")))
    document.add_fault(fault->is_of_key ? "/tls/privateKey" : "/tls/certificate", fault->what);
}

/// A number of a section; none: not there, or wrong and told.
std::optional<double> number_in(const json& values, std::string_view section,
                                std::string_view name) {
  const auto found = values.find(section);
  if (found == values.end() || !found->is_object())
    return std::nullopt;
  const auto member = found->find(name);
  return member != found->end() && member->is_number() ? std::optional{member->get<double>()}
                                                       : std::nullopt;
}

/// Bounds that no timeout is within, and a default that is outside.
void check_sessions(config_document& document) {
  constexpr double min_default = 5;
  constexpr double max_default = 1440;
  const auto& values = document.values;
  const auto least = number_in(values, "sessions", "minTimeoutMinutes").value_or(min_default);
  const auto most = number_in(values, "sessions", "maxTimeoutMinutes").value_or(max_default);
  if (least > most)
    return document.add_fault("/sessions/minTimeoutMinutes",
                              "must not be greater than /sessions/maxTimeoutMinutes");
  const auto usual = number_in(values, "sessions", "defaultTimeoutMinutes");
  if (usual && (*usual < least || *usual > most))
    document.warnings.push_back(
      "/sessions/defaultTimeoutMinutes is outside of minTimeoutMinutes to "
      "maxTimeoutMinutes: the nearest of these is used");
}

void check_openness(config_document& document, const environment& variables) {
  const auto where = parse_endpoint(text_in(document.values, "listen").value_or(""));
  if (!where || is_loopback(where->address))
    return;
  const auto token = variables.find(messaging_key_variable);
  const bool has_key = !objects_in(document.values, "apiKeys").empty()
                       || (token != variables.end() && !token->second.empty());
  const auto allowed = document.values.find("allowInsecure");
  const bool is_allowed = allowed != document.values.end() && *allowed == true;
  if (!has_key && !is_allowed)
    document.add_fault("/listen",
                       where->address
                         + " can be reached from other machines, and no API key is configured: "
                           "listen on 127.0.0.1, or create a key with `callboard key new`, or set "
                           "allowInsecure to true");
}

/// The ids of organisations that jobs and keys can name; empty: any, for nothing says which there are.
std::vector<std::string> known_organisations(const json& values) {
  std::vector<std::string> known;
  for (const auto* each : objects_in(values, "organizations"))
    if (auto id = text_in(*each, "id"))
      known.push_back(*std::move(id));
  if (known.empty())
    for (const auto* each : objects_in(values, "apiKeys"))
      if (auto id = text_in(*each, "org"))
        known.push_back(*std::move(id));
  if (!known.empty())
    known.emplace_back("default");
  return known;
}

/// A mistyped organisation makes a key that sees nothing, or a job type that no key can use.
void check_organisations(config_document& document) {
  const auto known = known_organisations(document.values);
  if (known.empty())
    return;
  const auto check = [&](std::string_view list, std::string_view member) {
    const auto elements = objects_in(document.values, list);
    for (std::size_t i = 0; i < elements.size(); ++i) {
      const auto named = text_in(*elements[i], member);
      if (named && std::find(known.begin(), known.end(), *named) == known.end())
        document.add_fault(pointer_to(pointer_to(pointer_to("", list), std::to_string(i)), member),
                           "must be the id of a configured organisation, not " + dump_json(*named)
                             + did_you_mean(*named, known));
    }
  };
  check("apiKeys", "org");
  check("jobTypes", "org_id");
}

/// Whether an agent goes by that name or id.
bool is_agent(const std::string& wanted, const std::vector<const json*>& agents) {
  const auto id = uuid::parse(wanted);
  for (const auto* agent : agents) {
    const auto own = agent_id_in(*agent);
    if (name_of(*agent) == wanted || (id && own == id->to_string()))
      return true;
  }
  return false;
}

void check_job_types(config_document& document) {
  const auto agents = objects_in(document.values, "agents");
  const auto types = objects_in(document.values, "jobTypes");
  for (std::size_t i = 0; i < types.size(); ++i) {
    const auto pointer = "/jobTypes/" + std::to_string(i);
    if (const auto agent = text_in(*types[i], "agent"); agent && !is_agent(*agent, agents))
      document.add_fault(pointer + "/agent", "must be the id or the name of a configured agent");
    if (!types[i]->is_object())
      continue;
    const auto schema = types[i]->find("params_schema");
    const bool has_schema = schema != types[i]->end() && schema->is_object();
    if (has_schema)
      if (const auto compiled = json_schema::compile(*schema); !compiled)
        document.add_fault(pointer + "/params_schema" + compiled.error().pointer,
                           compiled.error().message);
    if (const auto prompt = text_in(*types[i], "default_config", "start_prompt"))
      if (const auto what = template_complaint(*prompt, has_schema ? &*schema : nullptr))
        document.add_fault(pointer + "/default_config/start_prompt", *what);
  }
}

} // namespace

void check_relations(config_document& document, const environment& variables) {
  check_unique(document, "agents", "name", name_of);
  check_unique(document, "agents", "id", agent_id_in);
  check_unique(document, "organizations", "id", id_of);
  check_unique(document, "apiKeys", "name", name_of);
  check_unique(document, "jobTypes", "id", id_in_organisation);
  check_tls(document);
  check_sessions(document);
  check_openness(document, variables);
  check_secrets(document, variables);
  check_organisations(document);
  check_job_types(document);
}

void fill_agent_ids(json& values, json& shown) {
  auto& agents = values.at("agents");
  for (std::size_t i = 0; i < agents.size(); ++i)
    if (!agents[i].contains("id")) {
      agents[i]["id"] = agent_id_in(agents[i]).value();
      // Of the name that it has, which is not the one that was written if a variable stands in it.
      shown.at("agents").at(i)["id"] = agents[i]["id"];
    }
}

} // namespace callboard::app
