#include "app/config/key_rules.hpp"

namespace callboard::app {

key_rule key(key_type type, std::string_view pointer, std::string_view standard,
             std::string_view meaning) {
  key_rule made;
  made.type = type;
  made.pointer = pointer;
  made.standard = standard;
  made.meaning = meaning;
  return made;
}

key_rule section(std::string_view pointer, std::string_view meaning) {
  return key(key_type::section, pointer, "", meaning);
}

key_rule sections(std::string_view pointer, std::string_view standard, std::string_view meaning) {
  return key(key_type::sections, pointer, standard, meaning);
}

key_rule text(std::string_view pointer, std::string_view standard, std::string_view meaning,
              text_check check) {
  auto made = key(key_type::text, pointer, standard, meaning);
  made.check = check;
  return made;
}

key_rule choice(std::string_view pointer, std::span<const std::string_view> choices,
                std::string_view standard, std::string_view meaning) {
  auto made = key(key_type::text, pointer, standard, meaning);
  made.choices = choices;
  return made;
}

key_rule integer(std::string_view pointer, double least, double most, std::string_view standard,
                 std::string_view meaning) {
  auto made = key(key_type::integer, pointer, standard, meaning);
  made.least = least;
  made.most = most;
  return made;
}

key_rule number(std::string_view pointer, double least, double most, std::string_view standard,
                std::string_view meaning) {
  auto made = integer(pointer, least, most, standard, meaning);
  made.type = key_type::number;
  return made;
}

key_rule flag(std::string_view pointer, std::string_view standard, std::string_view meaning) {
  return key(key_type::boolean, pointer, standard, meaning);
}

key_rule texts(std::string_view pointer, std::string_view standard, std::string_view meaning) {
  return key(key_type::texts, pointer, standard, meaning);
}

key_rule text_map(std::string_view pointer, std::string_view standard, std::string_view meaning) {
  return key(key_type::text_map, pointer, standard, meaning);
}

key_rule required(key_rule rule) {
  rule.is_required = true;
  return rule;
}

key_rule secret(key_rule rule) {
  rule.is_secret = true;
  return rule;
}

key_rule optional(key_rule rule) {
  rule.is_optional = true;
  return rule;
}

key_rule empty_too(key_rule rule) {
  rule.takes_empty_variable = true;
  return rule;
}

key_rule or_zero(key_rule rule) {
  rule.can_be_zero = true;
  return rule;
}

key_rule above_least(key_rule rule) {
  rule.is_above_least = true;
  return rule;
}

key_rule with_choices(key_rule rule, std::span<const std::string_view> choices) {
  rule.choices = choices;
  return rule;
}

key_rule with_check(key_rule rule, text_check check) {
  rule.check = check;
  return rule;
}

} // namespace callboard::app
