#include "app/log/agent_secrets.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "agents/error_reason.hpp"
#include "app/config/mask_url.hpp"

namespace callboard::app {

namespace {

constexpr std::size_t secret_bytes_min = 8;
/// What an agent says when it fails may hold half of what it was given; the beginning tells enough.
constexpr std::size_t logged_bytes_max = 1024;

class collector {
public:
  void operator()(const echo_options&) {
    // nop
  }

  void operator()(const http_agent_options& settings) {
    add(settings.secret);
    add_all(secrets_in_url(settings.url));
    add_values(settings.headers);
  }

  void operator()(const openai_options& settings) {
    add(settings.api_key);
    add_all(secrets_in_url(settings.base_url));
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

  void add_all(const std::vector<std::string>& texts) {
    for (const auto& text : texts)
      add(text);
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
  return agents::masked(std::move(text), secrets);
}

std::string loggable(std::string text, const std::vector<std::string>& secrets) {
  // First, so that the cut leaves no part of a secret.
  text = without_secrets(std::move(text), secrets);
  if (text.size() <= logged_bytes_max)
    return text;
  auto end = logged_bytes_max;
  // Not in the middle of a character.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  text.resize(end);
  return text += "…";
}

} // namespace callboard::app
