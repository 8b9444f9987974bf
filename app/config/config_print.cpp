#include "app/config/config_print.hpp"

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <callboard/json_text.hpp>

#include "app/config/config_check.hpp"
#include "app/config/config_formats.hpp"
#include "app/config/mask_url.hpp"

namespace callboard::app {

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

/// Builds the document to print, with placeholders for the objects that are printed as given.
class printer {
public:
  ordered_json section(const json& object, std::string_view pattern, json_view given) {
    auto made = ordered_json::object();
    for (const auto* rule : rules_for(pattern, object))
      if (const auto found = object.find(rule->name()); found != object.end())
        made[std::string{rule->name()}]
          = value_of(*rule, *found, given.find(rule->name()).value_or(json_view{}));
    return made;
  }

  /// The text with the objects in place of their placeholders.
  std::string filled(std::string text) const {
    for (std::size_t i = 0; i < as_given_.size(); ++i) {
      const auto mark = dump_json(placeholder(i));
      if (const auto at = text.find(mark); at != text.npos)
        text.replace(at, mark.size(), as_given_[i]);
    }
    return text;
  }

private:
  /// No setting contains this control character.
  static std::string placeholder(std::size_t number) {
    return '\x01' + std::to_string(number) + '\x01';
  }

  ordered_json value_of(const key_rule& rule, const json& value, json_view given);

  std::vector<std::string_view> as_given_;
};

ordered_json printer::value_of(const key_rule& rule, const json& value, json_view given) {
  if (rule.type == key_type::section && value.is_object())
    return section(value, rule.pointer, given);
  if (rule.type == key_type::sections) {
    auto made = ordered_json::array();
    json_cursor as_given{given};
    for (const auto& element : value)
      made.push_back(section(element, std::string{rule.pointer} + "/*",
                             as_given.next() ? as_given.value() : json_view{}));
    return made;
  }
  if (rule.type == key_type::object && given.is_object()) {
    as_given_.push_back(given.text());
    return placeholder(as_given_.size() - 1);
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

std::string print_masked(const json& values, json_view given) {
  constexpr int indent = 2;
  printer made;
  const auto whole = made.section(values, "", given);
  return made.filled(whole.dump(indent, ' ', false, ordered_json::error_handler_t::replace));
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
