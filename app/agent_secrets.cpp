#include "app/agent_secrets.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace callboard::app {

namespace {

constexpr std::size_t secret_bytes_min = 8;
constexpr std::string_view mask = "***";

class collector {
public:
  void operator()(const echo_options&) {
    // nop
  }

  void operator()(const http_agent_options& settings) {
    add(settings.secret);
    add_values(settings.headers);
  }

  void operator()(const openai_options& settings) {
    add(settings.api_key);
    add_values(settings.headers);
  }

  void operator()(const exec_options& settings) {
    add_values(settings.env);
  }

  std::vector<std::string> finish() && {
    std::sort(found_.begin(), found_.end(), [](const auto& left, const auto& right) {
      return std::pair{right.size(), left} < std::pair{left.size(), right};
    });
    found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
    return std::move(found_);
  }

private:
  void add(const std::string& text) {
    if (text.size() >= secret_bytes_min)
      found_.push_back(text);
  }

  void add_values(const std::map<std::string, std::string>& values) {
    for (const auto& [name, value] : values) {
      add(value);
      // "Bearer KEY": the key alone is one, too.
      if (const auto blank = value.rfind(' '); blank != value.npos)
        add(value.substr(blank + 1));
    }
  }

  std::vector<std::string> found_;
};

} // namespace

std::vector<std::string> secrets_of(const std::vector<agent_config>& agents) {
  collector all;
  for (const auto& one : agents)
    std::visit(all, one.settings);
  return std::move(all).finish();
}

std::string without_secrets(std::string text, const std::vector<std::string>& secrets) {
  for (const auto& secret : secrets)
    for (auto at = text.find(secret); at != text.npos; at = text.find(secret, at + mask.size()))
      text.replace(at, secret.size(), mask);
  return text;
}

} // namespace callboard::app
