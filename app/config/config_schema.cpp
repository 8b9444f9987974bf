#include "app/config/config_schema.hpp"

namespace callboard::app {

std::string_view key_rule::name() const noexcept {
  return pointer.substr(pointer.rfind('/') + 1);
}

std::string_view key_rule::parent() const noexcept {
  return pointer.substr(0, pointer.rfind('/'));
}

bool key_rule::has_variable() const noexcept {
  using enum key_type;
  return pointer.find('*') == std::string_view::npos
         && (type == text || type == integer || type == number || type == boolean || type == texts);
}

std::string key_rule::variable() const {
  std::string made = "CALLBOARD";
  for (const char c : pointer) {
    const bool is_upper = c >= 'A' && c <= 'Z';
    const bool is_lower = c >= 'a' && c <= 'z';
    if (c == '/' || is_upper)
      made += '_';
    if (c != '/')
      made += is_lower ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return made;
}

std::vector<const key_rule*> keys_in(std::string_view section) {
  std::vector<const key_rule*> found;
  for (const auto& rule : config_keys())
    if (rule.parent() == section)
      found.push_back(&rule);
  return found;
}

} // namespace callboard::app
