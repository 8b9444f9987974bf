#include "app/config/config_print.hpp"

#include <nlohmann/json.hpp>

#include <callboard/json_text.hpp>

#include "app/config/config_check.hpp"
#include "app/config/config_formats.hpp"
#include "app/config/mask_url.hpp"

namespace callboard::app {

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

ordered_json print_value(const key_rule& rule, const json& value);

ordered_json print_section(const json& object, std::string_view pattern) {
  auto made = ordered_json::object();
  for (const auto* rule : rules_for(pattern, object))
    if (const auto found = object.find(rule->name()); found != object.end())
      made[std::string{rule->name()}] = print_value(*rule, *found);
  return made;
}

ordered_json print_value(const key_rule& rule, const json& value) {
  if (rule.type == key_type::section && value.is_object())
    return print_section(value, rule.pointer);
  if (rule.type == key_type::sections) {
    auto made = ordered_json::array();
    for (const auto& element : value)
      made.push_back(print_section(element, std::string{rule.pointer} + "/*"));
    return made;
  }
  if (rule.type == key_type::text_map && rule.is_secret) {
    auto made = ordered_json::object();
    for (const auto& [name, unused] : value.items())
      made[name] = mask;
    return made;
  }
  if (rule.is_secret)
    return mask;
  if (rule.check == check_http_url || rule.check == check_base_url)
    return masked_url(value.get<std::string>());
  // What the environment gives is a double until the type of the key is known.
  if (rule.type == key_type::integer)
    if (const auto number = to_int64(value))
      return *number;
  return value;
}

std::string type_of(const key_rule& rule) {
  auto made = allowed_by(rule);
  for (const std::string_view start : {"must be an ", "must be a ", "must be "})
    if (made.starts_with(start)) {
      made.erase(0, start.size());
      break;
    }
  return made;
}

} // namespace

std::string print_masked(const json& values) {
  constexpr int indent = 2;
  return print_section(values, "").dump(indent, ' ', false, ordered_json::error_handler_t::replace);
}

std::string print_key_table() {
  std::string made = "| key | value | default | variable | meaning |\n|---|---|---|---|---|\n";
  for (const auto& rule : config_keys()) {
    std::string meaning{rule.meaning};
    if (!rule.agent_type.empty())
      meaning = "(`" + std::string{rule.agent_type} + "`) " + meaning;
    if (rule.is_required)
      meaning += " Required.";
    if (rule.is_secret)
      meaning += " Never shown.";
    made += "| `" + std::string{rule.pointer} + "` | " + type_of(rule) + " | "
            + (rule.standard.empty() ? "" : '`' + std::string{rule.standard} + '`') + " | "
            + (rule.has_variable() ? '`' + rule.variable() + '`' : "") + " | " + meaning + " |\n";
  }
  return made;
}

} // namespace callboard::app
