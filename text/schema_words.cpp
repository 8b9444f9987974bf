#include "text/schema_words.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace callboard::json {

namespace {

using document = nlohmann::json;

/// Parts of a schema that are looked at for one fault: references may lead round in circles.
constexpr std::size_t parts_max = 1000;
/// Values and bytes of a list that a message can show; whoever needs more reads the schema.
constexpr std::size_t shown_values_max = 30;
constexpr std::size_t shown_bytes_max = 1000;

std::vector<std::string> segments_of(const std::string& pointer) {
  std::vector<std::string> made;
  document::json_pointer left{pointer};
  for (; !left.empty(); left.pop_back())
    made.push_back(left.back());
  std::reverse(made.begin(), made.end());
  return made;
}

const document* find(const document& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

/// Goes through a schema along the path of a place and collects what the parts on its way say of it.
class part_finder {
public:
  part_finder(const document& schema, std::string_view keyword, std::vector<std::string> path)
    : root_(schema), keyword_(keyword), path_(std::move(path)) {
    // nop
  }

  /// The values of the keyword.
  std::vector<const document*> find_all() && {
    look(root_, 0);
    return std::move(found_);
  }

private:
  void look(const document& part, std::size_t depth) {
    if (!part.is_object() || ++looked_at_ > parts_max)
      return;
    if (const auto* reference = find(part, "$ref"); reference != nullptr && reference->is_string())
      follow(reference->get_ref<const std::string&>(), depth);
    for (const auto* name : {"allOf", "anyOf", "oneOf"})
      if (const auto* choices = find(part, name); choices != nullptr && choices->is_array())
        for (const auto& each : *choices)
          look(each, depth);
    for (const auto* name : {"then", "else"})
      if (const auto* branch = find(part, name))
        look(*branch, depth);
    if (depth < path_.size())
      return look_inside(part, depth);
    if (const auto found = part.find(keyword_); found != part.end())
      found_.push_back(&*found);
  }

  void look_inside(const document& part, std::size_t depth) {
    const auto& segment = path_[depth];
    const auto* properties = find(part, "properties");
    if (properties != nullptr && properties->is_object() && properties->contains(segment))
      look(properties->at(segment), depth + 1);
    else if (const auto* others = find(part, "additionalProperties"))
      look(*others, depth + 1);
    if (const auto* patterns = find(part, "patternProperties");
        patterns != nullptr && patterns->is_object())
      for (const auto& each : *patterns)
        look(each, depth + 1);
    const auto* items = find(part, "items");
    if (items != nullptr && items->is_array())
      for (const auto& each : *items)
        look(each, depth + 1);
    else if (items != nullptr)
      look(*items, depth + 1);
  }

  void follow(const std::string& reference, std::size_t depth) {
    if (!reference.starts_with('#'))
      return;
    try {
      const document::json_pointer target{reference.substr(1)};
      if (root_.contains(target))
        look(root_.at(target), depth);
    } catch (const document::exception&) {
      // No pointer: an anchor, say. Then the fault is told in the general words.
    }
  }

  const document& root_;
  std::string keyword_;
  std::vector<std::string> path_;
  std::size_t looked_at_ = 0;
  std::vector<const document*> found_;
};

std::string print(const document& value) {
  return value.dump(-1, ' ', false, document::error_handler_t::replace);
}

bool is_of_type(const document& value, const document& type) {
  if (!type.is_string())
    return false;
  const auto& name = type.get_ref<const std::string&>();
  if (name == "integer")
    return value.is_number_integer()
           || (value.is_number_float() && value.get<double>() == std::trunc(value.get<double>()));
  return name == "number" ? value.is_number() : name == value.type_name();
}

bool refuses(std::string_view keyword, const document& rule, const document& value) {
  if (keyword == "const")
    return rule != value;
  if (keyword == "enum")
    return rule.is_array() && std::find(rule.begin(), rule.end(), value) == rule.end();
  if (keyword == "type")
    return rule.is_array() ? std::none_of(rule.begin(), rule.end(),
                                          [&](const auto& each) { return is_of_type(value, each); })
                           : !is_of_type(value, rule);
  return rule.is_string();
}

/// The texts joined by commas, as many as a message can show.
std::string join(const std::vector<std::string>& texts) {
  std::string made;
  std::size_t shown = 0;
  for (const auto& each : texts) {
    if (shown == shown_values_max || made.size() + each.size() > shown_bytes_max)
      break;
    made.append(shown++ == 0 ? "" : ", ").append(each);
  }
  if (shown < texts.size())
    made.append(shown == 0 ? "" : " and ").append(std::to_string(texts.size() - shown)) += " more";
  return made;
}

/// What is allowed by rules that all refuse: the elements of lists, or the rules themselves.
std::vector<std::string> allowed_by(std::string_view keyword,
                                    const std::vector<const document*>& rules) {
  std::vector<std::string> made;
  const auto add = [&](const document& value) {
    const auto is_word = keyword == "type" || keyword == "pattern";
    auto text = is_word && value.is_string() ? value.get<std::string>() : print(value);
    if (std::find(made.begin(), made.end(), text) == made.end())
      made.push_back(std::move(text));
  };
  for (const auto* rule : rules)
    if (rule->is_array() && keyword != "const")
      std::for_each(rule->begin(), rule->end(), add);
    else
      add(*rule);
  return made;
}

} // namespace

std::optional<std::string> allowed_at(const document& schema, const document& checked,
                                      const std::string& pointer, std::string_view keyword) {
  const document::json_pointer place{pointer};
  if (!checked.contains(place))
    return std::nullopt;
  const auto& value = checked.at(place);
  auto rules = part_finder{schema, keyword, segments_of(pointer)}.find_all();
  std::erase_if(rules, [&](const document* rule) { return !refuses(keyword, *rule, value); });
  if (rules.empty())
    return std::nullopt;
  const auto allowed = allowed_by(keyword, rules);
  const auto words = join(allowed);
  if (keyword == "pattern")
    return "must match the pattern " + words;
  if (keyword == "type")
    return "must be of type " + words;
  return (allowed.size() == 1 ? "must be " : "must be one of ") + words;
}

} // namespace callboard::json
