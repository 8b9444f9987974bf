#include "app/config/config_agents.hpp"

#include <algorithm>
#include <iterator>

#include <callboard/json_text.hpp>

namespace callboard::app {

namespace {

using nlohmann::json;

std::string text_of(const json& agent, std::string_view name) {
  const auto found = agent.find(name);
  return found == agent.end() ? std::string{} : found->get<std::string>();
}

template <class T>
std::optional<T> integer_of(const json& agent, std::string_view name) {
  const auto found = agent.find(name);
  if (found == agent.end())
    return std::nullopt;
  return static_cast<T>(*to_int64(*found));
}

std::optional<std::chrono::milliseconds> timeout_of(const json& agent) {
  const auto ms = integer_of<std::int64_t>(agent, "timeoutMs");
  return ms ? std::optional{std::chrono::milliseconds{*ms}} : std::nullopt;
}

std::map<std::string, std::string> texts_of(const json& agent, const char* name) {
  return agent.at(name).get<std::map<std::string, std::string>>();
}

agent_retry read_retry(const json& agent) {
  agent_retry made;
  if (const auto& retry = agent.at("retry"); retry.is_object()) {
    made.refusals.retries_max = *integer_of<std::uint32_t>(retry, "maxRetries");
    made.refusals.delay
      = std::chrono::milliseconds{*integer_of<std::int64_t>(retry, "initialDelayMs")};
    made.refusals.delay_max
      = std::chrono::milliseconds{*integer_of<std::int64_t>(retry, "maxDelayMs")};
  } else {
    made.refusals.retries_max = 0;
  }
  if (const auto most = integer_of<std::int64_t>(agent, "retryAfterMaxSeconds"))
    made.retry_after_max = std::chrono::seconds{*most};
  return made;
}

echo_options read_echo(const json& agent) {
  return {.prefix = text_of(agent, "prefix"),
          .delay = std::chrono::milliseconds{*integer_of<std::int64_t>(agent, "delayMs")}};
}

http_agent_options read_http(const json& agent, const std::string& public_url) {
  http_agent_options made;
  made.url = text_of(agent, "url");
  made.headers = texts_of(agent, "headers");
  made.timeout = timeout_of(agent);
  made.secret = text_of(agent, "secret");
  made.public_url = public_url;
  return made;
}

openai_options read_openai(const json& agent, json_view given, const environment& variables) {
  openai_options made;
  made.base_url = text_of(agent, "baseUrl");
  made.model = text_of(agent, "model");
  if (const auto key = variables.find(text_of(agent, "apiKeyEnv")); key != variables.end())
    made.api_key = key->second;
  made.system = text_of(agent, "system");
  if (const auto found = agent.find("temperature"); found != agent.end())
    made.temperature = found->get<double>();
  made.max_tokens = integer_of<int>(agent, "maxTokens");
  made.max_completion_tokens = integer_of<int>(agent, "maxCompletionTokens");
  if (const auto found = agent.find("extraBody"); found != agent.end())
    made.extra_body = given.find("extraBody")
                        ? expand_variables_in(*given.find("extraBody"), variables)
                        : json_text::from_valid(dump_json(*found));
  made.headers = texts_of(agent, "headers");
  made.timeout = timeout_of(agent);
  return made;
}

exec_options read_exec(const json& agent) {
  exec_options made;
  made.command = agent.at("command").get<std::vector<std::string>>();
  made.cwd = text_of(agent, "cwd");
  made.env = texts_of(agent, "env");
  made.timeout = timeout_of(agent);
  made.output_bytes_max = *integer_of<std::size_t>(agent, "maxOutputBytes");
  return made;
}

} // namespace

std::vector<agent_config> read_agents(const json& agents, json_view given,
                                      const std::string& public_url, const environment& variables) {
  std::vector<agent_config> made;
  json_cursor as_given{given};
  for (const auto& agent : agents) {
    const auto text = as_given.next() ? as_given.value() : json_view{};
    agent_config one;
    one.info.id = *uuid::parse(text_of(agent, "id"));
    one.info.name = text_of(agent, "name");
    one.info.concurrency = *integer_of<std::uint32_t>(agent, "concurrency");
    one.info.queue_limit = integer_of<std::uint32_t>(agent, "queueLimit");
    one.info.retry = read_retry(agent);
    const auto type = text_of(agent, "type");
    one.info.type = type;
    if (type == "http")
      one.settings = read_http(agent, public_url);
    else if (type == "openai")
      one.settings = read_openai(agent, text, variables);
    else if (type == "exec")
      one.settings = read_exec(agent);
    else
      one.settings = read_echo(agent);
    made.push_back(std::move(one));
  }
  return made;
}

} // namespace callboard::app
