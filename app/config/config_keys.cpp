#include "app/config/config_schema.hpp"

#include <array>

#include "app/config/config_formats.hpp"
#include "app/config/key_rules.hpp"
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

/// More threads than any machine can use: catches a mistyped number.
constexpr double threads_most = 1024;
/// A billion requests in the shortest window is one per nanosecond, the clock's resolution.
constexpr double requests_most = 1e9;
/// A century: catches a mistyped number.
constexpr double days_most = 36'500;
/// A year in seconds.
constexpr double retention_most_s = 31'536'000;
/// The Agent Jobs API's bound on minutes.
constexpr double minutes_most = 100'000'000;
/// A terabyte: catches a mistyped number.
constexpr double bytes_most = 1'099'511'627'776;

std::vector<key_rule> server_keys() {
  return {
    text("/listen", R"("127.0.0.1:3000")",
         "Address and port to listen on. Port 0 selects a free port; the log and `--port-file` "
         "tell which.",
         check_endpoint),
    text("/publicUrl", R"("")",
         "URL at which clients and agents reach this server. It counts as an own origin, and "
         "allows agents of type `http` to answer later.",
         check_http_url),
    section("/threads", "Sizes of the thread pools."),
    integer("/threads/http", 0, threads_most, "0",
            "Threads that serve connections; 0: derived from the number of cores."),
    integer("/threads/actors", 0, threads_most, "0",
            "Threads that run jobs; 0: derived from the number of cores."),
    text("/store", store_default, store_meaning, check_store),
    choice("/storeSync", sync_modes, R"("full")",
           "`full`: a job is flushed to disk before its creation is answered. `normal`: it "
           "survives a crash of the process, but not of the machine."),
    section("/capacity", "Limits on the jobs held; beyond them creation is answered with `503`."),
    integer("/capacity/maxJobs", 1, jobs_most, "10000",
            "Messaging jobs held, including finished ones."),
    integer("/capacity/maxHeldBytes", 1, bytes_most, "1073741824",
            "Bytes of text (prompts, answers, metadata) of messaging jobs held, including "
            "finished ones. When room is needed the oldest finished jobs are dropped first."),
    integer("/capacity/maxLiveJobs", 1, jobs_most, "100000",
            "Live jobs of all kinds, including delayed ones."),
    integer("/capacity/maxLiveJobsPerOrganization", 0, jobs_most, "0",
            "Live jobs of one organisation; 0: no limit."),
  };
}

std::vector<key_rule> api_keys() {
  return {
    section("/messaging", "The Messaging Jobs API."),
    integer("/messaging/defaultTimeoutMs", 1000, 300'000, "30000",
            "Time limit of a job without `timeoutMs`."),
    integer("/messaging/retentionSeconds", 0, retention_most_s, "600",
            "How long a finished job is kept after it expires."),
    section("/sessions", "The Sessions API. Times are in minutes and may be fractions."),
    above_least(number("/sessions/defaultTimeoutMinutes", 0, minutes_most, "30",
                       "Time from the last renewal to the end of a session without "
                       "`timeoutMinutes`; kept within the next two settings.")),
    above_least(
      number("/sessions/minTimeoutMinutes", 0, minutes_most, "5", "Minimum of `timeoutMinutes`.")),
    above_least(
      number("/sessions/maxTimeoutMinutes", 0, minutes_most, "1440",
             "Maximum of `timeoutMinutes`; the maximum of `maxDurationMinutes` is twice that.")),
    above_least(number("/sessions/maxDurationMinutes", 0, minutes_most, "720",
                       "Time from the creation to the end of a session without "
                       "`maxDurationMinutes`, however often it is renewed.")),
    above_least(number(
      "/sessions/warningThresholdMinutes", 0, minutes_most, "5",
      "Remaining time below which a session without its own setting is near its expiration.")),
    integer("/sessions/maxSessions", 1, jobs_most, "10000",
            "Sessions that have not expired, over all organisations; beyond it creation is "
            "answered with `503`."),
    integer("/sessions/maxMessages", 1, jobs_most, "10000",
            "Messages kept per session, including answers; beyond it the oldest are dropped."),
    integer("/sessions/maxWaiting", 1, jobs_most, "16",
            "Messages of one session that may wait for their answers; beyond it `429`."),
    integer("/sessions/historyMessages", 1, 1'000'000, "100",
            "How many of the newest messages of a session its agent receives with the next one."),
    section("/agentJobs", "The Agent Jobs API."),
    integer("/agentJobs/retentionDays", 0, days_most, "30",
            "How long finished jobs are kept in a durable store."),
    section("/scheduledJobs", "The Scheduled Jobs API."),
    integer("/scheduledJobs/keepRuns", 0, jobs_most, "100",
            "Finished runs kept per scheduled job."),
    optional(section("/retryPolicy",
                     "Retries of scheduled jobs without a policy of their own. Without this "
                     "section they are not retried.")),
    integer("/retryPolicy/maxRetries", 0, 100, "3", "Retries of one run."),
    choice("/retryPolicy/backoff", growths, R"("exponential")",
           "`exponential`: the wait doubles with each retry."),
    integer("/retryPolicy/initialDelayMs", 0, day_ms, "1000", "Wait before the first retry."),
    integer("/retryPolicy/maxDelayMs", 0, day_ms, "60000", "Maximum wait before a retry."),
    number("/retryPolicy/jitter", 0, 1, "0.2",
           "Each wait is varied randomly by up to this fraction, up or down."),
  };
}

std::vector<key_rule> network_keys() {
  return {
    section("/cors", "Requests from web pages."),
    with_check(texts("/cors/allowedOrigins", "[]",
                     "Origins that may call the server (`https://app.example.com`), or `*` for "
                     "any."),
               check_origin),
    section("/tls", "TLS 1.2 and later. Set both files or none."),
    text("/tls/certificate", R"("")", "PEM file with the certificate and its chain."),
    text("/tls/privateKey", R"("")", "PEM file with the private key."),
    section("/outbound", "Addresses that agents of types `http` and `openai` may have."),
    with_check(texts("/outbound/allow", "[]",
                     "IP addresses and networks (`10.0.0.0/8`) that are allowed; all others are "
                     "denied. If empty, all are allowed except link-local addresses and cloud "
                     "metadata services."),
               check_network),
    with_check(texts("/outbound/deny", "[]",
                     "IP addresses and networks that are denied, even if `allow` has them."),
               check_network),
  };
}

std::vector<key_rule> limit_keys() {
  return {
    section("/limits", "Limits on what clients may use."),
    integer("/limits/bodyBytes", 1024, 2'097'152, "2097152", "Maximum size of a request body."),
    integer("/limits/connections", 1, 1'000'000, "10000",
            "Connections at once. A configured number must fit the limit on open files; the "
            "default is lowered to it."),
    integer("/limits/connectionsPerAddress", 0, 1'000'000, "0",
            "Connections at once from one address (one /64 network for IPv6); 0: no limit."),
    integer("/limits/unsentBytes", 16'777'216, bytes_most, "268435456",
            "Bytes of unread responses over 16 KiB, in total."),
    integer("/limits/unreadBytes", 16'777'216, bytes_most, "268435456",
            "Bytes of incomplete requests over 4 KiB, in total."),
    integer("/limits/waiters", 0, 1'000'000, "10000",
            "Requests that wait for a job at once; further ones are answered immediately."),
    integer("/limits/selfCheckSeconds", 0, 86'400, "30",
            "If no client has connected for this long, the server connects to itself, and exits "
            "if it does not accept that connection; 0: never."),
    section("/rateLimit", "Rate limits of the APIs; beyond them `429`. 0: no limit."),
    integer("/rateLimit/perKey", 0, requests_most, "0", "Requests per window with one key."),
    integer("/rateLimit/perAddress", 0, requests_most, "0",
            "Requests per window from one address (one /64 network for IPv6)."),
    integer("/rateLimit/failedKeys", 0, requests_most, "20",
            "Requests per window from one address with unknown keys."),
    integer("/rateLimit/windowSeconds", 1, 86'400, "60", "Length of the window."),
    section("/shutdown", "What SIGTERM and SIGINT do."),
    integer("/shutdown/graceSeconds", 0, 3600, "10",
            "Time for requests and running tasks to finish."),
    section("/log", "The log, on standard error and in a file."),
    choice("/log/level", log_levels, R"("info")", "The lowest level that is logged."),
    choice("/log/format", log_formats, R"("text")", "`json`: one object per line."),
    empty_too(text("/log/directory", R"("logs")",
                   "Directory of `callboard.log` and `failures.jsonl`, which are rotated at 10 MB; "
                   "empty (also in the variable): no files.")),
    choice("/log/jobs", log_choices, R"("failures")",
           "Which jobs are logged when they end; `failures`: failed and timed out ones."),
    choice("/log/requests", log_choices, R"("failures")",
           "Which requests are logged; `failures`: those answered with `5xx`, or after more than a "
           "second without a wait. Level `debug` logs the others too, unless this is `off`."),
    flag("/allowInsecure", "false",
         "Allows listening on other than loopback addresses without a configured key."),
  };
}

std::vector<key_rule> list_keys() {
  return {
    sections("/organizations", "[]", "The organisations that own jobs and keys."),
    required(text("/organizations/*/id", "", "Unique; `org` and `org_id` refer to it.")),
    text("/organizations/*/name", R"("")", "Name, for people."),
    sections("/apiKeys", "[]", "API keys (`callboard key new` creates one)."),
    required(text("/apiKeys/*/name", "", "Unique name, for people and the log.")),
    required(text("/apiKeys/*/sha256", "", "SHA-256 of the key, in hex.", check_sha256)),
    text("/apiKeys/*/org", R"("default")", "The organisation whose jobs the key can see."),
    required(with_choices(texts("/apiKeys/*/scopes", "", "What the key allows."), scopes)),
    sections("/jobTypes", "[]",
             "Job types of the Agent Jobs API. If empty, the organisation `default` has one, "
             "`echo`, run by the first agent."),
    required(text("/jobTypes/*/id", "", "Unique within the organisation.")),
    required(text("/jobTypes/*/org_id", "", "The organisation that owns it.")),
    text("/jobTypes/*/name", R"("")", "Name, for people."),
    text("/jobTypes/*/description", R"("")", "Description, for people."),
    required(text("/jobTypes/*/agent", "", "Id or name of the agent that runs it.")),
    section("/jobTypes/*/default_config", "Defaults for jobs of this type."),
    text("/jobTypes/*/default_config/start_prompt", "", "Template of the first prompt."),
    text("/jobTypes/*/default_config/profile_id", "", "Sent to the agent with every task."),
    integer("/jobTypes/*/default_config/max_follow_ups", 0, 100, "0",
            "How often the agent may ask for another turn."),
    integer("/jobTypes/*/default_config/max_task_retries", 0, 100, "0", "Retries of one job."),
    number("/jobTypes/*/default_config/task_retry_interval", 0, minutes_most, "1",
           "Minutes before a retry."),
    above_least(number("/jobTypes/*/default_config/max_time_to_complete", 0, minutes_most, "60",
                       "Minutes that a job may take.")),
    key(key_type::object, "/jobTypes/*/params_schema", "",
        "JSON Schema (draft 7) for a job's `params`."),
    flag("/jobTypes/*/active", "true", "Whether new jobs of this type can be created."),
  };
}

} // namespace

const std::vector<key_rule>& config_keys() {
  static const auto keys = [] {
    std::vector<key_rule> all;
    for (const auto& part :
         {server_keys(), api_keys(), network_keys(), limit_keys(), agent_keys(), list_keys()})
      all.insert(all.end(), part.begin(), part.end());
    return all;
  }();
  return keys;
}

} // namespace callboard::app
