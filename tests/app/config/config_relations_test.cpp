// What no single key can tell: files, secrets, organisations and templates.

#include "app/digest.hpp"
#include "tests/app/config/config_fixture.hpp"
#include "tests/app/config/tls_files.hpp"

namespace callboard::app {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

} // namespace

using ConfigRelations = config_test;

TEST_F(ConfigRelations, OrganisationsThatAreKnownAreFine) {
  constexpr std::string_view key = R"("name":"a","scopes":["JOBS"],"sha256":
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")";
  const auto with_key = [&](std::string_view org, std::string_view rest) {
    return R"({"apiKeys":[{)" + std::string{key} + std::string{org} + "}]" + std::string{rest}
           + "}";
  };

  load_good(with_key("", R"(,"organizations":[{"id":"acme"}])"));
  load_good(with_key(R"(,"org":"acme")", R"(,"organizations":[{"id":"acme"}])"));
  load_good(with_key(R"(,"org":"default")", R"(,"organizations":[{"id":"acme"}])"));
  load_good(
    with_key(R"(,"org":"acme")", R"(,"jobTypes":[{"id":"j","org_id":"acme","agent":"echo"}])"));
  load_good(R"({"jobTypes":[{"id":"j","org_id":"default","agent":"echo"}]})");
}

TEST_F(ConfigRelations, TemplatesThatNoJobCanFillAreRefused) {
  struct sample {
    std::string_view prompt;
    std::string_view schema;
    std::string_view fault;
  };
  constexpr std::string_view strict = R"({"properties":{"kind":{"type":"string"},
    "report":{"properties":{"type":{}},"additionalProperties":false}},"additionalProperties":false})";
  const sample samples[] = {
    {"no place", "{}", ""},
    {"{{params.kind}} {{params}} {{ params.a.b.0 }}", "{}", ""},
    {"{{target_channel.code}} {{target_channel.data.x}} {{job_id}} {{job_type_id}}", "{}", ""},
    {"{{org_id}} {{channel_code}} {{tags}} {{scheduled_at}} {{profile_id}}", "{}", ""},
    {"{{a b}} {{}} {params} {{{", "{}", ""},
    {"{{params.kind}} {{params.report.type}} {{params.report}}", strict, ""},
    {"{{params.other}}", R"({"properties":{"kind":{}}})", ""},
    {"{{params.x1}}", R"({"patternProperties":{"x":{}},"additionalProperties":false})", ""},
    {"{{params.a.b}}", R"({"properties":{"a":{"$ref":"#/definitions/a"}},"definitions":{"a":{}}})",
     ""},
    {"{{param.kind}}", "{}", "{{param.kind}} cannot be filled by any job"},
    {"{{param.kind}}", "{}", "did you mean params?"},
    {"{{kind}}", "{}", "must begin with one of params, target_channel, job_id"},
    {"{{Params.kind}}", "{}", "did you mean params?"},
    {"{{jobId}}", "{}", "did you mean job_id?"},
    {"{{job_id.x}}", "{}", "job_id has no members"},
    {"{{tags.0}}", "{}", "tags has no members"},
    {"{{params.kin}}", strict, "params_schema does not allow params.kin, did you mean kind?"},
    {"{{params.report.kind}}", strict, "params_schema does not allow params.report.kind"},
    {"{{params.kind.x}}", strict, "params_schema has no members in params.kind"},
    {"fine {{params.kind}}, then {{param.kind}}", strict, "{{param.kind}}"},
  };
  for (const auto& [prompt, schema, fault] : samples) {
    const auto text = R"({"jobTypes":[{"id":"j","org_id":"o","agent":"echo","params_schema":)"
                      + std::string{schema} + R"(,"default_config":{"start_prompt":")"
                      + std::string{prompt} + R"("}}]})";
    if (fault.empty()) {
      load_good(text);
      continue;
    }
    const auto faults = load_bad(text);
    ASSERT_EQ(faults.size(), 1u) << prompt;
    EXPECT_EQ(faults[0].where, "/jobTypes/0/default_config/start_prompt");
    EXPECT_THAT(faults[0].what, HasSubstr(std::string{fault})) << prompt;
  }
}

TEST_F(ConfigRelations, TlsFilesThatCannotServeAreRefused) {
  write_tls_files(dir.path(), "one");
  write_tls_files(dir.path(), "two");
  write_tls_files(dir.path(), "locked", "passphrase");
  dir.write("text.pem", "no certificate");
  dir.write("text.key", "no key");
  dir.write("empty.pem", "");
  std::filesystem::create_directory(dir.path() / "directory.pem");
  struct sample {
    std::string_view certificate;
    std::string_view key;
    std::string_view where;
    std::string_view what;
  };
  constexpr sample samples[] = {
    {"one.pem", "one.key", "", ""},
    {"none.pem", "one.key", "/tls/certificate", "cannot be read: No such file"},
    {"one.pem", "none.key", "/tls/privateKey", "cannot be read: No such file"},
    {"directory.pem", "one.key", "/tls/certificate", "cannot be read: Is a directory"},
    {"text.pem", "one.key", "/tls/certificate", "must be a PEM file with a certificate"},
    {"empty.pem", "one.key", "/tls/certificate", "must be a PEM file with a certificate"},
    {"one.key", "one.key", "/tls/certificate", "must be a PEM file with a certificate"},
    {"one.pem", "text.key", "/tls/privateKey", "must be a PEM file with the certificate's key"},
    {"one.pem", "one.pem", "/tls/privateKey", "must be a PEM file with the certificate's key"},
    {"one.pem", "two.key", "/tls/privateKey", "key"},
    {"locked.pem", "locked.key", "/tls/privateKey", "must be a key without a passphrase"},
  };
  for (const auto& [certificate, key, where, what] : samples) {
    const auto path_of = [&](std::string_view name) { return (dir.path() / name).string(); };
    const auto text = R"({"tls":{"certificate":")" + path_of(certificate) + R"(","privateKey":")"
                      + path_of(key) + R"("}})";
    if (where.empty()) {
      load_good(text);
      continue;
    }
    const auto faults = load_bad(text);
    ASSERT_EQ(faults.size(), 1u) << certificate << ' ' << key;
    EXPECT_EQ(faults[0].where, where) << certificate << ' ' << key;
    EXPECT_THAT(faults[0].what, HasSubstr(std::string{what}));
  }
}

// Symptom: `"secret":"${HOOK_SECRET}"` with an empty variable sent unsigned requests, an empty key of a
// model none at all, and nobody was told.
TEST_F(ConfigRelations, EmptySecretsSwitchNothingOff) {
  sources.variables = {{"EMPTY", ""}, {"FULL", "x"}, {"BLANK", "key\n"}};
  const auto http = [](std::string_view more) {
    return R"({"agents":[{"name":"a","type":"http",)" + std::string{more} + "}]}";
  };
  const auto openai = [](std::string_view more) {
    return R"({"agents":[{"name":"a","type":"openai","model":"m",)" + std::string{more} + "}]}";
  };
  const std::pair<std::string, std::string_view> refused[] = {
    {http(R"("url":"http://h","secret":"${EMPTY}")"), "/agents/0/secret"},
    {http(R"("url":"http://h","secret":"${EMPTY}${FULL}")"), "/agents/0/secret"},
    {http(R"("url":"http://h","secret":"  ")"), "/agents/0/secret"},
    {http(R"("url":"http://h","headers":{"Authorization":"Bearer ${EMPTY}"})"),
     "/agents/0/headers/Authorization"},
    {http(R"("url":"http://h","headers":{"X-A":"${EMPTY}","X-B":"b"})"), "/agents/0/headers/X-A"},
    {http(R"("url":"http://h/?token=${EMPTY}")"), "/agents/0/url"},
    {http(R"("url":"http://me:${EMPTY}@h/")"), "/agents/0/url"},
    {openai(R"("baseUrl":"http://h","apiKeyEnv":"EMPTY")"), "/agents/0/apiKeyEnv"},
    {openai(R"("baseUrl":"http://h","apiKeyEnv":"BLANK")"), "/agents/0/apiKeyEnv"},
    {openai(R"("baseUrl":"http://h","headers":{"api-key":"${EMPTY}"})"),
     "/agents/0/headers/api-key"},
    {openai(R"("baseUrl":"http://h/?key=${EMPTY}")"), "/agents/0/baseUrl"},
    {R"({"tls":{"certificate":"${EMPTY}","privateKey":""}})", "/tls/certificate"},
  };
  for (const auto& [text, where] : refused) {
    const auto faults = load_bad(text);
    ASSERT_EQ(faults.size(), 1u) << text;
    EXPECT_EQ(faults[0].where, where);
  }

  load_good(http(R"("url":"http://h","secret":"${FULL}")"));
  load_good(http(R"("url":"http://h/${EMPTY}tasks","headers":{"X-A":"","X-B":"$${EMPTY}"})"));
  load_good(openai(R"("baseUrl":"http://h/?key=${FULL}","apiKeyEnv":"FULL")"));
  load_good(R"({"tls":{"certificate":"","privateKey":""}})");
}

TEST_F(ConfigRelations, EmptyElizaTokenIsAWarning) {
  sources.variables = {{"ELIZA_SERVER_AUTH_TOKEN", ""}};

  const auto config = load_good("{}");

  EXPECT_TRUE(config.http.keys.empty());
  EXPECT_THAT(config.warnings, ElementsAre(HasSubstr("ELIZA_SERVER_AUTH_TOKEN is empty")));
}

// Symptom: `callboard store check` refused to work without the agents' secrets.
TEST_F(ConfigRelations, StoreCommandsLookAtTheStoreAlone) {
  const auto store_in = [&](std::string_view text) {
    dir.write("callboard.json", text);
    return load_store(sources);
  };

  EXPECT_EQ(store_in(R"({"store":"sqlite:a.db","lsiten":1,"tls":{"certificate":"/none"},"agents":[
    {"name":"a","type":"http","url":"http://h","secret":"${UNSET}"},{"name":"a"}]})"),
            "sqlite:a.db");
  EXPECT_EQ(store_in("{}"), "sqlite:var/callboard.db");
  EXPECT_EQ(store_in(R"({"store":"${UNSET}"})").error().front().where, "/store");
  EXPECT_EQ(store_in(R"({"store":5})").error().front().where, "/store");
  EXPECT_EQ(store_in("{").error().size(), 1u);
  sources.flags = {{"--store", "/store", "sqlite:b.db"}};
  EXPECT_EQ(store_in(R"({"store":"sqlite:a.db"})"), "sqlite:b.db");
  sources.flags = {{"--store", "/store", "nothing"}};
  EXPECT_EQ(store_in("{}").error().front().where, "/store (--store)");
}

// Symptom: `check-config` showed the id of an agent called "${NAME}".
TEST_F(ConfigRelations, AgentWithAVariableInItsNameHasOneId) {
  sources.variables = {{"NAME", "support"}};

  const auto config = load_good(R"({"agents":[{"name":"${NAME}","type":"echo"}]})");

  EXPECT_THAT(config.printed, HasSubstr(config.agents.at(0).info.id.to_string()));
  EXPECT_THAT(config.printed, HasSubstr(agent_id_of("support").to_string()));
}

TEST_F(ConfigRelations, AgentsAndTheRestAreReportedTogether) {
  const auto faults = load_bad(R"({"lsiten":1,"agents":[
    {"name":"a","type":"http","url":"http://h","headers":{"a b":"c"}},
    {"name":"b","type":"exec","command":["true"],"cwd":"/nowhere"}]})");

  EXPECT_EQ(faults.size(), 3u);
}

} // namespace callboard::app
