#include "text/schema_guard.hpp"

#include <regex>

#include <callboard/json_text.hpp>

namespace callboard::json {

namespace {

using document = nlohmann::json;

void look_at_pattern(const std::string& pattern, const std::string& pointer,
                     std::vector<json_fault>& faults) {
  try {
    const std::regex tried{pattern};
  } catch (const std::regex_error&) {
    faults.push_back({pointer, "must be a regular expression (ECMAScript)"});
  }
}

void look_for_patterns(const document& schema, const std::string& pointer,
                       std::vector<json_fault>& faults) {
  if (schema.is_array())
    for (std::size_t i = 0; i < schema.size(); ++i)
      look_for_patterns(schema[i], pointer_to(pointer, std::to_string(i)), faults);
  if (!schema.is_object())
    return;
  for (const auto& [name, member] : schema.items()) {
    const auto at = pointer_to(pointer, name);
    if (name == "pattern" && member.is_string())
      look_at_pattern(member.get_ref<const std::string&>(), at, faults);
    if (name == "patternProperties" && member.is_object())
      for (const auto& [pattern, unused] : member.items())
        look_at_pattern(pattern, pointer_to(at, pattern), faults);
    look_for_patterns(member, at, faults);
  }
}

/// Whether checking against a schema can be costly: it has regular expressions, arrays without
/// repetition, or leads elsewhere.
bool is_costly(const document& schema) {
  if (!schema.is_structured())
    return false;
  if (schema.is_object()) {
    const auto has_text = [&](const char* name) {
      const auto found = schema.find(name);
      return found != schema.end() && found->is_string();
    };
    const auto unique = schema.find("uniqueItems");
    if (has_text("pattern") || has_text("format") || has_text("$ref")
        || schema.contains("patternProperties")
        || (unique != schema.end() && unique->is_boolean() && unique->get<bool>()))
      return true;
  }
  for (const auto& part : schema)
    if (is_costly(part))
      return true;
  return false;
}

/// The schema without the keywords that only speak of named members and of elements.
document own_part(const document& schema) {
  auto own = schema;
  own.erase("properties");
  if (const auto items = own.find("items"); items != own.end() && items->is_object())
    own.erase(items);
  return own;
}

void refuse_all_long(const document& value, const std::string& pointer,
                     std::vector<json_fault>& faults) {
  const auto is_long
    = [](const std::string& text) { return text.size() > json_schema::matched_bytes_max; };
  static const auto complaint = "must be at most " + std::to_string(json_schema::matched_bytes_max)
                                + " bytes long, because a pattern applies";
  if (value.is_string() && is_long(value.get_ref<const std::string&>()))
    faults.push_back({pointer, complaint});
  if (value.is_array() && value.size() > json_schema::unique_items_max)
    faults.push_back({pointer, "must have at most " + std::to_string(json_schema::unique_items_max)
                                 + " elements, because uniqueItems applies"});
  if (value.is_array())
    for (std::size_t i = 0; i < value.size(); ++i)
      refuse_all_long(value[i], pointer_to(pointer, std::to_string(i)), faults);
  if (value.is_object())
    for (const auto& [name, member] : value.items()) {
      if (is_long(name))
        faults.push_back({pointer, "must have names of at most "
                                     + std::to_string(json_schema::matched_bytes_max) + " bytes"});
      else
        refuse_all_long(member, pointer_to(pointer, name), faults);
    }
}

void refuse_long(const document& schema, const document& value, const std::string& pointer,
                 std::vector<json_fault>& faults) {
  if (!is_costly(schema))
    return;
  if (!schema.is_object() || is_costly(own_part(schema))) {
    refuse_all_long(value, pointer, faults);
    return;
  }
  const auto properties = schema.find("properties");
  if (value.is_object() && properties != schema.end() && properties->is_object())
    for (const auto& [name, member] : value.items())
      if (const auto rule = properties->find(name); rule != properties->end())
        refuse_long(*rule, member, pointer_to(pointer, name), faults);
  const auto items = schema.find("items");
  if (value.is_array() && items != schema.end() && items->is_object())
    for (std::size_t i = 0; i < value.size(); ++i)
      refuse_long(*items, value[i], pointer_to(pointer, std::to_string(i)), faults);
}

} // namespace

std::vector<json_fault> unreadable_patterns(const document& schema) {
  std::vector<json_fault> faults;
  look_for_patterns(schema, "", faults);
  return faults;
}

std::vector<json_fault> too_costly(const document& schema, const document& value) {
  std::vector<json_fault> faults;
  refuse_long(schema, value, "", faults);
  return faults;
}

std::size_t count_values(const document& value, std::size_t most) {
  std::size_t count = 1;
  if (value.is_structured())
    for (const auto& part : value) {
      if (count >= most)
        return most;
      count += count_values(part, most - count);
    }
  return count;
}

} // namespace callboard::json
