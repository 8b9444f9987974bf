#include "app/config/config_schema.hpp"

#include <array>

#include "app/config/config_formats.hpp"
#include "app/config/store_setting.hpp"

namespace callboard::app {

namespace {

constexpr auto log_levels = std::to_array<std::string_view>({"debug", "info", "warning", "error"});
constexpr auto log_formats = std::to_array<std::string_view>({"text", "json"});
constexpr auto log_choices = std::to_array<std::string_view>({"off", "failures", "all"});
constexpr auto sync_modes = std::to_array<std::string_view>({"full", "normal"});
constexpr auto growths = std::to_array<std::string_view>({"fixed", "exponential"});
constexpr auto scopes = std::to_array<std::string_view>(
  {"MESSAGING", "SERVICES:READ", "SERVICES:WRITE", "JOBS", "OPERATIONS"});
constexpr auto types = std::to_array<std::string_view>({"echo", "http", "openai", "exec"});

/// More threads than any machine has use for: catches a mistyped number.
constexpr double threads_most = 1024;
/// A hundred million jobs would fill 100 GB: catches a mistyped number.
constexpr double jobs_most = 100'000'000;
/// A billion requests in the shortest window is one a nanosecond, the finest that can be told.
constexpr double requests_most = 1e9;
/// A century: catches a mistyped number.
constexpr double days_most = 36'500;
/// A year in seconds.
constexpr double retention_most_s = 31'536'000;
/// A day in milliseconds: the longest time limit on one task.
constexpr double day_ms = 86'400'000;
/// The Agent Jobs API's bound on minutes.
constexpr double minutes_most = 100'000'000;

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
              text_check check = nullptr) {
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

/// Marks settings as those of one type of agent.
std::vector<key_rule> of_agent(std::string_view type, std::vector<key_rule> rules) {
  for (auto& rule : rules)
    rule.agent_type = type;
  return rules;
}

std::vector<key_rule> server_keys() {
  return {
    text("/listen", R"("127.0.0.1:3000")",
         "Address and port to listen on; port 0: any free one (see the log, or `--port-file`).",
         check_endpoint),
    text("/publicUrl", R"("")",
         "How clients and agents reach this server. Counts as an own origin; agents of type `http` "
         "can answer later once it is set.",
         check_http_url),
    section("/threads", "Sizes of the thread pools."),
    integer("/threads/http", 0, threads_most, "0",
            "Threads that serve connections; 0: from the machine's cores."),
    integer("/threads/actors", 0, threads_most, "0",
            "Threads that run jobs; 0: from the machine's cores."),
    text("/store", store_default, store_meaning, check_store),
    choice("/storeSync", sync_modes, R"("full")",
           "`full`: a job is on the disk before its creation is answered. `normal`: it survives a "
           "crash of the process, not of the machine."),
    section("/capacity", "How many jobs are taken; beyond it creation answers `503`."),
    integer("/capacity/maxJobs", 1, jobs_most, "10000",
            "Messaging jobs held, finished ones included."),
    integer("/capacity/maxHeldBytes", 1, 1'099'511'627'776, "1073741824",
            "Bytes of text (prompts, answers, metadata) of messaging jobs held, finished ones "
            "included. When "
            "room is needed the oldest finished jobs go first."),
    integer("/capacity/maxLiveJobs", 1, jobs_most, "100000",
            "Live jobs of all kinds, scheduled ones included."),
    integer("/capacity/maxLiveJobsPerOrganization", 0, jobs_most, "0",
            "The same of one organisation; 0: no limit of its own."),
    section("/messaging", "The Messaging Jobs API."),
    integer("/messaging/defaultTimeoutMs", 1000, 300'000, "30000",
            "Time limit of a job that names none."),
    integer("/messaging/retentionSeconds", 0, retention_most_s, "600",
            "How long a finished job is kept after it expires."),
    section("/sessions", "The Sessions API. Times are minutes, fractions too."),
    above_least(number("/sessions/defaultTimeoutMinutes", 0, minutes_most, "30",
                       "From the last renewal of a session to its end, where it is created without "
                       "`timeoutMinutes`; brought within the next two.")),
    above_least(
      number("/sessions/minTimeoutMinutes", 0, minutes_most, "5", "Shortest `timeoutMinutes`.")),
    above_least(number("/sessions/maxTimeoutMinutes", 0, minutes_most, "1440",
                       "Longest `timeoutMinutes`; `maxDurationMinutes` reaches twice as far.")),
    above_least(
      number("/sessions/maxDurationMinutes", 0, minutes_most, "720",
             "From the creation of a session to its end, however often it is renewed, where "
             "it is created without one of its own.")),
    above_least(
      number("/sessions/warningThresholdMinutes", 0, minutes_most, "5",
             "With no more time left a session is near its expiration, where it is created "
             "without one of its own.")),
    integer("/sessions/maxSessions", 1, jobs_most, "10000",
            "Sessions that have not expired, of all organisations; beyond it creation answers "
            "`503`."),
    integer("/sessions/maxMessages", 1, jobs_most, "10000",
            "Messages kept of each session, answers included; beyond it the oldest go."),
    integer("/sessions/maxWaiting", 1, jobs_most, "16",
            "Messages of one session that may wait for their answers; beyond it `429`."),
    integer("/sessions/historyMessages", 1, 1'000'000, "100",
            "The newest messages of a session that its agent is given with the next one."),
    section("/agentJobs", "The Agent Jobs API."),
    integer("/agentJobs/retentionDays", 0, days_most, "30",
            "How long finished jobs are kept in a durable store."),
    section("/scheduledJobs", "The Scheduled Jobs API."),
    integer("/scheduledJobs/keepRuns", 0, jobs_most, "100",
            "Finished runs kept of each scheduled job."),
    optional(
      section("/retryPolicy",
              "Retries of scheduled jobs that bring no policy; without this section they are "
              "not retried.")),
    integer("/retryPolicy/maxRetries", 0, 100, "3", "Retries of one run."),
    choice("/retryPolicy/backoff", growths, R"("exponential")",
           "Whether the wait doubles from retry to retry."),
    integer("/retryPolicy/initialDelayMs", 0, day_ms, "1000", "Wait before the first retry."),
    integer("/retryPolicy/maxDelayMs", 0, day_ms, "60000", "No wait is longer."),
    number("/retryPolicy/jitter", 0, 1, "0.2", "Each wait is varied by this share, up or down."),
    section("/cors", "Calls from web pages."),
    with_check(texts("/cors/allowedOrigins", "[]",
                     "Origins of pages that may call (`https://app.example.com`), or `*` for any."),
               check_origin),
    section("/tls", "TLS 1.2 and up; both files or none."),
    text("/tls/certificate", R"("")", "PEM file with the certificate and its chain."),
    text("/tls/privateKey", R"("")", "PEM file with the key."),
    section("/outbound", "Where agents of types `http` and `openai` may be asked."),
    with_check(
      texts("/outbound/allow", "[]",
            "IP addresses and networks (`10.0.0.0/8`) that are accepted, and then no others. "
            "Without any all are, but for link-local ones and metadata services of clouds."),
      check_network),
    with_check(texts("/outbound/deny", "[]",
                     "IP addresses and networks that are refused, those of `allow` included."),
               check_network),
    section("/limits", "Bounds on what clients may do."),
    integer("/limits/bodyBytes", 1024, 2'097'152, "2097152", "Longest request body."),
    integer("/limits/connections", 1, 1'000'000, "10000",
            "Connections at once. A number set here must fit the limit on open files; the default "
            "is lowered to it."),
    integer("/limits/connectionsPerAddress", 0, 1'000'000, "0",
            "The same from one address (one /64 network with IPv6); 0: no limit of its own."),
    integer("/limits/unsentBytes", 16'777'216, 1'099'511'627'776, "268435456",
            "Bytes of answers over 16 KiB that are held for clients that have not read them yet."),
    integer("/limits/unreadBytes", 16'777'216, 1'099'511'627'776, "268435456",
            "Bytes that requests over 4 KiB hold which have not come as a whole."),
    integer("/limits/waiters", 0, 1'000'000, "10000",
            "Requests that wait for a job at once; one more is answered at once."),
    integer(
      "/limits/selfCheckSeconds", 0, 86'400, "30",
      "When no client has connected for so long, the server connects to itself, and ends if it "
      "does not take that connection; 0: never."),
    section("/rateLimit", "How often clients may ask the APIs; beyond it `429`. 0: no limit."),
    integer("/rateLimit/perKey", 0, requests_most, "0", "Requests with one key in a window."),
    integer("/rateLimit/perAddress", 0, requests_most, "0",
            "Requests from one address (one /64 network with IPv6) in a window."),
    integer("/rateLimit/failedKeys", 0, requests_most, "20",
            "Requests from one address in a window with keys that are not known."),
    integer("/rateLimit/windowSeconds", 1, 86'400, "60", "Length of the window."),
    section("/shutdown", "What SIGTERM and SIGINT do."),
    integer("/shutdown/graceSeconds", 0, 3600, "10",
            "How long requests and running tasks may take to finish."),
    section("/log", "What is logged: to standard error, and to a file."),
    choice("/log/level", log_levels, R"("info")", "The least important that is logged."),
    choice("/log/format", log_formats, R"("text")", "`json`: one object a line."),
    empty_too(text("/log/directory", R"("logs")",
                   "Where `callboard.log` and `failures.jsonl` are written, and rotated at 10 MB; "
                   "empty (the variable, too): no files.")),
    choice("/log/jobs", log_choices, R"("failures")",
           "Jobs that are logged when they are over; `failures`: those that failed or timed out."),
    choice(
      "/log/requests", log_choices, R"("failures")",
      "Requests that are logged; `failures`: answered `5xx`, or after more than a second without "
      "having asked to wait. With the level `debug` the others follow, unless it is `off`."),
    flag("/allowInsecure", "false",
         "Listen on other than loopback addresses although no key is configured."),
  };
}

std::vector<key_rule> list_keys() {
  return {
    sections("/organizations", "[]", "The organisations that jobs and keys belong to."),
    required(text("/organizations/*/id", "", "Unique; what `org` and `org_id` name.")),
    text("/organizations/*/name", R"("")", "For people."),
    sections("/apiKeys", "[]", "The keys that open the APIs (`callboard key new` makes one)."),
    required(text("/apiKeys/*/name", "", "Unique; for people and the log.")),
    required(text("/apiKeys/*/sha256", "", "SHA-256 of the key, in hex.", check_sha256)),
    text("/apiKeys/*/org", R"("default")", "The organisation whose jobs it sees."),
    required(with_choices(texts("/apiKeys/*/scopes", "", "What the key opens."), scopes)),
    sections("/jobTypes", "[]",
             "The job types of the Agent Jobs API. Without any the organisation `default` has one, "
             "`echo`, run by the first agent."),
    required(text("/jobTypes/*/id", "", "Unique within the organisation.")),
    required(text("/jobTypes/*/org_id", "", "The organisation that it belongs to.")),
    text("/jobTypes/*/name", R"("")", "For people."),
    text("/jobTypes/*/description", R"("")", "For people."),
    required(text("/jobTypes/*/agent", "", "Id or name of the agent that runs it.")),
    section("/jobTypes/*/default_config", "What a job gets that does not say otherwise."),
    text("/jobTypes/*/default_config/start_prompt", "", "Template of the first prompt."),
    text("/jobTypes/*/default_config/profile_id", "", "Handed to the agent with every task."),
    integer("/jobTypes/*/default_config/max_follow_ups", 0, 100, "0",
            "How often the agent may ask for another turn."),
    integer("/jobTypes/*/default_config/max_task_retries", 0, 100, "0", "Retries of one job."),
    number("/jobTypes/*/default_config/task_retry_interval", 0, minutes_most, "1",
           "Minutes before a retry."),
    above_least(number("/jobTypes/*/default_config/max_time_to_complete", 0, minutes_most, "60",
                       "Minutes that a job may take.")),
    key(key_type::object, "/jobTypes/*/params_schema", "",
        "JSON Schema (draft 7) for a job's `params`."),
    flag("/jobTypes/*/active", "true", "Whether jobs of it can be created."),
  };
}

std::vector<key_rule> agent_keys() {
  return {
    sections("/agents", R"([{"name":"echo","type":"echo"}])",
             "What runs jobs; a job that names no agent goes to the first."),
    text("/agents/*/id", "",
         "UUID, unique; without it the version-5 UUID of `callboard:agent:NAME` in the URL "
         "namespace.",
         check_uuid),
    required(text("/agents/*/name", "", "Unique; for people.")),
    required(choice("/agents/*/type", types, "", "What kind of agent it is.")),
    integer("/agents/*/concurrency", 1, 1'000'000, "64", "Tasks at once."),
    integer(
      "/agents/*/queueLimit", 0, jobs_most, "",
      "Jobs that may wait for a slot, beyond it creation answers `503`; no limit without it."),
    or_zero(
      section("/agents/*/retry",
              "Retries of messages that the agent refused before it began the work; 0: none.")),
    integer("/agents/*/retry/maxRetries", 0, 100, "2", "Retries of one message."),
    integer("/agents/*/retry/initialDelayMs", 0, day_ms, "500",
            "Wait before the first retry; doubled for each further one."),
    integer("/agents/*/retry/maxDelayMs", 0, day_ms, "8000", "No wait is longer."),
  };
}

std::vector<key_rule> agent_type_keys() {
  const auto retry_after_max
    = integer("/agents/*/retryAfterMaxSeconds", 0, 86'400, "60",
              "A `Retry-After` of the agent counts up to here; 0: it does not count.");
  const auto echo = of_agent(
    "echo", {text("/agents/*/prefix", R"("echo: ")", "Stands before the content in the answer."),
             integer("/agents/*/delayMs", 0, day_ms, "0", "Wait before the answer.")});
  const auto http = of_agent(
    "http", {required(text("/agents/*/url", "", "Where tasks are POSTed.", check_http_url)),
             secret(text_map("/agents/*/headers", "{}", "Added to each request.")),
             integer("/agents/*/timeoutMs", 1, day_ms, "",
                     "Limit until the answer is there; only the job's own without it."),
             retry_after_max,
             secret(text("/agents/*/secret", "",
                         "Signs requests by Standard Webhooks: `whsec_` + base64, or plain text.",
                         check_webhook_secret))});
  const auto openai
    = of_agent("openai", {required(text("/agents/*/baseUrl", "",
                                        "Up to and without `/chat/completions`.", check_base_url)),
                          required(text("/agents/*/model", "", "The model's name.")),
                          text("/agents/*/apiKeyEnv", "",
                               "Environment variable that holds the API key.", check_variable_name),
                          text("/agents/*/system", "", "First message, role `system`."),
                          number("/agents/*/temperature", 0, 2, "", "Sampling temperature."),
                          integer("/agents/*/maxTokens", 1, 100'000'000, "", "Longest answer."),
                          integer("/agents/*/maxCompletionTokens", 1, 100'000'000, "",
                                  "The same for models that refuse `max_tokens`."),
                          key(key_type::object, "/agents/*/extraBody", "",
                              "Merged into the request, over the settings above; not `messages` "
                              "and `transport`."),
                          secret(text_map("/agents/*/headers", "{}", "Added to each request.")),
                          integer("/agents/*/timeoutMs", 1, day_ms, "",
                                  "Limit on one request; only the job's own without it."),
                          retry_after_max});
  const auto exec = of_agent(
    "exec", {required(texts("/agents/*/command", "", "Program and arguments; no shell.")),
             text("/agents/*/cwd", "", "Working directory; the server's without it."),
             secret(text_map("/agents/*/env", "{}", "Added to the server's environment.")),
             integer("/agents/*/timeoutMs", 1, day_ms, "",
                     "Limit on one run; only the job's own without it."),
             integer("/agents/*/maxOutputBytes", 1, 2'097'152, "2097152",
                     "More output than this fails the task.")});
  std::vector<key_rule> all;
  for (const auto* part : {&echo, &http, &openai, &exec})
    all.insert(all.end(), part->begin(), part->end());
  return all;
}

} // namespace

const std::vector<key_rule>& config_keys() {
  static const auto keys = [] {
    std::vector<key_rule> all;
    for (const auto& part : {server_keys(), agent_keys(), agent_type_keys(), list_keys()})
      all.insert(all.end(), part.begin(), part.end());
    return all;
  }();
  return keys;
}

std::span<const std::string_view> agent_types() {
  return types;
}

} // namespace callboard::app
