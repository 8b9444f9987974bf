#include "app/config/config_check.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <callboard/json_text.hpp>

#include "app/config/config_formats.hpp"
#include "app/config/mask_url.hpp"
#include "app/config/nearest_word.hpp"

namespace callboard::app {

namespace {

using nlohmann::json;

/// Longest value that a fault repeats.
constexpr std::size_t shown_bytes_max = 60;

std::string print_number(double value) {
  return dump_json(value == std::trunc(value) ? json(static_cast<std::int64_t>(value))
                                              : json(value));
}

std::string list_of(std::span<const std::string_view> words) {
  std::string made;
  for (const auto word : words) {
    if (!made.empty())
      made += ", ";
    made += word;
  }
  return made;
}

/// The type of the agent, if the object is one and says so.
std::string_view agent_type_of(const json& object) {
  const auto found = object.find("type");
  return found != object.end() && found->is_string()
           ? std::string_view{found->get_ref<const std::string&>()}
           : std::string_view{};
}

bool is_agent_type(std::string_view type) {
  return std::find(agent_types().begin(), agent_types().end(), type) != agent_types().end();
}

/// Walks the values and the table side by side.
class checker {
public:
  explicit checker(config_document& document) : document_(document) {
    // nop
  }

  void check_section(const json& object, std::string_view pattern, const std::string& pointer) {
    const auto rules = rules_for(pattern, object);
    for (const auto& [name, value] : object.items()) {
      const auto at = pointer_to(pointer, name);
      const auto rule
        = std::find_if(rules.begin(), rules.end(),
                       [&, &key = name](const key_rule* r) { return r->name() == key; });
      if (rule != rules.end())
        check_value(**rule, value, at);
      else
        refuse_unknown(name, pattern, object, at);
    }
    for (const auto* rule : rules)
      if (rule->is_required && !object.contains(rule->name()))
        document_.add_fault(pointer_to(pointer, rule->name()),
                            "is required and " + allowed_by(*rule));
  }

private:
  void check_value(const key_rule& rule, const json& value, const std::string& pointer) {
    switch (rule.type) {
      case key_type::text:
        check_text(rule, value, pointer);
        break;
      case key_type::integer:
      case key_type::number:
        check_number(rule, value, pointer);
        break;
      case key_type::boolean:
        require(value.is_boolean(), rule, value, pointer);
        break;
      case key_type::object:
        require(value.is_object(), rule, value, pointer);
        break;
      case key_type::section:
        if (rule.can_be_zero && to_int64(value) == 0)
          break;
        if (require(value.is_object(), rule, value, pointer))
          check_section(value, rule.pointer, pointer);
        break;
      case key_type::sections:
        if (require(value.is_array(), rule, value, pointer))
          check_sections(rule, value, pointer);
        break;
      case key_type::texts:
        if (require(value.is_array() && !(rule.is_required && value.empty()), rule, value, pointer))
          for (std::size_t i = 0; i < value.size(); ++i)
            check_text(rule, value[i], pointer_to(pointer, std::to_string(i)));
        break;
      case key_type::text_map:
        if (require(value.is_object(), rule, value, pointer))
          for (const auto& [name, member] : value.items())
            check_text(rule, member, pointer_to(pointer, name));
        break;
    }
  }

  void check_text(const key_rule& rule, const json& value, const std::string& pointer) {
    if (!value.is_string()) {
      document_.add_fault(pointer,
                          (rule.type == key_type::text ? allowed_by(rule) : "must be a string")
                            + found(rule, value, pointer));
      return;
    }
    const std::string_view text = value.get_ref<const std::string&>();
    if (rule.is_required && rule.type == key_type::text && text.empty())
      document_.add_fault(pointer, "must not be empty");
    if (!rule.choices.empty()
        && std::find(rule.choices.begin(), rule.choices.end(), text) == rule.choices.end())
      document_.add_fault(pointer,
                          "must be one of " + list_of(rule.choices) + found(rule, value, pointer)
                            + did_you_mean(text, {rule.choices.begin(), rule.choices.end()}));
    if (rule.check != nullptr)
      if (const auto complaint = rule.check(text))
        document_.add_fault(pointer, *complaint + found(rule, value, pointer));
  }

  void check_number(const key_rule& rule, const json& value, const std::string& pointer) {
    const bool has_type
      = rule.type == key_type::integer ? to_int64(value).has_value() : value.is_number();
    const auto number = has_type ? value.get<double>() : 0;
    require(has_type && number >= rule.least && number <= rule.most
              && !(rule.is_above_least && number == rule.least),
            rule, value, pointer);
  }

  void check_sections(const key_rule& rule, const json& list, const std::string& pointer) {
    const auto pattern = std::string{rule.pointer} + "/*";
    for (std::size_t i = 0; i < list.size(); ++i) {
      const auto at = pointer_to(pointer, std::to_string(i));
      if (list[i].is_object())
        check_section(list[i], pattern, at);
      else
        document_.add_fault(at, "must be an object" + found(rule, list[i], at));
    }
  }

  bool require(bool is_fine, const key_rule& rule, const json& value, const std::string& pointer) {
    if (!is_fine)
      document_.add_fault(pointer, allowed_by(rule) + found(rule, value, pointer));
    return is_fine;
  }

  /// ", not VALUE" as far as the value may be shown: as it was written, and no secret.
  std::string found(const key_rule& rule, const json& value, const std::string& pointer) const {
    if (value.is_structured() || rule.is_secret)
      return std::string{", not "} + value.type_name();
    const json::json_pointer at{pointer};
    auto shown = document_.shown.contains(at) ? document_.shown.at(at) : value;
    if ((rule.check == check_http_url || rule.check == check_base_url) && shown.is_string())
      shown = masked_url(shown.get_ref<const std::string&>());
    const auto text = dump_json(shown);
    return ", not " + (text.size() > shown_bytes_max ? value.type_name() : text);
  }

  void refuse_unknown(const std::string& name, std::string_view pattern, const json& object,
                      const std::string& pointer) {
    std::string owners;
    for (const auto* rule : keys_in(pattern))
      if (rule->name() == name)
        owners += (owners.empty() ? "" : ", ") + std::string{rule->agent_type};
    if (owners.empty()) {
      std::vector<std::string> known;
      for (const auto* rule : rules_for(pattern, object))
        known.emplace_back(rule->name());
      document_.add_fault(pointer, "is not a known key" + did_you_mean(name, known));
      return;
    }
    // Without a valid type the setting cannot be checked; the type is the error.
    const auto type = agent_type_of(object);
    if (is_agent_type(type))
      document_.add_fault(pointer, "is a setting of agents of type " + owners + ", not of "
                                     + std::string{type});
  }

  config_document& document_;
};

void fill_section(json& object, std::string_view pattern) {
  for (const auto* rule : rules_for(pattern, object)) {
    const std::string name{rule->name()};
    const bool is_absent = !object.contains(name);
    if (rule->type == key_type::section && is_absent && !rule->is_optional)
      object[name] = json::object();
    else if (!rule->standard.empty() && is_absent)
      object[name] = json::parse(rule->standard);
    if (!object.contains(name))
      continue;
    auto& value = object[name];
    // "None configured" may also be written as an empty list.
    if (rule->type == key_type::sections && value.is_array() && value.empty())
      value = json::parse(rule->standard);
    if (rule->type == key_type::section && value.is_object())
      fill_section(value, rule->pointer);
    if (rule->type == key_type::sections && value.is_array())
      for (auto& element : value)
        if (element.is_object())
          fill_section(element, std::string{rule->pointer} + "/*");
  }
}

std::string range_of(const key_rule& rule) {
  const bool has_most = rule.most < std::numeric_limits<double>::max();
  if (rule.is_above_least)
    return " above " + print_number(rule.least) + ", at most " + print_number(rule.most);
  return has_most ? " from " + print_number(rule.least) + " to " + print_number(rule.most)
                  : std::string{};
}

} // namespace

void check_document(config_document& document) {
  checker{document}.check_section(document.values, "", "");
}

void fill_defaults(json& values) {
  fill_section(values, "");
}

std::vector<const key_rule*> rules_for(std::string_view section, const json& object) {
  auto rules = keys_in(section);
  const auto type = agent_type_of(object);
  std::erase_if(rules, [&](const key_rule* rule) {
    return !rule->agent_type.empty() && rule->agent_type != type;
  });
  return rules;
}

std::string allowed_by(const key_rule& rule) {
  switch (rule.type) {
    case key_type::text:
      if (!rule.choices.empty())
        return "must be one of " + list_of(rule.choices);
      return "must be a string";
    case key_type::integer:
      return "must be an integer" + range_of(rule);
    case key_type::number:
      return "must be a number" + range_of(rule);
    case key_type::boolean:
      return "must be true or false";
    case key_type::texts:
      return (rule.is_required ? "must be a non-empty list of " : "must be a list of ")
             + (rule.choices.empty() ? std::string{"strings"} : list_of(rule.choices));
    case key_type::text_map:
      return "must be an object with string values";
    case key_type::object:
    case key_type::section:
      return rule.can_be_zero ? "must be an object, or 0" : "must be an object";
    case key_type::sections:
      return "must be a list of objects";
  }
  return {};
}

} // namespace callboard::app
