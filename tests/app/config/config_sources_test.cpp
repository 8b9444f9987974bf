#include "app/digest.hpp"
#include "tests/app/config/config_fixture.hpp"

namespace callboard::app {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

} // namespace

using ConfigSources = config_test;

TEST_F(ConfigSources, NamedFileIsReadInPlaceOfTheUsualOne) {
  dir.write("callboard.json", R"({"listen":"127.0.0.1:1"})");
  sources.file = dir.write("other.json", R"({"listen":"127.0.0.1:2"})");

  const auto config = load_config(sources);

  ASSERT_TRUE(config);
  EXPECT_EQ(config->http.port, 2);
  EXPECT_EQ(config->file, sources.file->string());
}

TEST_F(ConfigSources, OwnFileGoesBeforeAgentOs) {
  dir.write("agentos.config.json", R"({"retryPolicy":{"maxRetries":8}})");

  EXPECT_THAT(load_good("{}").printed, ::testing::Not(HasSubstr("retryPolicy")));
}

// Symptom: members came out sorted, 1.50 as 1.5, and a number beyond any double was refused.
TEST_F(ConfigSources, KeptObjectsArePrintedAsGiven) {
  sources.variables["NAME"] = "x";

  const auto config = load_good(R"({"agents":[{"name":"m","type":"openai","baseUrl":"http://h/v1",
    "model":"x","extraBody":{"z": 1.50, "a": 1e400, "s": "${NAME}"}}]})");

  EXPECT_THAT(config.printed, HasSubstr(R"("extraBody": {"z":1.50,"a":1e400,"s":"${NAME}"})"));
}

TEST_F(ConfigSources, OfAgentOsFileOnlyTheRetryPolicyIsRead) {
  dir.write("agentos.config.json", R"({
    // theirs
    "name": "${UNSET}", "listen": 5, "retryPolicy": { "maxRetries": 8, "jitterMode": "full" } })");

  const auto config = load_config(sources);

  ASSERT_TRUE(config);
  EXPECT_THAT(config->printed, HasSubstr("\"maxRetries\": 8"));
  EXPECT_EQ(config->http.port, 3000);
  EXPECT_THAT(config->warnings, ElementsAre(HasSubstr("/retryPolicy/jitterMode is not known")));
}

TEST_F(ConfigSources, AgentOsRetryPolicyIsChecked) {
  dir.write("agentos.config.json", R"({"retryPolicy":{"maxRetries":-1}})");

  const auto config = load_config(sources);

  ASSERT_FALSE(config);
  EXPECT_THAT(config.error(),
              ElementsAre(config_fault{"/retryPolicy/maxRetries",
                                       "must be an integer from 0 to 100, not -1"}));
}

TEST_F(ConfigSources, EnvironmentOverridesTheFile) {
  sources.variables = {{"CALLBOARD_LISTEN", "127.0.0.1:2"},
                       {"CALLBOARD_CAPACITY_MAX_JOBS", "77"},
                       {"CALLBOARD_ALLOW_INSECURE", "true"},
                       {"CALLBOARD_CORS_ALLOWED_ORIGINS", "http://a,http://b:1"}};

  const auto config = load_good(R"({"listen":"127.0.0.1:1","capacity":{"maxLiveJobs":5}})");

  EXPECT_EQ(config.http.port, 2);
  EXPECT_EQ(config.engine.jobs_max, 77U);
  EXPECT_EQ(config.engine.live_jobs_max, 5U);
  EXPECT_TRUE(config.http.allow_insecure);
  EXPECT_THAT(config.http.allowed_origins, ElementsAre("http://a", "http://b:1"));
  EXPECT_THAT(config.printed, HasSubstr("\"maxJobs\": 77,"));
}

TEST_F(ConfigSources, EmptyVariableCountsAsUnset) {
  sources.variables = {{"CALLBOARD_LISTEN", ""}};

  EXPECT_EQ(load_good(R"({"listen":"127.0.0.1:1"})").http.port, 1);
}

// Symptom: `CALLBOARD_LOG_DIRECTORY=` did nothing, and there was no other way to have no files.
TEST_F(ConfigSources, EmptyLogDirectoryVariableSwitchesFilesOff) {
  sources.variables = {{"CALLBOARD_LOG_DIRECTORY", ""}};

  EXPECT_EQ(load_good("{}").log.directory, "");
  EXPECT_EQ(load_good(R"({"log":{"directory":"elsewhere"}})").log.directory, "");
}

// Symptom: `"level":"warn"`, as most programs call it, was refused.
TEST_F(ConfigSources, WarnMeansWarningWhereverItComesFrom) {
  EXPECT_EQ(load_good(R"({"log":{"level":"warn"}})").log.level, log_level::warning);
  EXPECT_THAT(load_good(R"({"log":{"level":"warn"}})").printed, HasSubstr(R"("level": "warning")"));

  sources.variables = {{"CALLBOARD_LOG_LEVEL", "warn"}};
  EXPECT_EQ(load_good("{}").log.level, log_level::warning);

  sources.flags = {{"--log-level", "/log/level", "warn"}};
  EXPECT_EQ(load_good(R"({"log":{"level":"info"}})").log.level, log_level::warning);

  sources.variables.clear();
  sources.flags.clear();
  EXPECT_EQ(load_bad(R"({"log":"warn"})").size(), 1u);
  EXPECT_EQ(load_bad(R"({"log":{"level":"warns"}})").size(), 1u);
}

TEST_F(ConfigSources, FlagsOverrideTheEnvironment) {
  sources.variables = {{"CALLBOARD_LISTEN", "127.0.0.1:2"}};
  sources.flags = {{"--listen", "/listen", "127.0.0.1:3"}, {"--log-level", "/log/level", "debug"}};

  const auto config = load_good(R"({"listen":"127.0.0.1:1"})");

  EXPECT_EQ(config.http.port, 3);
  EXPECT_EQ(config.log.level, log_level::debug);
}

TEST_F(ConfigSources, FaultNamesTheVariableOrFlagThatSetTheValue) {
  sources.variables = {{"CALLBOARD_CAPACITY_MAX_JOBS", "many"}};
  sources.flags = {{"--log-level", "/log/level", "loud"}};

  const auto faults = load_bad("{}");

  EXPECT_THAT(faults, ::testing::UnorderedElementsAre(
                        config_fault{"/capacity/maxJobs (CALLBOARD_CAPACITY_MAX_JOBS)",
                                     R"(must be an integer from 1 to 100000000, not "many")"},
                        config_fault{"/log/level (--log-level)",
                                     R"(must be one of debug, info, warning, error, not "loud")"}));
}

TEST_F(ConfigSources, VariableForASectionThatIsNoObjectDoesNotHideTheFault) {
  sources.variables = {{"CALLBOARD_LOG_LEVEL", "debug"}};

  EXPECT_THAT(load_bad(R"({"log":5})"),
              ElementsAre(config_fault{"/log", "must be an object, not 5"}));
}

// CALLBOARD_PORT was taken for a mistyped CALLBOARD_STORE: the prefix counted as letters that are right.
TEST_F(ConfigSources, UnknownVariableIsLikenedOnlyToOneThatIsNear) {
  const std::pair<std::string_view, std::string_view> rows[] = {
    {"CALLBOARD_LISTN", "CALLBOARD_LISTEN"},
    {"CALLBOARD_STORE_SINC", "CALLBOARD_STORE_SYNC"},
    {"CALLBOARD_LOGLEVEL", "CALLBOARD_LOG_LEVEL"},
    {"CALLBOARD_MAX_LIVE_JOBS", ""},
    {"CALLBOARD_CAPACITY_MAXJOBS", "CALLBOARD_CAPACITY_MAX_JOBS"},
    {"CALLBOARD_CORS_ALLOWED_ORIGIN", "CALLBOARD_CORS_ALLOWED_ORIGINS"},
    // What Kubernetes sets for a service of that name.
    {"CALLBOARD_SERVICE_HOST", ""},
    {"CALLBOARD_SERVICE_PORT", ""},
    {"CALLBOARD_PORT", ""},
    {"CALLBOARD_PORT_3000_TCP", ""},
    {"CALLBOARD_PORT_3000_TCP_PROTO", ""},
    {"CALLBOARD_PORT_3000_TCP_ADDR", ""},
    {"CALLBOARD_URL", ""},
    {"CALLBOARD_HOST", ""},
    {"CALLBOARD_KEY", ""},
    {"CALLBOARD_BINARY", ""},
    {"CALLBOARD_TOKEN", ""},
    {"CALLBOARD_", ""},
  };
  for (const auto& [name, meant] : rows) {
    sources.variables = {{std::string{name}, "x"}};
    auto expected = "environment variable " + std::string{name} + " is not a setting";
    if (!meant.empty())
      expected += ", did you mean " + std::string{meant} + '?';

    EXPECT_THAT(load_good("{}").warnings, ElementsAre(expected));
  }
}

TEST_F(ConfigSources, UnknownVariableIsAWarningUnlessTheFileUsesIt) {
  sources.variables = {{"CALLBOARD_LISTN", "x"}, {"CALLBOARD_MINE", "p: "}};

  const auto config
    = load_good(R"({"agents":[{"name":"e","type":"echo","prefix":"${CALLBOARD_MINE}"}]})");

  EXPECT_THAT(config.warnings, ElementsAre("environment variable CALLBOARD_LISTN is not a setting, "
                                           "did you mean CALLBOARD_LISTEN?"));
  EXPECT_EQ(std::get<echo_options>(config.agents[0].settings).prefix, "p: ");
}

TEST_F(ConfigSources, NamedFileThatIsMissingIsAFault) {
  sources.file = dir.path() / "absent.json";

  const auto config = load_config(sources);

  ASSERT_FALSE(config);
  EXPECT_THAT(
    config.error(),
    ElementsAre(config_fault{sources.file->string(), "cannot be read: No such file or directory"}));
}

TEST_F(ConfigSources, DirectoryInPlaceOfAFileIsAFault) {
  sources.file = dir.path();

  const auto config = load_config(sources);

  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().front().what, "is a directory");
}

TEST_F(ConfigSources, BadJsonIsAFaultWithLineAndColumn) {
  const auto faults = load_bad("{\n  // comment\n  \"listen\": ]\n}");

  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].where, (dir.path() / "callboard.json").string());
  EXPECT_THAT(faults[0].what, HasSubstr("(line 3, column 13)"));
}

TEST_F(ConfigSources, LimitsOfJsonHoldForTheFile) {
  EXPECT_THAT(load_bad(std::string(100, '[')).front().what, HasSubstr("nested deeper than 64"));
  EXPECT_THAT(load_bad(std::string(2 * 1024 * 1024 + 1, ' ')).front().what,
              StartsWith("is longer than 2097152 bytes"));
  EXPECT_THAT(load_bad("\xEF\xBB\xBF{}").front().what, HasSubstr("byte order mark"));
  EXPECT_THAT(load_bad("[]").front().what, HasSubstr("must contain an object"));
  EXPECT_THAT(load_bad("").front().what, ::testing::Not(IsEmpty()));
}

TEST_F(ConfigSources, BadFileDoesNotHideFaultsOfTheEnvironment) {
  sources.variables = {{"CALLBOARD_LISTEN", "nowhere"}};

  EXPECT_EQ(load_bad("{").size(), 2U);
}

} // namespace callboard::app
