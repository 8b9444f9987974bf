#include <array>

#include "app/config/config_formats.hpp"
#include "app/config/key_rules.hpp"

namespace callboard::app {

namespace {

constexpr auto types = std::to_array<std::string_view>({"echo", "http", "openai", "exec"});

/// Marks settings as those of one type of agent.
std::vector<key_rule> of_agent(std::string_view type, std::vector<key_rule> rules) {
  for (auto& rule : rules)
    rule.agent_type = type;
  return rules;
}

std::vector<key_rule> common_keys() {
  return {
    sections("/agents", R"([{"name":"echo","type":"echo"}])",
             "Agents, which run jobs. Jobs that name no agent go to the first."),
    text("/agents/*/id", "",
         "UUID, unique. Default: the version-5 UUID of `callboard:agent:NAME` in the URL "
         "namespace.",
         check_uuid),
    required(text("/agents/*/name", "", "Unique name, for people.")),
    required(choice("/agents/*/type", types, "", "Type of the agent.")),
    integer("/agents/*/concurrency", 1, 1'000'000, "64", "Tasks at once."),
    integer("/agents/*/queueLimit", 0, jobs_most, "",
            "Jobs that may wait for a slot; beyond it creation is answered with `503`. Default: "
            "no limit."),
    or_zero(section("/agents/*/retry",
                    "Retries of messages that the agent refused before it started the work; 0: "
                    "no retries.")),
    integer("/agents/*/retry/maxRetries", 0, 100, "2", "Retries of one message."),
    integer("/agents/*/retry/initialDelayMs", 0, day_ms, "500",
            "Wait before the first retry; it doubles with each further retry."),
    integer("/agents/*/retry/maxDelayMs", 0, day_ms, "8000", "Maximum wait before a retry."),
  };
}

key_rule retry_after_max() {
  return integer("/agents/*/retryAfterMaxSeconds", 0, 86'400, "60",
                 "Maximum wait that the agent can ask for with `Retry-After`; 0: ignore "
                 "`Retry-After`.");
}

std::vector<key_rule> echo_keys() {
  return {text("/agents/*/prefix", R"("echo: ")", "Put before the content in the answer."),
          integer("/agents/*/delayMs", 0, day_ms, "0", "Wait before the answer.")};
}

std::vector<key_rule> http_keys() {
  return {required(text("/agents/*/url", "", "Where tasks are POSTed.", check_http_url)),
          secret(text_map("/agents/*/headers", "{}", "Headers added to each request.")),
          integer("/agents/*/timeoutMs", 1, day_ms, "",
                  "Time limit until the answer has arrived. Default: only the job's deadline."),
          retry_after_max(),
          secret(text("/agents/*/secret", "",
                      "Signs requests by Standard Webhooks: `whsec_` + base64, or plain text.",
                      check_webhook_secret))};
}

std::vector<key_rule> openai_keys() {
  return {
    required(text("/agents/*/baseUrl", "", "URL without `/chat/completions`.", check_base_url)),
    required(text("/agents/*/model", "", "Name of the model.")),
    text("/agents/*/apiKeyEnv", "", "Environment variable with the API key.", check_variable_name),
    text("/agents/*/system", "", "First message, with role `system`."),
    number("/agents/*/temperature", 0, 2, "", "Sampling temperature."),
    integer("/agents/*/maxTokens", 1, 100'000'000, "",
            "Maximum length of the answer, sent as `max_tokens`."),
    integer("/agents/*/maxCompletionTokens", 1, 100'000'000, "",
            "The same, sent as `max_completion_tokens`, for models that refuse "
            "`max_tokens`."),
    key(key_type::object, "/agents/*/extraBody", "",
        "Members merged into the request; they override the settings above. `messages` and "
        "`stream` are not allowed."),
    secret(text_map("/agents/*/headers", "{}", "Headers added to each request.")),
    integer("/agents/*/timeoutMs", 1, day_ms, "",
            "Time limit of one request. Default: only the job's deadline."),
    retry_after_max()};
}

std::vector<key_rule> exec_keys() {
  return {required(texts("/agents/*/command", "", "Program and arguments; no shell.")),
          text("/agents/*/cwd", "", "Working directory. Default: the server's."),
          secret(text_map("/agents/*/env", "{}",
                          "Environment variables, in addition to `PATH`, `HOME`, `LANG`, `LC_*`, "
                          "`TZ`, `TMPDIR` and `USER` of the server.")),
          integer("/agents/*/timeoutMs", 1, day_ms, "",
                  "Time limit of one run. Default: only the job's deadline."),
          integer("/agents/*/maxOutputBytes", 1, 2'097'152, "2097152",
                  "More output than this fails the task.")};
}

} // namespace

std::vector<key_rule> agent_keys() {
  auto all = common_keys();
  for (const auto& part : {of_agent("echo", echo_keys()), of_agent("http", http_keys()),
                           of_agent("openai", openai_keys()), of_agent("exec", exec_keys())})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

std::span<const std::string_view> agent_types() {
  return types;
}

} // namespace callboard::app
