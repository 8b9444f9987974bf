#include "app/config/config.hpp"

#include <algorithm>
#include <iterator>

#include <callboard/json_text.hpp>

#include "app/config/config_agents.hpp"
#include "app/config/config_check.hpp"
#include "app/config/config_formats.hpp"
#include "app/config/config_job_types.hpp"
#include "app/config/config_print.hpp"
#include "app/config/config_rules.hpp"
#include "app/config/make_agents.hpp"
#include "app/digest.hpp"

namespace callboard::app {

namespace {

using nlohmann::json;

/// Reads values that are known to be there and right: the document has been checked and completed.
class reader {
public:
  explicit reader(const json& values) : values_(values) {
    // nop
  }

  std::string text(const char* pointer) const {
    return values_.at(json::json_pointer{pointer}).get<std::string>();
  }

  template <class T>
  T integer(const char* pointer) const {
    return static_cast<T>(*to_int64(values_.at(json::json_pointer{pointer})));
  }

  bool boolean(const char* pointer) const {
    return values_.at(json::json_pointer{pointer}).get<bool>();
  }

  double real(const char* pointer) const {
    return values_.at(json::json_pointer{pointer}).get<double>();
  }

  bool has(const char* name) const {
    return values_.contains(name);
  }

  const json& list(const char* name) const {
    return values_.at(name);
  }

private:
  const json& values_;
};

/// None without the section.
std::optional<retry_policy> read_run_retry(const reader& from) {
  if (!from.has("retryPolicy"))
    return std::nullopt;
  retry_policy made;
  made.retries_max = from.integer<std::uint32_t>("/retryPolicy/maxRetries");
  made.delay = std::chrono::milliseconds{from.integer<std::int64_t>("/retryPolicy/initialDelayMs")};
  made.delay_max = std::chrono::milliseconds{from.integer<std::int64_t>("/retryPolicy/maxDelayMs")};
  made.growth
    = from.text("/retryPolicy/backoff") == "fixed" ? backoff::fixed : backoff::exponential;
  made.jitter = from.real("/retryPolicy/jitter");
  return made;
}

session_limits read_sessions(const reader& from) {
  const auto minutes = [&](std::string_view key) {
    return session_minutes{from.real(("/sessions/" + std::string{key}).c_str())};
  };
  session_limits made;
  made.timeout_min = minutes("minTimeoutMinutes");
  made.timeout_max = minutes("maxTimeoutMinutes");
  made.default_timeout
    = std::clamp(minutes("defaultTimeoutMinutes"), made.timeout_min, made.timeout_max);
  made.default_max_duration = minutes("maxDurationMinutes");
  made.default_warning_threshold = minutes("warningThresholdMinutes");
  made.sessions_max = from.integer<std::size_t>("/sessions/maxSessions");
  made.messages_max = from.integer<std::size_t>("/sessions/maxMessages");
  made.waiting_max = from.integer<std::size_t>("/sessions/maxWaiting");
  made.history_messages = from.integer<std::size_t>("/sessions/historyMessages");
  return made;
}

engine_options read_engine(const reader& from) {
  engine_options made;
  made.jobs_max = from.integer<std::size_t>("/capacity/maxJobs");
  made.held_text_bytes_max = from.integer<std::size_t>("/capacity/maxHeldBytes");
  made.live_jobs_max = from.integer<std::size_t>("/capacity/maxLiveJobs");
  made.live_jobs_per_organisation_max
    = from.integer<std::size_t>("/capacity/maxLiveJobsPerOrganization");
  made.message_retention
    = std::chrono::seconds{from.integer<std::int64_t>("/messaging/retentionSeconds")};
  made.agent_job_retention
    = std::chrono::days{from.integer<std::int64_t>("/agentJobs/retentionDays")};
  made.runs_kept = from.integer<std::size_t>("/scheduledJobs/keepRuns");
  made.run_retry = read_run_retry(from);
  made.sessions = read_sessions(from);
  made.waiters_max = from.integer<std::size_t>("/limits/waiters");
  made.threads = from.integer<std::size_t>("/threads/actors");
  return made;
}

api_scope to_scope(std::string_view text) {
  if (text == "SERVICES:READ")
    return api_scope::services_read;
  if (text == "SERVICES:WRITE")
    return api_scope::services_write;
  if (text == "JOBS")
    return api_scope::jobs;
  if (text == "OPERATIONS")
    return api_scope::operations;
  return api_scope::messaging;
}

api_key read_key(const json& from) {
  api_key made;
  made.name = from["name"].get<std::string>();
  made.organisation = from["org"].get<std::string>();
  made.sha256 = *digest_from_hex(from["sha256"].get<std::string>());
  for (const auto& scope : from["scopes"])
    made.scopes.insert(to_scope(scope.get_ref<const std::string&>()));
  return made;
}

std::vector<api_key> read_keys(const reader& from, const environment& variables) {
  std::vector<api_key> made;
  std::transform(from.list("apiKeys").begin(), from.list("apiKeys").end(), std::back_inserter(made),
                 read_key);
  const auto token = variables.find(messaging_key_variable);
  if (token != variables.end() && !token->second.empty()) {
    api_key key;
    key.name = messaging_key_variable;
    key.sha256 = sha256_of(token->second);
    key.scopes = {api_scope::messaging};
    made.push_back(std::move(key));
  }
  return made;
}

http_options read_http(const reader& from, const environment& variables) {
  http_options made;
  auto where = *parse_endpoint(from.text("/listen"));
  made.address = std::move(where.address);
  made.port = where.port;
  made.threads = from.integer<std::size_t>("/threads/http");
  made.keys = read_keys(from, variables);
  made.allow_insecure = from.boolean("/allowInsecure");
  made.public_url = from.text("/publicUrl");
  for (const auto& origin : from.list("cors").at("allowedOrigins"))
    made.allowed_origins.push_back(origin.get<std::string>());
  made.tls_certificate = from.text("/tls/certificate");
  made.tls_private_key = from.text("/tls/privateKey");
  made.body_bytes_max = from.integer<std::size_t>("/limits/bodyBytes");
  made.connections_max = from.integer<std::size_t>("/limits/connections");
  made.connections_per_address_max = from.integer<std::size_t>("/limits/connectionsPerAddress");
  made.unsent_bytes_max = from.integer<std::size_t>("/limits/unsentBytes");
  made.unread_bytes_max = from.integer<std::size_t>("/limits/unreadBytes");
  made.watchdog_interval
    = std::chrono::seconds{from.integer<std::int64_t>("/limits/selfCheckSeconds")};
  made.rates.requests_per_key = from.integer<std::size_t>("/rateLimit/perKey");
  made.rates.requests_per_address = from.integer<std::size_t>("/rateLimit/perAddress");
  made.rates.failed_keys_per_address = from.integer<std::size_t>("/rateLimit/failedKeys");
  made.rates.window = std::chrono::seconds{from.integer<std::int64_t>("/rateLimit/windowSeconds")};
  made.default_time_limit
    = std::chrono::milliseconds{from.integer<std::int64_t>("/messaging/defaultTimeoutMs")};
  made.sessions = read_sessions(from);
  return made;
}

outbound_options read_outbound(const reader& from) {
  return {from.list("outbound")["allow"].get<std::vector<std::string>>(),
          from.list("outbound")["deny"].get<std::vector<std::string>>()};
}

log_choice to_log_choice(std::string_view text) {
  return text == "all" ? log_choice::all : text == "off" ? log_choice::off : log_choice::failures;
}

log_config read_log(const reader& from) {
  constexpr std::string_view levels[] = {"debug", "info", "warning", "error"};
  log_config made;
  const auto* level = std::find(std::begin(levels), std::end(levels), from.text("/log/level"));
  made.level = static_cast<log_level>(level - std::begin(levels));
  made.format = from.text("/log/format") == "json" ? log_format::json : log_format::text;
  made.directory = from.text("/log/directory");
  made.jobs = to_log_choice(from.text("/log/jobs"));
  made.requests = to_log_choice(from.text("/log/requests"));
  return made;
}

/// Has the agents themselves say what is wrong with their settings, if all else about them is right.
void check_agents(config_document& document, const environment& variables) {
  const auto concerns_agents = [](const config_fault& fault) {
    return fault.where.starts_with("/agents") || fault.where.starts_with("/outbound")
           || fault.where.starts_with("/publicUrl");
  };
  if (std::any_of(document.faults.begin(), document.faults.end(), concerns_agents)
      || !document.values.at("agents").is_array())
    return;
  auto values = document.values;
  auto shown = values;
  fill_agent_ids(values, shown);
  const reader from{values};
  const auto made
    = make_agents(read_agents(from.list("agents"), {}, from.text("/publicUrl"), variables),
                  read_outbound(from), make_task_callbacks());
  if (!made)
    for (const auto& fault : made.error())
      document.add_fault(fault.where, fault.what);
}

bool names(const json& values, const char* pointer) {
  return values.contains(json::json_pointer{pointer});
}

} // namespace

checked<server_config> load_config(const config_sources& sources) {
  auto document = read_document(sources);
  check_document(document);
  const bool has_directory = names(document.values, "/log/directory");
  const bool has_connections = names(document.values, "/limits/connections");
  fill_defaults(document.values);
  check_relations(document, sources.variables);
  check_agents(document, sources.variables);
  if (!document.faults.empty())
    return tl::unexpected{std::move(document.faults)};

  fill_defaults(document.shown);
  fill_agent_ids(document.values, document.shown);
  for (auto* values : {&document.values, &document.shown}) {
    fill_job_types(*values);
    fill_defaults(*values);
  }
  const reader from{document.values};
  server_config made;
  made.engine = read_engine(from);
  made.http = read_http(from, sources.variables);
  made.http.run_retry = made.engine.run_retry;
  made.http.connections_max_is_explicit = has_connections;
  made.store = from.text("/store");
  made.store_durability = from.text("/storeSync") == "full" ? store_sync::full : store_sync::normal;
  const auto given
    = [&](const char* list) { return json_view{document.given}.find(list).value_or(json_view{}); };
  made.agents
    = read_agents(from.list("agents"), given("agents"), made.http.public_url, sources.variables);
  made.outbound = read_outbound(from);
  made.http.organisations = read_organisations(from.list("organizations"), made.http.keys);
  made.http.job_types
    = read_job_types(from.list("jobTypes"), given("jobTypes"), made.agents, sources.variables);
  made.shutdown_grace = std::chrono::seconds{from.integer<std::int64_t>("/shutdown/graceSeconds")};
  made.log = read_log(from);
  made.log.directory_is_explicit = has_directory;
  made.printed = print_masked(document.shown, json_view{document.given});
  made.file = std::move(document.file);
  made.warnings = std::move(document.warnings);
  return made;
}

checked<std::string> load_store(const config_sources& sources) {
  auto document = read_document(sources);
  const auto file = document.file;
  std::erase_if(document.faults, [&](const config_fault& fault) {
    return fault.where != file && !fault.where.starts_with("/store ") && fault.where != "/store";
  });
  const auto found = document.values.find("store");
  document.values = found == document.values.end() ? json::object() : json{{"store", *found}};
  check_document(document);
  if (!document.faults.empty())
    return tl::unexpected{std::move(document.faults)};
  fill_defaults(document.values);
  return document.values.at("store").get<std::string>();
}

bool wants_json_log(const config_sources& sources) {
  const json::json_pointer format{"/log/format"};
  const auto document = read_document(sources);
  return document.values.contains(format) && document.values.at(format) == "json";
}

} // namespace callboard::app
