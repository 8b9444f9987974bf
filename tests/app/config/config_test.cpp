#include "app/config/config.hpp"

#include "app/digest.hpp"
#include "tests/app/config/config_fixture.hpp"
#include "tests/app/config/tls_files.hpp"

namespace callboard::app {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// Every key that the program knows, as a user would write it.
constexpr std::string_view whole = R"({
  "listen": "127.0.0.1:3100",            // port 0 = any free one
  "publicUrl": "https://jobs.example.com",
  "threads": { "http": 2, "actors": 3 },
  "store": "memory:",
  "storeSync": "normal",
  "capacity": { "maxJobs": 20, "maxHeldBytes": 25, "maxLiveJobs": 30, "maxLiveJobsPerOrganization": 31 },
  "messaging": { "defaultTimeoutMs": 40000, "retentionSeconds": 50 },
  "agentJobs": { "retentionDays": 60 },
  "scheduledJobs": { "keepRuns": 70 },
  "organizations": [ { "id": "org123", "name": "Example" } ],
  "apiKeys": [ { "name": "ci", "org": "org123", "scopes": ["SERVICES:READ", "SERVICES:WRITE"],
    "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" } ],
  "agents": [
    { "id": "550E8400-e29b-41d4-a716-446655440000", "name": "echo", "type": "echo",
      "prefix": "> ", "delayMs": 5, "concurrency": 6, "queueLimit": 7 },
    { "name": "support", "type": "openai", "baseUrl": "http://127.0.0.1:11434/v1",
      "model": "llama3.2", "apiKeyEnv": "OPENAI_API_KEY", "system": "Be kind.",
      "temperature": 0.5, "maxTokens": 100, "maxCompletionTokens": 200,
      "extraBody": { "seed": 7, "n": 1e2, "a": -0 }, "headers": { "X-A": "b" }, "timeoutMs": 8000,
      "retry": { "maxRetries": 3, "initialDelayMs": 4, "maxDelayMs": 5 }, "retryAfterMaxSeconds": 6 },
    { "name": "hook", "type": "http", "url": "http://127.0.0.1:9000/tasks",
      "secret": "${HOOK_SECRET}", "headers": { "Authorization": "Bearer ${HOOK_SECRET}" },
      "timeoutMs": 9000, "retry": 0, "retryAfterMaxSeconds": 0 },
    { "name": "program", "type": "exec", "command": ["python3", "-u"], "cwd": "/",
      "env": { "LANG": "C" }, "timeoutMs": 10000, "maxOutputBytes": 11000 }
  ],
  "jobTypes": [ { "id": "daily-report", "org_id": "org123", "name": "Daily report",
    "description": "Each day.", "agent": "support", "active": false,
    "default_config": { "start_prompt": "Write {{params.report_type}}.", "profile_id": "p",
      "max_follow_ups": 1, "max_task_retries": 2, "task_retry_interval": 0.5,
      "max_time_to_complete": 1.5 },
    "params_schema": { "type": "object", "anything": [1, { "goes": null }] } } ],
  "retryPolicy": { "maxRetries": 4, "backoff": "fixed", "initialDelayMs": 1, "maxDelayMs": 2,
    "jitter": 0.3 },
  "cors": { "allowedOrigins": ["https://app.example.com"] },
  "tls": { "certificate": "${TLS_FILES}.pem", "privateKey": "${TLS_FILES}.key" },
  "limits": { "bodyBytes": 2048, "connections": 12, "connectionsPerAddress": 5, "unsentBytes": 16777217, "unreadBytes": 16777218, "waiters": 13, "selfCheckSeconds": 19 },
  "rateLimit": { "perKey": 15, "perAddress": 16, "failedKeys": 17, "windowSeconds": 18 },
  "shutdown": { "graceSeconds": 14 },
  "log": { "level": "debug", "format": "json", "directory": "l", "jobs": "all", "requests": "off" },
  "allowInsecure": true
})";

struct whole_config_test : config_test {
  void SetUp() override {
    write_tls_files(dir.path(), "tls");
    sources.variables = {{"HOOK_SECRET", "whsec_aGVsbG8="},
                         {"OPENAI_API_KEY", "sk-1"},
                         {"TLS_FILES", (dir.path() / "tls").string()}};
    config = load_good(whole);
  }

  server_config config;
};

} // namespace

using ConfigFile = config_test;
using WholeConfig = whole_config_test;

TEST_F(ConfigFile, RunsAreRetriedOnlyIfAPolicyIsConfigured) {
  EXPECT_FALSE(load_good("{}").engine.run_retry);
  const auto usual = load_good(R"({"retryPolicy": {}})");

  EXPECT_EQ(usual.engine.run_retry,
            (retry_policy{3, std::chrono::seconds{1}, std::chrono::seconds{60},
                          backoff::exponential, 0.2}));
  EXPECT_EQ(usual.http.run_retry, usual.engine.run_retry);
}

TEST_F(WholeConfig, ScheduledJobs) {
  EXPECT_EQ(config.engine.runs_kept, 70U);
  EXPECT_EQ(config.engine.run_retry,
            (retry_policy{4, std::chrono::milliseconds{1}, std::chrono::milliseconds{2},
                          backoff::fixed, 0.3}));
}

TEST_F(ConfigFile, NothingConfiguredGivesTheDefaults) {
  const auto config = load_config(sources);

  ASSERT_TRUE(config);
  EXPECT_EQ(config->file, "");
  EXPECT_EQ(config->http.address, "127.0.0.1");
  EXPECT_EQ(config->http.port, 3000);
  EXPECT_THAT(config->http.keys, IsEmpty());
  EXPECT_EQ(config->http.connections_max, 10'000U);
  EXPECT_EQ(config->http.connections_per_address_max, 0U);
  EXPECT_EQ(config->http.unsent_bytes_max, 268'435'456U);
  EXPECT_EQ(config->http.unread_bytes_max, 268'435'456U);
  EXPECT_FALSE(config->http.connections_max_is_explicit);
  EXPECT_EQ(config->http.body_bytes_max, 2'097'152U);
  EXPECT_EQ(config->http.default_time_limit, std::chrono::seconds{30});
  EXPECT_EQ(config->engine.jobs_max, 10'000U);
  EXPECT_EQ(config->engine.held_text_bytes_max, std::size_t{1024} * 1024 * 1024);
  EXPECT_EQ(config->engine.live_jobs_max, 100'000U);
  EXPECT_EQ(config->engine.live_jobs_per_organisation_max, 0U);
  EXPECT_EQ(config->engine.waiters_max, 10'000U);
  EXPECT_EQ(config->engine.message_retention, std::chrono::seconds{600});
  EXPECT_EQ(config->http.watchdog_interval, std::chrono::seconds{30});
  EXPECT_EQ(config->http.rates.requests_per_key, 0U);
  EXPECT_EQ(config->http.rates.requests_per_address, 0U);
  EXPECT_EQ(config->http.rates.failed_keys_per_address, 20U);
  EXPECT_EQ(config->http.rates.window, std::chrono::seconds{60});
  EXPECT_EQ(config->shutdown_grace, std::chrono::seconds{10});
  EXPECT_EQ(config->log.level, log_level::info);
  EXPECT_EQ(config->log.directory, "logs");
  EXPECT_FALSE(config->log.directory_is_explicit);
  EXPECT_THAT(config->warnings, IsEmpty());
}

TEST_F(ConfigFile, NoAgentConfiguredGivesTheEchoAgent) {
  for (const std::string_view text : {"{}", R"({"agents":[]})"}) {
    const auto config = load_good(text);

    ASSERT_EQ(config.agents.size(), 1U);
    EXPECT_EQ(config.agents[0].info.name, "echo");
    EXPECT_EQ(config.agents[0].info.id, agent_id_of("echo"));
    EXPECT_EQ(config.agents[0].info.concurrency, 64U);
    EXPECT_FALSE(config.agents[0].info.queue_limit);
    EXPECT_EQ(std::get<echo_options>(config.agents[0].settings).prefix, "echo: ");
  }
}

TEST_F(WholeConfig, ServerSettingsArrive) {
  EXPECT_EQ(config.http.port, 3100);
  EXPECT_EQ(config.http.public_url, "https://jobs.example.com");
  EXPECT_EQ(config.http.threads, 2U);
  EXPECT_EQ(config.engine.threads, 3U);
  EXPECT_EQ(config.store, "memory:");
  EXPECT_EQ(config.store_durability, store_sync::normal);
  EXPECT_EQ(config.engine.jobs_max, 20U);
  EXPECT_EQ(config.engine.held_text_bytes_max, 25U);
  EXPECT_EQ(config.engine.live_jobs_max, 30U);
  EXPECT_EQ(config.engine.live_jobs_per_organisation_max, 31U);
  EXPECT_EQ(config.http.default_time_limit, std::chrono::milliseconds{40'000});
  EXPECT_EQ(config.engine.message_retention, std::chrono::seconds{50});
  EXPECT_THAT(config.http.allowed_origins, ElementsAre("https://app.example.com"));
  EXPECT_EQ(config.http.tls_certificate, (dir.path() / "tls.pem").string());
  EXPECT_EQ(config.http.tls_private_key, (dir.path() / "tls.key").string());
  EXPECT_EQ(config.http.body_bytes_max, 2048U);
  EXPECT_EQ(config.http.connections_max, 12U);
  EXPECT_EQ(config.http.connections_per_address_max, 5U);
  EXPECT_EQ(config.http.unsent_bytes_max, 16'777'217U);
  EXPECT_EQ(config.http.unread_bytes_max, 16'777'218U);
  EXPECT_TRUE(config.http.connections_max_is_explicit);
  EXPECT_EQ(config.engine.waiters_max, 13U);
  EXPECT_EQ(config.http.watchdog_interval, std::chrono::seconds{19});
  EXPECT_EQ(config.http.rates.requests_per_key, 15U);
  EXPECT_EQ(config.http.rates.requests_per_address, 16U);
  EXPECT_EQ(config.http.rates.failed_keys_per_address, 17U);
  EXPECT_EQ(config.http.rates.window, std::chrono::seconds{18});
  EXPECT_EQ(config.shutdown_grace, std::chrono::seconds{14});
  EXPECT_EQ(config.log.level, log_level::debug);
  EXPECT_EQ(config.log.format, log_format::json);
  EXPECT_EQ(config.log.directory, "l");
  EXPECT_EQ(config.log.jobs, log_choice::all);
  EXPECT_EQ(config.log.requests, log_choice::off);
  EXPECT_TRUE(config.log.directory_is_explicit);
  EXPECT_TRUE(config.http.allow_insecure);
}

TEST_F(WholeConfig, KeysArrive) {
  ASSERT_EQ(config.http.keys.size(), 1U);
  EXPECT_EQ(config.http.keys[0].name, "ci");
  EXPECT_EQ(config.http.keys[0].organisation, "org123");
  EXPECT_EQ(config.http.keys[0].sha256, sha256_of("abc"));
  EXPECT_THAT(config.http.keys[0].scopes,
              ElementsAre(api_scope::services_read, api_scope::services_write));
}

TEST_F(WholeConfig, AgentsArriveInTheirOrder) {
  ASSERT_EQ(config.agents.size(), 4U);
  EXPECT_EQ(config.agents[0].info.id, uuid::parse("550e8400-e29b-41d4-a716-446655440000"));
  EXPECT_EQ(config.agents[0].info.concurrency, 6U);
  EXPECT_EQ(config.agents[0].info.queue_limit, 7U);
  const auto& echo = std::get<echo_options>(config.agents[0].settings);
  EXPECT_EQ(echo.prefix, "> ");
  EXPECT_EQ(echo.delay, std::chrono::milliseconds{5});

  EXPECT_EQ(config.agents[1].info.id, agent_id_of("support"));
  const auto& openai = std::get<openai_options>(config.agents[1].settings);
  EXPECT_EQ(openai.base_url, "http://127.0.0.1:11434/v1");
  EXPECT_EQ(openai.model, "llama3.2");
  EXPECT_EQ(openai.api_key, "sk-1");
  EXPECT_EQ(openai.system, "Be kind.");
  EXPECT_EQ(openai.temperature, 0.5);
  EXPECT_EQ(openai.max_tokens, 100);
  EXPECT_EQ(openai.max_completion_tokens, 200);
  EXPECT_EQ(openai.extra_body.text(), R"({"seed":7,"n":1e2,"a":-0})");
  EXPECT_EQ(openai.headers.at("X-A"), "b");
  EXPECT_EQ(openai.timeout, std::chrono::seconds{8});

  const auto& http = std::get<http_agent_options>(config.agents[2].settings);
  EXPECT_EQ(http.url, "http://127.0.0.1:9000/tasks");
  EXPECT_EQ(http.secret, "whsec_aGVsbG8=");
  EXPECT_EQ(http.headers.at("Authorization"), "Bearer whsec_aGVsbG8=");
  EXPECT_EQ(http.timeout, std::chrono::seconds{9});
  EXPECT_EQ(http.public_url, "https://jobs.example.com");

  const auto& exec = std::get<exec_options>(config.agents[3].settings);
  EXPECT_THAT(exec.command, ElementsAre("python3", "-u"));
  EXPECT_EQ(exec.cwd, "/");
  EXPECT_EQ(exec.env.at("LANG"), "C");
  EXPECT_EQ(exec.timeout, std::chrono::seconds{10});
  EXPECT_EQ(exec.output_bytes_max, 11'000U);
}

TEST_F(WholeConfig, AgentsSayHowTheirFailuresAreRetried) {
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  const auto& model = config.agents.at(1).info.retry;
  const auto& hook = config.agents.at(2).info.retry;

  EXPECT_EQ(config.agents.at(0).info.retry, agent_retry{});
  EXPECT_EQ(model.refusals, (retry_policy{3, milliseconds{4}, milliseconds{5}}));
  EXPECT_EQ(model.retry_after_max, seconds{6});
  EXPECT_EQ(hook.refusals.retries_max, 0U);
  EXPECT_EQ(hook.retry_after_max, seconds{0});
  EXPECT_THAT(config.printed, HasSubstr(R"("retry": 0)"));
}

TEST_F(ConfigFile, AgentsRetryIsTheDocumentedOneWhereItIsNotSet) {
  const auto config = load_good(R"({"agents":[{"name":"a","type":"http","url":"http://h/",
    "retry":{"maxRetries":9}}]})");

  EXPECT_EQ(config.agents.at(0).info.retry.refusals,
            (retry_policy{9, std::chrono::milliseconds{500}, std::chrono::milliseconds{8000}}));
  EXPECT_EQ(config.agents.at(0).info.retry.retry_after_max, std::chrono::seconds{60});
}

TEST_F(WholeConfig, PrintedOneIsInTheTablesOrderAndShowsNoSecret) {
  EXPECT_TRUE(config.printed.starts_with("{\n  \"listen\": \"127.0.0.1:3100\",\n  \"publicUrl\""));
  EXPECT_THAT(config.printed, HasSubstr(R"("secret": "***")"));
  EXPECT_THAT(config.printed, HasSubstr(R"("Authorization": "***")"));
  EXPECT_THAT(config.printed, HasSubstr(R"("LANG": "***")"));
  EXPECT_THAT(config.printed, HasSubstr(R"("apiKeyEnv": "OPENAI_API_KEY")"));
  EXPECT_THAT(config.printed, Not(HasSubstr("whsec_")));
  EXPECT_THAT(config.printed, Not(HasSubstr("sk-1")));
}

TEST_F(WholeConfig, PrintedOneLoadsAgainToTheSame) {
  sources.variables.clear();
  sources.variables["OPENAI_API_KEY"] = "sk-1";
  sources.variables["TLS_FILES"] = (dir.path() / "tls").string();

  const auto again = load_good(config.printed);

  EXPECT_EQ(again.printed, config.printed);
}

TEST_F(ConfigFile, TextsFromTheEnvironmentArePrintedAsWritten) {
  sources.variables["TOKEN"] = "hidden";

  const auto config = load_good(R"({"agents":[{"name":"a","type":"http",
    "url":"http://me:pass@host/?t=${TOKEN}"}]})");

  EXPECT_EQ(std::get<http_agent_options>(config.agents[0].settings).url,
            "http://me:pass@host/?t=hidden");
  EXPECT_THAT(config.printed, HasSubstr(R"("url": "http://***@host/?t=${TOKEN}")"));
}

// Symptom: `check-config` printed the token in an agent's URL.
TEST_F(ConfigFile, UrlsArePrintedWithoutWhatMayBeSecret) {
  const auto config = load_good(R"({"publicUrl":"http://a:hidden1@h/","agents":[
    {"name":"a","type":"http","url":"http://me:hidden2@host/t?token=hidden3#hidden4"},
    {"name":"b","type":"openai","model":"m","baseUrl":"http://host/v1?api-key=hidden5"}]})");

  EXPECT_THAT(config.printed, ::testing::Not(HasSubstr("hidden")));
  EXPECT_THAT(config.printed, HasSubstr("http://***@host/t?token=***#***"));
  EXPECT_THAT(config.printed, HasSubstr("http://host/v1?api-key=***"));
}

TEST_F(ConfigFile, FaultsShowUrlsWithoutWhatMayBeSecret) {
  const auto faults = load_bad(R"({"agents":[
    {"name":"a","type":"http","url":"htp://me:hidden@host/t?token=hidden"}]})");

  ASSERT_EQ(faults.size(), 1u);
  EXPECT_THAT(faults[0].what, ::testing::Not(HasSubstr("hidden")));
  EXPECT_THAT(faults[0].what, HasSubstr("htp://***@host/t?token=***"));
}

TEST_F(ConfigFile, AgentWithoutKeyVariableHasNoKey) {
  const auto config
    = load_good(R"({"agents":[{"name":"a","type":"openai","baseUrl":"http://h/v1","model":"m"}]})");

  EXPECT_EQ(std::get<openai_options>(config.agents[0].settings).api_key, "");
}

TEST_F(ConfigFile, ElizaTokenIsOneMoreKeyForMessaging) {
  sources.variables["ELIZA_SERVER_AUTH_TOKEN"] = "abc";

  const auto config = load_good("{}");

  ASSERT_EQ(config.http.keys.size(), 1U);
  EXPECT_EQ(config.http.keys[0].sha256, sha256_of("abc"));
  EXPECT_EQ(config.http.keys[0].organisation, "default");
  EXPECT_THAT(config.http.keys[0].scopes, ElementsAre(api_scope::messaging));
}

TEST_F(ConfigFile, RetryPolicyStaysAbsentUntilItIsNamed) {
  EXPECT_THAT(load_good("{}").printed, Not(HasSubstr("retryPolicy")));
  EXPECT_THAT(load_good(R"({"retryPolicy":{"maxRetries":9}})").printed,
              HasSubstr("\"maxRetries\": 9,\n    \"backoff\": \"exponential\""));
}

TEST_F(WholeConfig, JobTypesAreReadWithTheirAgentsAndSchemas) {
  ASSERT_EQ(config.http.job_types.size(), 1U);
  const auto& type = config.http.job_types.front();

  EXPECT_EQ(type.id, "daily-report");
  EXPECT_EQ(type.organisation, "org123");
  EXPECT_EQ(type.agent_id, config.agents.at(1).info.id);
  EXPECT_FALSE(type.is_active);
  EXPECT_EQ(type.default_config.start_prompt, "Write {{params.report_type}}.");
  EXPECT_EQ(type.default_config.retries_max, 2U);
  EXPECT_EQ(type.default_config.retry_interval_minutes, 0.5);
  ASSERT_TRUE(type.schema);
  EXPECT_EQ(type.schema->check(nlohmann::json::array()).size(), 1U);
}

// Without a configuration there was no job type, so that no agent job could be made to try the API.
TEST_F(ConfigFile, NoJobTypeConfiguredGivesTheEchoType) {
  sources.variables = {{"NAME", "named"}};
  const std::pair<const char*, const char*> rows[] = {
    {"{}", "echo"},
    {R"({"jobTypes":[]})", "echo"},
    {R"({"organizations":[{"id":"org1","name":""}]})", "echo"},
    {R"({"agents":[{"name":"first","type":"echo"},{"name":"second","type":"echo"}]})", "first"},
    {R"({"agents":[{"name":"a ${NAME} one","type":"echo"}]})", "a named one"},
  };
  for (const auto& [text, agent] : rows) {
    const auto config = load_good(text);

    ASSERT_EQ(config.http.job_types.size(), 1U) << text;
    const auto& type = config.http.job_types.front();
    EXPECT_EQ(type.id, "echo");
    EXPECT_EQ(type.organisation, "default");
    EXPECT_TRUE(type.is_active);
    EXPECT_EQ(type.agent_id, config.agents.front().info.id) << text;
    EXPECT_EQ(config.agents.front().info.name, agent);
    EXPECT_THAT(config.printed, HasSubstr(R"("id": "echo")"));
  }
}

TEST_F(WholeConfig, ConfiguredJobTypesAreAllThereAre) {
  ASSERT_EQ(config.http.job_types.size(), 1U);
  EXPECT_EQ(config.http.job_types.front().id, "daily-report");
}

} // namespace callboard::app
