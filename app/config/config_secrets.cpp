#include "app/config/config_secrets.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include <callboard/json_text.hpp>

#include "app/config/config_rules.hpp"
#include "app/config/mask_url.hpp"

namespace callboard::app {

namespace {

using nlohmann::json;

constexpr std::string_view hint = " is empty; set it, or remove the setting";

/// The first variable of a text, as it was written, that is set and empty; empty if there is none.
std::string_view empty_variable_in(std::string_view text, const environment& variables) {
  for (std::size_t at = 0; (at = text.find("${", at)) != text.npos; at += 2) {
    // `$${` stands for a plain `${`.
    if (at > 0 && text[at - 1] == '$')
      continue;
    const auto name = text.substr(at + 2, text.find('}', at) - at - 2);
    const auto found = variables.find(name);
    if (found != variables.end() && found->second.empty())
      return name;
  }
  return {};
}

class secret_check {
public:
  secret_check(config_document& document, const environment& variables)
    : document_(document), variables_(variables) {
    // nop
  }

  void check_text(const json& shown, std::string_view name, const std::string& pointer) {
    if (const auto* text = text_in(shown, name))
      refuse_empty(*text, pointer_to(pointer, name));
  }

  void check_texts(const json& shown, const char* name, const std::string& pointer) {
    const auto found = shown.find(name);
    if (found == shown.end() || !found->is_object())
      return;
    for (const auto& [key, unused] : found->items())
      check_text(*found, key, pointer_to(pointer, name));
  }

  /// Of a URL only the places at which secrets stand.
  void check_url(const json& shown, const char* name, const std::string& pointer) {
    if (const auto* text = text_in(shown, name))
      for (const auto& part : secrets_in_url(*text))
        refuse_empty(part, pointer_to(pointer, name));
  }

  void check_key_variable(const json& agent, const std::string& pointer) {
    const auto* name = text_in(agent, "apiKeyEnv");
    if (name == nullptr)
      return;
    const auto found = variables_.find(*name);
    if (found == variables_.end())
      add(pointer, "environment variable " + *name + " is not set");
    else if (found->second.empty())
      add(pointer, "environment variable " + *name + std::string{hint});
    else if (is_blank(found->second.front()) || is_blank(found->second.back()))
      add(pointer, "environment variable " + *name
                     + " begins or ends with a blank or newline, which cannot be part of a key");
  }

private:
  static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
  }

  static const std::string* text_in(const json& object, std::string_view name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? &found->get_ref<const std::string&>()
                                                       : nullptr;
  }

  void refuse_empty(std::string_view text, const std::string& pointer) {
    if (const auto name = empty_variable_in(text, variables_); !name.empty())
      add(pointer, "environment variable " + std::string{name} + std::string{hint});
  }

  void add(const std::string& pointer, std::string what) {
    document_.add_fault(pointer, std::move(what));
  }

  config_document& document_;
  const environment& variables_;
};

} // namespace

void check_secrets(config_document& document, const environment& variables) {
  secret_check check{document, variables};
  const auto& shown = document.shown;
  if (const auto tls = shown.find("tls"); tls != shown.end() && tls->is_object())
    for (const auto* name : {"certificate", "privateKey"})
      check.check_text(*tls, name, "/tls");
  if (const auto agents = shown.find("agents"); agents != shown.end() && agents->is_array())
    for (std::size_t i = 0; i < agents->size(); ++i) {
      const auto& agent = (*agents)[i];
      const auto pointer = "/agents/" + std::to_string(i);
      if (!agent.is_object())
        continue;
      check.check_text(agent, "secret", pointer);
      check.check_texts(agent, "headers", pointer);
      check.check_url(agent, "url", pointer);
      check.check_url(agent, "baseUrl", pointer);
    }
  // Its name may come from the environment itself.
  if (const auto agents = document.values.find("agents");
      agents != document.values.end() && agents->is_array())
    for (std::size_t i = 0; i < agents->size(); ++i)
      if ((*agents)[i].is_object())
        check.check_key_variable((*agents)[i], "/agents/" + std::to_string(i) + "/apiKeyEnv");
  // Not a fault: elizaOS takes an empty one for none, too.
  const auto token = variables.find(messaging_key_variable);
  if (token != variables.end() && token->second.empty())
    document.warnings.push_back("environment variable " + std::string{messaging_key_variable}
                                + " is empty and counts as unset: no key is added");
}

} // namespace callboard::app
