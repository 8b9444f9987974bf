#include "tests/app/config/config_fixture.hpp"

namespace callboard::app {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

struct fault_case {
  const char* name;
  std::string_view text;
  config_fault expected;
};

void PrintTo(const fault_case& one, std::ostream* out) {
  *out << one.name;
}

struct config_fault_test : config_test, ::testing::WithParamInterface<fault_case> {};

} // namespace

using ConfigFault = config_fault_test;
using ConfigFaults = config_test;

TEST_P(ConfigFault, IsReportedWithItsPlaceAndWhatIsAllowed) {
  EXPECT_THAT(load_bad(GetParam().text), ElementsAre(GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(
  Keys, ConfigFault,
  ::testing::Values(
    fault_case{"UnknownKey",
               R"({"lsiten":"127.0.0.1:1"})",
               {"/lsiten", "is not a known key, did you mean listen?"}},
    fault_case{"UnknownKeyFarFromAll", R"({"xyzzy":1})", {"/xyzzy", "is not a known key"}},
    fault_case{"UnknownNestedKey",
               R"({"capacity":{"maxjobs":1}})",
               {"/capacity/maxjobs", "is not a known key, did you mean maxJobs?"}},
    fault_case{"KeyWithSlash", R"({"a/b~c":1})", {"/a~1b~0c", "is not a known key"}},
    fault_case{"SectionIsText", R"({"log":"info"})", {"/log", R"(must be an object, not "info")"}},
    fault_case{"NullIsNoValue", R"({"listen":null})", {"/listen", "must be a string, not null"}},
    fault_case{"FractionForInteger",
               R"({"capacity":{"maxJobs":1.5}})",
               {"/capacity/maxJobs", "must be an integer from 1 to 100000000, not 1.5"}},
    fault_case{"TooSmall",
               R"({"capacity":{"maxJobs":0}})",
               {"/capacity/maxJobs", "must be an integer from 1 to 100000000, not 0"}},
    fault_case{
      "TooLarge",
      R"({"messaging":{"defaultTimeoutMs":300001}})",
      {"/messaging/defaultTimeoutMs", "must be an integer from 1000 to 300000, not 300001"}},
    fault_case{
      "BeyondSixtyFourBits",
      R"({"capacity":{"maxJobs":18446744073709551617}})",
      {"/capacity/maxJobs", "must be an integer from 1 to 100000000, not 1.8446744073709552e+19"}},
    fault_case{"RetryThatIsNoObject",
               R"({"agents":[{"name":"a","type":"echo","retry":1}]})",
               {"/agents/0/retry", "must be an object, or 0, not 1"}},
    fault_case{"RetryOutOfRange",
               R"({"agents":[{"name":"a","type":"echo","retry":{"maxRetries":101}}]})",
               {"/agents/0/retry/maxRetries", "must be an integer from 0 to 100, not 101"}},
    fault_case{"RetryAfterOutOfRange",
               R"({"agents":[{"name":"a","type":"http","url":"http://h/",
                 "retryAfterMaxSeconds":86401}]})",
               {"/agents/0/retryAfterMaxSeconds", "must be an integer from 0 to 86400, not 86401"}},
    fault_case{"RetryAfterOfAnAgentWithoutIt",
               R"({"agents":[{"name":"a","type":"echo","retryAfterMaxSeconds":1}]})",
               {"/agents/0/retryAfterMaxSeconds",
                "is a setting of agents of type http, openai, not of echo"}},
    fault_case{"TextForBoolean",
               R"({"allowInsecure":"yes"})",
               {"/allowInsecure", R"(must be true or false, not "yes")"}},
    fault_case{"NumberOutOfRange",
               R"({"retryPolicy":{"jitter":1.01}})",
               {"/retryPolicy/jitter", "must be a number from 0 to 1, not 1.01"}},
    fault_case{"NotOneOfTheChoices",
               R"({"log":{"level":"inof"}})",
               {"/log/level",
                R"(must be one of debug, info, warning, error, not "inof", did you mean info?)"}},
    fault_case{"ListIsText",
               R"({"cors":{"allowedOrigins":"*"}})",
               {"/cors/allowedOrigins", R"(must be a list of strings, not "*")"}},
    fault_case{"ListElementIsNumber",
               R"({"cors":{"allowedOrigins":["*",1]}})",
               {"/cors/allowedOrigins/1", "must be a string, not 1"}},
    fault_case{"NoNetwork",
               R"({"outbound":{"deny":["10.0.0.1/8"]}})",
               {"/outbound/deny/0",
                R"(must be an IP address or a network like 10.0.0.0/8, not "10.0.0.1/8")"}},
    fault_case{
      "OriginWithPath",
      R"({"cors":{"allowedOrigins":["https://a/b"]}})",
      {"/cors/allowedOrigins/0",
       "must be an origin (http:// or https://, a host and optionally a port, no path) or *, not "
       R"("https://a/b")"}},
    fault_case{"UnsetVariable",
               R"({"publicUrl":"${NO_SUCH}"})",
               {"/publicUrl", "environment variable NO_SUCH is not set"}},
    fault_case{"BadUrl",
               R"({"publicUrl":"jobs.example.com"})",
               {"/publicUrl", "must be a URL that begins with http:// or https:// and names a "
                              R"(host, not "jobs.example.com")"}},
    fault_case{"ZeroMinutes",
               R"({"jobTypes":[{"id":"a","org_id":"o","agent":"echo",
                   "default_config":{"max_time_to_complete":0}}]})",
               {"/jobTypes/0/default_config/max_time_to_complete",
                "must be a number above 0, at most 100000000, not 0"}}),
  [](const auto& one) { return one.param.name; });

INSTANTIATE_TEST_SUITE_P(
  Lists, ConfigFault,
  ::testing::Values(
    fault_case{"AgentIsText",
               R"({"agents":["echo"]})",
               {"/agents/0", R"(must be an object, not "echo")"}},
    fault_case{"AgentWithoutName",
               R"({"agents":[{"type":"echo"}]})",
               {"/agents/0/name", "is required and must be a string"}},
    fault_case{"AgentWithEmptyName",
               R"({"agents":[{"name":"","type":"echo"}]})",
               {"/agents/0/name", "must not be empty"}},
    fault_case{"AgentWithoutType",
               R"({"agents":[{"name":"a","url":"http://h"}]})",
               {"/agents/0/type", "is required and must be one of echo, http, openai, exec"}},
    fault_case{"AgentOfUnknownType",
               R"({"agents":[{"name":"a","type":"htpp","url":"http://h"}]})",
               {"/agents/0/type", R"(must be one of echo, http, openai, exec, not "htpp", )"
                                  "did you mean http?"}},
    fault_case{"SettingOfAnotherType",
               R"({"agents":[{"name":"a","type":"echo","url":"http://h"}]})",
               {"/agents/0/url", "is a setting of agents of type http, not of echo"}},
    fault_case{"SettingOfTwoOtherTypes",
               R"({"agents":[{"name":"a","type":"echo","headers":{}}]})",
               {"/agents/0/headers", "is a setting of agents of type http, openai, not of echo"}},
    fault_case{"MissingSettingOfItsType",
               R"({"agents":[{"name":"a","type":"http"}]})",
               {"/agents/0/url", "is required and must be a string"}},
    fault_case{"EmptyCommand",
               R"({"agents":[{"name":"a","type":"exec","command":[]}]})",
               {"/agents/0/command", "must be a non-empty list of strings, not array"}},
    fault_case{
      "BadAgentId",
      R"({"agents":[{"name":"a","type":"echo","id":"1"}]})",
      {"/agents/0/id", R"(must be a UUID (8-4-4-4-12 hex digits, not all zero), not "1")"}},
    fault_case{"SameAgentName",
               R"({"agents":[{"name":"a","type":"echo"},
                   {"name":"a","type":"echo","id":"550e8400-e29b-41d4-a716-446655440000"}]})",
               {"/agents/1/name", "must be unique, but /agents/0 has the same"}},
    fault_case{"SameAgentIdInOtherCase",
               R"({"agents":[
                   {"name":"a","type":"echo","id":"550e8400-e29b-41d4-a716-446655440000"},
                   {"name":"b","type":"echo","id":"550E8400-E29B-41D4-A716-446655440000"}]})",
               {"/agents/1/id", "must be unique, but /agents/0 has the same"}},
    fault_case{"SameAgentNameWithoutIds",
               R"({"agents":[{"name":"a","type":"echo"},{"name":"a","type":"echo"}]})",
               {"/agents/1/name", "must be unique, but /agents/0 has the same"}},
    fault_case{"AgentIdThatFollowsFromAnothersName",
               R"({"agents":[{"name":"echo","type":"echo"},
                   {"name":"b","type":"echo","id":"8dd79ed3-40a1-566a-9414-a47b200d9f6f"}]})",
               {"/agents/1/id", "must be unique, but /agents/0 has the same"}},
    fault_case{"KeyVariableNotSet",
               R"({"agents":[{"name":"a","type":"openai","baseUrl":"http://h","model":"m",
                   "apiKeyEnv":"NO_SUCH"}]})",
               {"/agents/0/apiKeyEnv", "environment variable NO_SUCH is not set"}},
    fault_case{"SecretIsNotRepeated",
               R"({"agents":[{"name":"a","type":"http","url":"http://h",
                   "secret":12345}]})",
               {"/agents/0/secret", "must be a string, not number"}},
    fault_case{"HeaderIsNoText",
               R"({"agents":[{"name":"a","type":"http","url":"http://h",
                   "headers":{"X":1}}]})",
               {"/agents/0/headers/X", "must be a string, not number"}},
    fault_case{"BadDigest",
               R"({"apiKeys":[{"name":"a","sha256":"abc","scopes":["JOBS"]}]})",
               {"/apiKeys/0/sha256", R"(must be a SHA-256 digest (64 hex digits), not "abc")"}},
    fault_case{"NoScopes",
               R"({"apiKeys":[{"name":"a","scopes":[],"sha256":
                   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}]})",
               {"/apiKeys/0/scopes", "must be a non-empty list of MESSAGING, SERVICES:READ, "
                                     "SERVICES:WRITE, JOBS, OPERATIONS, not array"}},
    fault_case{"UnknownScope",
               R"({"apiKeys":[{"name":"a","scopes":["JOBS","SERVICES"],"sha256":
                   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}]})",
               {"/apiKeys/0/scopes/1",
                "must be one of MESSAGING, SERVICES:READ, SERVICES:WRITE, JOBS, OPERATIONS, not "
                R"("SERVICES")"}},
    fault_case{"SameOrganisation",
               R"({"organizations":[{"id":"o"},{"id":"o"}]})",
               {"/organizations/1/id", "must be unique, but /organizations/0 has the same"}},
    fault_case{"SameJobTypeInOneOrganisation",
               R"({"jobTypes":[{"id":"j","org_id":"o","agent":"echo"},
                   {"id":"j","org_id":"p","agent":"echo"},
                   {"id":"j","org_id":"o","agent":"echo"}]})",
               {"/jobTypes/2/id", "must be unique, but /jobTypes/0 has the same"}},
    fault_case{"JobTypeOfAnUnknownAgent",
               R"({"jobTypes":[{"id":"j","org_id":"o","agent":"nobody"}]})",
               {"/jobTypes/0/agent", "must be the id or the name of a configured agent"}},
    fault_case{"SchemaWithAPatternThatIsNone",
               R"({"jobTypes":[{"id":"j","org_id":"o","agent":"echo",
                   "params_schema":{"properties":{"a":{"pattern":"("}}}}]})",
               {"/jobTypes/0/params_schema/properties/a/pattern",
                "must be a regular expression (ECMAScript)"}},
    fault_case{"CertificateWithoutKey",
               R"({"tls":{"certificate":"c.pem"}})",
               {"/tls/privateKey", "is required when /tls/certificate is set"}},
    fault_case{"KeyWithoutCertificate",
               R"({"tls":{"privateKey":"k.pem"}})",
               {"/tls/certificate", "is required when /tls/privateKey is set"}}),
  [](const auto& one) { return one.param.name; });

// Symptom: these passed `check-config`, and some of them `serve`.
INSTANTIATE_TEST_SUITE_P(
  Agents, ConfigFault,
  ::testing::Values(
    fault_case{"BaseUrlOfACall",
               R"({"agents":[{"name":"a","type":"openai","model":"m",
                   "baseUrl":"http://h/v1/chat/completions/"}]})",
               {"/agents/0/baseUrl",
                "must not end in /chat/completions, which is appended to it, not "
                R"("http://h/v1/chat/completions/")"}},
    fault_case{"BaseUrlOfACallWithAQuery",
               R"({"agents":[{"name":"a","type":"openai","model":"m",
                   "baseUrl":"http://h/v1/chat/completions?v=1"}]})",
               {"/agents/0/baseUrl",
                "must not end in /chat/completions, which is appended to it, not "
                R"("http://h/v1/chat/completions?v=***")"}},
    fault_case{"NoHeaderName",
               R"({"agents":[{"name":"a","type":"http","url":"http://h","headers":{"a b":"c"}}]})",
               {"/agents/0/headers", R"(headers: "a b" is not a valid header name)"}},
    fault_case{"NoDirectory",
               R"({"agents":[{"name":"a","type":"exec","command":["true"],"cwd":"/nowhere"}]})",
               {"/agents/0/cwd", "cwd must be a directory"}},
    fault_case{"EmptySecret",
               R"({"agents":[{"name":"a","type":"http","url":"http://h","secret":""}]})",
               {"/agents/0/secret",
                "must not be empty; without the setting, requests are not signed, "
                "not string"}},
    fault_case{"SecretThatIsNoBase64",
               R"({"agents":[{"name":"a","type":"http","url":"http://h","secret":"whsec_!"}]})",
               {"/agents/0/secret", "the part after whsec_ must be base64, not string"}},
    fault_case{
      "SecretWithAVersion",
      R"({"agents":[{"name":"a","type":"http","url":"http://h","secret":"v1,whsec_aGVs"}]})",
      {"/agents/0/secret",
       "whsec_ must be in lower case, with nothing before it (no v1, and no quotes), not string"}}),
  [](const auto& one) { return one.param.name; });

INSTANTIATE_TEST_SUITE_P(
  Organisations, ConfigFault,
  ::testing::Values(
    fault_case{"OfAKey",
               R"({"organizations":[{"id":"org123"}],"apiKeys":[{"name":"a","org":"org132",
                   "scopes":["JOBS"],"sha256":
                   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}]})",
               {"/apiKeys/0/org", "must be the id of a configured organisation, not "
                                  R"("org132", did you mean org123?)"}},
    fault_case{"OfAJobType",
               R"({"organizations":[{"id":"acme"}],
                   "jobTypes":[{"id":"j","org_id":"acne","agent":"echo"}]})",
               {"/jobTypes/0/org_id", "must be the id of a configured organisation, not "
                                      R"("acne", did you mean acme?)"}},
    fault_case{
      "OfAJobTypeThatNoKeyHas",
      R"({"apiKeys":[{"name":"a","org":"acme","scopes":["SERVICES:READ"],"sha256":
                   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}],
                   "jobTypes":[{"id":"j","org_id":"xyzzy","agent":"echo"}]})",
      {"/jobTypes/0/org_id", R"(must be the id of a configured organisation, not "xyzzy")"}}),
  [](const auto& one) { return one.param.name; });

TEST_F(ConfigFaults, AllAreReportedAtOnce) {
  const auto faults = load_bad(R"({"listen":1,"storre":"x","capacity":{"maxJobs":-1},
    "agents":[{"name":"a","type":"http"},{"name":"a"}],"publicUrl":"${NO_SUCH}"})");

  std::vector<std::string> places;
  for (const auto& fault : faults)
    places.push_back(fault.where);
  EXPECT_THAT(places,
              UnorderedElementsAre("/listen", "/storre", "/capacity/maxJobs", "/agents/0/url",
                                   "/agents/1/type", "/agents/1/name", "/publicUrl"));
}

TEST_F(ConfigFaults, ListenerThatIsOpenToTheWorldNeedsAKey) {
  EXPECT_THAT(
    load_bad(R"({"listen":"0.0.0.0:3000"})"),
    ElementsAre(::testing::Field(&config_fault::what, HasSubstr("no API key is configured"))));
  EXPECT_EQ(load_bad(R"({"listen":"[::]:3000"})").size(), 1U);
}

TEST_F(ConfigFaults, OpenListenerIsFineWithAKeyOrWhenAllowed) {
  load_good(R"({"listen":"0.0.0.0:3000","allowInsecure":true})");
  load_good(R"({"listen":"0.0.0.0:3000","apiKeys":[{"name":"a","scopes":["JOBS"],"sha256":
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}]})");
  sources.variables["ELIZA_SERVER_AUTH_TOKEN"] = "x";
  load_good(R"({"listen":"0.0.0.0:3000"})");
}

TEST_F(ConfigFaults, ListenTakesAddressesAndLocalhost) {
  EXPECT_EQ(load_good(R"({"listen":"[::1]:3000"})").http.address, "::1");
  EXPECT_EQ(load_good(R"({"listen":"localhost:0"})").http.address, "127.0.0.1");
  EXPECT_EQ(load_good(R"({"listen":"127.8.0.1:65535"})").http.port, 65535);
  for (const std::string_view text :
       {"3000", ":3000", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "::1:3000",
        "example.com:80", "[127.0.0.1]:80", "127.0.0.1:80 ", "256.0.0.1:80", ""})
    EXPECT_EQ(load_bad("{\"listen\":\"" + std::string{text} + "\"}").size(), 1U) << text;
}

TEST_F(ConfigFaults, StoreThatCannotBeOpenedIsRefused) {
  EXPECT_EQ(load_bad(R"({"store":"postgres://x"})").front().where, "/store");
  EXPECT_EQ(load_bad(R"({"store":""})").front().where, "/store");
}

} // namespace callboard::app
