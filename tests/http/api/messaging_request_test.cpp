#include "http/api/messaging/messaging_request.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/http/sample_jobs.hpp"
#include "tests/http/test_exchange.hpp"

namespace callboard::tests {
namespace {

using namespace std::chrono_literals;
using http::read_limit;
using http::read_status_filter;
using http::utf16_length;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<agent_info> agents{sample_agent()};

/// A body that breaks no rule.
json good_body() {
  return {{"userId", sample_user},
          {"content", "hello"},
          {"agentId", sample_agent_id},
          {"timeoutMs", 60'000},
          {"metadata", {{"source", "api"}}}};
}

/// The good body with one member set, or taken out if the value is discarded.
json with(const char* name, json value) {
  auto body = good_body();
  body[name] = std::move(value);
  return body;
}

json without(const char* name) {
  auto body = good_body();
  body.erase(name);
  return body;
}

/// What is answered to a request; empty if a job comes of it.
struct refusal {
  int status = 0;
  std::string body;
};

refusal read(const sample_request& sample, const std::vector<agent_info>& known = agents) {
  const auto view = sample.view();
  const auto read = http::read_new_message(view, known, 30s);
  return read ? refusal{} : refusal{read.error().status(), read.error().body()};
}

refusal read(const json& body) {
  return read(post_json("/api/messaging/jobs", body.dump()));
}

std::string text_error(std::string_view text) {
  return R"({"success":false,"error":")" + std::string{text} + "\"}";
}

TEST(MessagingRules, EachOneHasItsExactText) {
  struct row {
    json body;
    int status;
    std::string error;
  };
  const auto long_value = [](std::size_t size) { return json{{"k", std::string(size, 'x')}}; };
  const row table[] = {
    {json::array(), 400, "Request body must be an object"},
    {"text", 400, "Request body must be an object"},
    {nullptr, 400, "Request body must be an object"},
    {5, 400, "Request body must be an object"},
    {with("agentId", 5), 400, "agentId must be a valid UUID string"},
    {with("agentId", nullptr), 400, "agentId must be a valid UUID string"},
    {without("userId"), 400, "userId is required and must be a valid UUID string"},
    {with("userId", nullptr), 400, "userId is required and must be a valid UUID string"},
    {with("userId", 5), 400, "userId is required and must be a valid UUID string"},
    {without("content"), 400, "content is required and must be a string"},
    {with("content", json::array()), 400, "content is required and must be a string"},
    {with("content", ""), 400, "content cannot be empty"},
    {with("content", std::string(50'001, 'x')), 400,
     "content exceeds maximum length of 50000 characters"},
    {with("metadata", json::array()), 400, "metadata must be an object"},
    {with("metadata", nullptr), 400, "metadata must be an object"},
    {with("metadata", "{}"), 400, "metadata must be an object"},
    // {"k":"…"} takes eight characters beside the value.
    {with("metadata", long_value(9'993)), 400, "metadata exceeds maximum size of 10000 bytes"},
    {with("timeoutMs", "5000"), 400, "timeoutMs must be a positive number"},
    {with("timeoutMs", nullptr), 400, "timeoutMs must be a positive number"},
    {with("timeoutMs", true), 400, "timeoutMs must be a positive number"},
    {with("timeoutMs", -1), 400, "timeoutMs must be a positive number"},
    {with("timeoutMs", -0.5), 400, "timeoutMs must be a positive number"},
    {with("timeoutMs", 0), 400, "timeoutMs must be at least 1000ms"},
    {with("timeoutMs", 999), 400, "timeoutMs must be at least 1000ms"},
    {with("timeoutMs", 999.9), 400, "timeoutMs must be at least 1000ms"},
    {with("timeoutMs", 300'001), 400, "timeoutMs cannot exceed 300000ms"},
    {with("timeoutMs", 300'000.5), 400, "timeoutMs cannot exceed 300000ms"},
    // Symptom of a number that wraps: 2^63 read as a negative number.
    {with("timeoutMs", 9'223'372'036'854'775'808ull), 400, "timeoutMs cannot exceed 300000ms"},
    {with("timeoutMs", 1e300), 400, "timeoutMs cannot exceed 300000ms"},
    {with("userId", "user-1"), 400, "Invalid userId format (must be valid UUID)"},
    {with("userId", ""), 400, "Invalid userId format (must be valid UUID)"},
    {with("userId", "550e8400-e29b-41d4-a716-44665544000g"), 400,
     "Invalid userId format (must be valid UUID)"},
    {with("agentId", "agent"), 400, "Invalid agentId format (must be valid UUID)"},
    {with("agentId", "AA0e8400-E29b-41d4-a716-446655440009"), 404,
     "Agent AA0e8400-E29b-41d4-a716-446655440009 not found"},
  };

  for (const auto& [body, status, error] : table) {
    SCOPED_TRACE(error);
    const auto refused = read(body);
    EXPECT_EQ(refused.status, status);
    EXPECT_EQ(refused.body, text_error(error));
  }
}

TEST(MessagingRules, FirstBrokenRuleInTheirOrderIsNamed) {
  // From the whole body on, each step mends the rule that was named and leaves the later ones broken.
  json body{{"agentId", 5}, {"userId", 5}, {"content", 5}, {"metadata", 5}, {"timeoutMs", "5"}};
  struct step {
    std::string error;
    std::string name;
    json mended;
  };
  const step steps[] = {
    {"agentId must be a valid UUID string", "agentId", "no-uuid"},
    {"userId is required and must be a valid UUID string", "userId", "no-uuid"},
    {"content is required and must be a string", "content", ""},
    {"content cannot be empty", "content", std::string(50'001, 'x')},
    {"content exceeds maximum length of 50000 characters", "content", "hello"},
    {"metadata must be an object", "metadata", {{"k", std::string(10'000, 'x')}}},
    {"metadata exceeds maximum size of 10000 bytes", "metadata", json::object()},
    {"timeoutMs must be a positive number", "timeoutMs", 1},
    {"timeoutMs must be at least 1000ms", "timeoutMs", 300'001},
    {"timeoutMs cannot exceed 300000ms", "timeoutMs", 1000},
    {"Invalid userId format (must be valid UUID)", "userId", sample_user},
    {"Invalid agentId format (must be valid UUID)", "agentId",
     "660e8400-e29b-41d4-a716-446655440009"},
    {"Agent 660e8400-e29b-41d4-a716-446655440009 not found", "agentId", sample_agent_id},
  };

  for (const auto& [error, name, mended] : steps) {
    EXPECT_EQ(read(body).body, text_error(error));
    body[name] = mended;
  }
  EXPECT_EQ(read(body).status, 0);
}

TEST(MessagingRules, LimitsAreAllowed) {
  EXPECT_EQ(read(with("content", std::string(50'000, 'x'))).status, 0);
  EXPECT_EQ(read(with("metadata", {{"k", std::string(9'992, 'x')}})).status, 0);
  EXPECT_EQ(read(with("timeoutMs", 1000)).status, 0);
  EXPECT_EQ(read(with("timeoutMs", 300'000)).status, 0);
  EXPECT_EQ(read(with("timeoutMs", 3e5)).status, 0);
}

TEST(MessagingRules, LengthsCountUtf16CodeUnits) {
  std::string pairs;
  for (int i = 0; i < 25'000; ++i)
    pairs += "😀";

  EXPECT_EQ(read(with("content", pairs)).status, 0);
  EXPECT_EQ(read(with("content", pairs + "x")).body,
            text_error("content exceeds maximum length of 50000 characters"));
  EXPECT_EQ(utf16_length("aé€😀"), 5u);
}

TEST(MessagingRules, MetadataCountsAsCompactJson) {
  // 10,004 characters as sent, 9,999 as printed.
  const auto body = R"({"userId":")" + std::string{sample_user}
                    + R"(","content":"x","metadata": { "k" : ")" + std::string(9'991, 'x')
                    + "\"  }}";

  EXPECT_EQ(read(post_json("/", body)).status, 0);
}

// Clients of some languages spell all but ASCII as escapes, six bytes for a character.
TEST(MessagingRules, MetadataCountsWithItsEscapesSpelledBriefly) {
  std::string escaped;
  for (int i = 0; i < 9'992; ++i)
    escaped += R"(\u00e9)";
  const auto body = [&](const std::string& text) {
    return R"({"userId":")" + std::string{sample_user} + R"(","content":"x","metadata":{"k":")"
           + text + "\"}}";
  };

  EXPECT_EQ(read(post_json("/", body(escaped))).status, 0);
  EXPECT_EQ(read(post_json("/", body(escaped + 'x'))).body,
            text_error("metadata exceeds maximum size of 10000 bytes"));
  const auto length_of
    = [](std::string_view text) { return http::printed_utf16_length(json_view::from_valid(text)); };
  EXPECT_EQ(length_of(R"({"a":[1e2]})"), 11u);
  EXPECT_EQ(length_of("\"aé€😀\""), 7u);
  EXPECT_EQ(length_of(R"("\u0061\u00E9\u20ac\ud83d\ude00")"), 7u);
  EXPECT_EQ(length_of(R"("\/\n\u000a\"\u0022\\\u005c\u007f")"), 16u);
  EXPECT_EQ(length_of(R"("\u0001\u001F")"), 14u);
}

TEST(MessagingRules, WithoutAgentTheServerMustHaveOne) {
  for (const auto& body : {without("agentId"), with("agentId", "")}) {
    const auto sample = post_json("/", body.dump());
    EXPECT_EQ(read(sample).status, 0);
    EXPECT_EQ(read(sample, {}).status, 404);
    EXPECT_EQ(read(sample, {}).body, text_error("No agents available on server"));
  }
}

TEST(MessagingRules, AgentIsComparedWithoutCase) {
  EXPECT_EQ(read(with("agentId", "660E8400-E29B-41D4-A716-446655440001")).status, 0);
}

TEST(MessagingBody, NulInContentIsNamed) {
  const auto body = R"({"content":"a\u0000b"})";

  EXPECT_EQ(read(post_json("/", body)).body, text_error("content must not contain NUL characters"));
}

TEST(MessagingBody, MalformedJsonSaysWhatAndWhere) {
  for (const std::string body :
       {"{", "{\"a\":}", " ", "\xEF\xBB\xBF{}", "{\"a\":\"\xff\"}", "{\"a\":\"\\ud800\"}",
        "{\"metadata\":{\"a\":\"\\u0000\"}}", "{}x"}) {
    SCOPED_TRACE(body);
    const auto refused = read(post_json("/", body));
    EXPECT_EQ(refused.status, 400);
    const auto parsed = json::parse(refused.body);
    EXPECT_EQ(parsed["success"], false);
    EXPECT_EQ(parsed["error"]["code"], 400);
    EXPECT_GT(parsed["error"]["message"].get<std::string>().size(), 10u);
  }
  EXPECT_EQ(read(post_json("/", std::string(65, '['))).body,
            R"({"success":false,"error":{"message":"nested deeper than 64 levels","code":400}})");
}

TEST(MessagingBody, ContentTypeDecidesHowItIsRead) {
  const auto good = good_body().dump();
  const std::string unknown_type = R"({"success":false,"error":{"code":"INVALID_CONTENT_TYPE",)"
                                   R"("message":"Invalid or missing Content-Type header"}})";
  const auto no_object = text_error("Request body must be an object");
  struct row {
    std::string type;
    std::string body;
    std::string error;
  };
  const row table[] = {
    {"application/json", good, ""},
    {"application/json; charset=utf-8", good, ""},
    {"APPLICATION/JSON", good, ""},
    {"application/vnd.api+json", good, ""},
    {"text/json", good, ""},
    {"application/x-www-form-urlencoded", "userId=1", no_object},
    {"multipart/form-data; boundary=x", "--x", no_object},
    {"text/plain", good, unknown_type},
    {"application/xml", good, unknown_type},
    {"", good, unknown_type},
    {"application/json", "", no_object},
    {"text/plain", "", no_object},
    {"", "", no_object},
  };

  for (const auto& [type, body, error] : table) {
    SCOPED_TRACE(type + "|" + body);
    sample_request sample{.method = "POST", .headers = {}, .body = body};
    if (!type.empty())
      sample.headers.emplace_back("Content-Type", type);
    EXPECT_EQ(read(sample).body, error);
  }
}

TEST(MessagingBody, JobIsWhatWasAskedFor) {
  auto sample = post_json("/", good_body().dump());
  auto view = sample.view();
  view.organisation = "org123";

  const auto read = http::read_new_message(view, agents, 30s);

  ASSERT_TRUE(read);
  EXPECT_EQ(read->kind, job_kind::message);
  EXPECT_EQ(read->organisation, "org123");
  EXPECT_EQ(read->user_id, sample_user);
  EXPECT_EQ(read->content, "hello");
  EXPECT_EQ(read->agent_id, uuid::parse(sample_agent_id));
  EXPECT_EQ(read->metadata.text(), R"({"source":"api"})");
  EXPECT_EQ(read->time_limit, 60s);
}

// Members came back sorted, and numbers as doubles print.
TEST(MessagingBody, MetadataIsKeptAsItCame) {
  auto sample
    = post_json("/", R"({"metadata": {"z": 1e2, "a": [-0, 18446744073709551616], "a\u0062": 1e400,)"
                     R"( "z": "\u00e9"}, "more": 1e400, "content": "x", "userId": ")"
                       + std::string{sample_user} + "\"}");
  const auto view = sample.view();

  const auto read = http::read_new_message(view, agents, 30s);

  ASSERT_TRUE(read);
  EXPECT_EQ(read->metadata.text(),
            R"({"z":"\u00e9","a":[-0,18446744073709551616],"a\u0062":1e400})");
}

TEST(MessagingBody, WhatIsLeftOutHasItsDefault) {
  const json body{
    {"userId", "550E8400-E29B-41D4-A716-446655440000"}, {"content", "x"}, {"more", 1}};
  auto sample = post_json("/", body.dump());
  const auto view = sample.view();

  const auto read = http::read_new_message(view, agents, 45s);

  ASSERT_TRUE(read);
  EXPECT_EQ(read->user_id, "550E8400-E29B-41D4-A716-446655440000");
  EXPECT_EQ(read->agent_id, std::nullopt);
  EXPECT_TRUE(read->metadata.is_empty());
  EXPECT_EQ(read->time_limit, 45s);
}

TEST(MessagingBody, FractionOfAMillisecondIsDropped) {
  auto sample = post_json("/", with("timeoutMs", 1500.9).dump());
  const auto view = sample.view();

  const auto read = http::read_new_message(view, agents, 30s);

  ASSERT_TRUE(read);
  EXPECT_EQ(read->time_limit, 1500ms);
}

TEST(MessagingList, LimitIsReadAsThePageSays) {
  struct row {
    std::string query;
    std::size_t limit;
  };
  const row table[] = {
    {"", 50},
    {"limit=1", 1},
    {"limit=1000", 1000},
    {"limit=1001", 1000},
    {"limit=0", 50},
    {"limit=-5", 50},
    {"limit=abc", 50},
    {"limit=", 50},
    {"limit", 50},
    {"limit=10abc", 10},
    {"limit=+7", 7},
    {"limit=%2B7", 7},
    {"limit=%207", 7},
    {"limit=1e3", 1},
    {"limit=007", 7},
    {"limit=3.9", 3},
    {"limit=0x10", 50},
    {"limit=99999999999999999999999999", 1000},
    {"limit=5&limit=9", 5},
    {"status=x&limit=8", 8},
  };

  for (const auto& [query, limit] : table)
    EXPECT_EQ(read_limit(query), limit) << query;
}

TEST(MessagingList, StatusStandsForTheStatesThatItShows) {
  EXPECT_THAT(read_status_filter("status=pending"),
              ElementsAre(job_state::scheduled, job_state::pending));
  EXPECT_THAT(read_status_filter("status=processing"), ElementsAre(job_state::processing));
  EXPECT_THAT(read_status_filter("status=completed"), ElementsAre(job_state::completed));
  EXPECT_THAT(read_status_filter("status=failed"),
              ElementsAre(job_state::failed, job_state::canceled));
  EXPECT_THAT(read_status_filter("status=timeout"), ElementsAre(job_state::timeout));
}

TEST(MessagingList, UnknownStatusIsIgnored) {
  for (const auto* query :
       {"", "status", "status=", "status=FAILED", "status=canceled", "status=x"})
    EXPECT_THAT(read_status_filter(query), IsEmpty()) << query;
}

} // namespace
} // namespace callboard::tests
