// Fields that say who asks and what the body is.

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/application.hpp"
#include "tests/http/fake_service.hpp"
#include "tests/http/sample_jobs.hpp"
#include "tests/http/sample_keys.hpp"
#include "tests/http/test_exchange.hpp"

namespace callboard::tests {
namespace {

using testing::HasSubstr;
using field = std::pair<std::string, std::string>;

const std::string targets[] = {"/api/messaging/jobs", "/api/jobs", "/services/agent-jobs"};

class FieldCheck : public testing::Test {
protected:
  raw_response hear(sample_request sample, const std::vector<field>& more) {
    http_options options;
    options.keys = {key_with_all_scopes(), other_key_with_all_scopes()};
    http::application app{options, service_, nullptr, std::make_shared<http::in_flight>()};
    sample.headers.insert(sample.headers.end(), more.begin(), more.end());
    return ask(app, sample);
  }

  fake_service service_;
};

TEST_F(FieldCheck, WhatMustStandOnceMustNotStandTwice) {
  // The second Authorization was not looked at: a proxy that checks it guards nothing.
  struct {
    std::vector<field> fields;
    std::string name;
  } const cases[] = {
    {{{"Authorization", "Bearer key-one"}, {"Authorization", "Bearer key-two"}}, "Authorization"},
    {{{"Authorization", "Bearer key-one"}, {"authorization", "Bearer key-one"}}, "Authorization"},
    {{{"Authorization", "Basic eA=="}, {"AUTHORIZATION", "Bearer key-one"}}, "Authorization"},
    {{{"X-API-Key", "key-one"}, {"x-api-key", "key-two"}}, "X-API-Key"},
    {{{"X-API-Key", "key-one"}, {"X-Api-Key", ""}}, "X-API-Key"},
    {{{"X-API-Key", "key-one"}, {"Authorization", "Bearer key-two"}}, "different keys"},
    {{{"X-API-Key", "wrong"}, {"Authorization", "Bearer key-two"}}, "different keys"},
    {{{"X-API-Key", "key-one"}, {"Content-Type", "text/plain"}, {"content-type", "text/html"}},
     "Content-Type"},
    {{{"X-API-Key", "key-one"}, {"Origin", "http://127.0.0.1:3000"}, {"Origin", "null"}}, "Origin"},
  };
  for (const auto& each : cases)
    for (const auto& target : targets) {
      const auto answer = hear({.target = target}, each.fields);
      EXPECT_EQ(answer.status, 400) << each.name << ' ' << target;
      EXPECT_THAT(answer.body, HasSubstr(each.name)) << target;
    }
  EXPECT_TRUE(service_.listed.empty());
}

TEST_F(FieldCheck, OneKeyMayBePresentedBothWays) {
  for (const auto& fields : std::vector<std::vector<field>>{
         {{"X-API-Key", "key-one"}, {"Authorization", "Bearer key-one"}},
         {{"X-API-Key", "key-one"}, {"Authorization", "Basic dXNlcjpwYXNz"}},
         {{"X-API-Key", ""}, {"Authorization", "bearer  key-one"}}})
    for (const auto& target : targets)
      EXPECT_EQ(hear({.target = target}, fields).status, 200) << fields[1].second;
}

TEST_F(FieldCheck, TokenOfATaskMayStandBesideAKey) {
  const sample_request result{.method = "POST", .target = "/agents/tasks/x/result"};

  EXPECT_EQ(hear(result, {{"X-API-Key", "a"}, {"Authorization", "Bearer b"}}).status, 404);
  EXPECT_EQ(hear(result, {{"Authorization", "Bearer a"}, {"Authorization", "Bearer b"}}).status,
            400);
}

TEST_F(FieldCheck, EncodedBodyIsRefusedByName) {
  // A gzip body was "not valid JSON".
  struct {
    std::vector<field> fields;
    std::string named;
  } const cases[] = {
    {{{"Content-Encoding", "gzip"}}, "gzip"},
    {{{"content-encoding", "GZIP"}}, "GZIP"},
    {{{"Content-Encoding", "br"}}, "br"},
    {{{"Content-Encoding", "zstd"}}, "zstd"},
    {{{"Content-Encoding", "x-own"}}, "x-own"},
    {{{"Content-Encoding", "identity, deflate"}}, "deflate"},
    {{{"Content-Encoding", "gzip"}, {"Content-Encoding", "br"}}, "gzip, br"},
    {{{"Content-Encoding", "identity"}, {"Content-Encoding", "gzip"}}, "gzip"},
  };
  const auto job = '/' + std::string{sample_job_id};
  const std::vector<std::pair<std::string, std::string>> routes
    = {{"POST", targets[0]},
       {"POST", targets[0] + job + "/cancel"},
       {"POST", targets[1]},
       {"PATCH", targets[1] + job},
       {"DELETE", targets[1] + job},
       {"POST", targets[1] + job + "/pause"},
       {"POST", targets[2]},
       {"DELETE", targets[2] + job},
       {"GET", targets[2]},
       {"POST", "/agents/tasks/x/result"},
       {"POST", "/livez"}};
  for (const auto& each : cases)
    for (const auto& [method, target] : routes) {
      sample_request sample{.method = method, .target = target, .body = "\x1f\x8b"};
      const auto answer = hear(sample.with("X-API-Key", key_text), each.fields);
      SCOPED_TRACE(method + ' ' + target + ' ' + each.named);
      EXPECT_EQ(answer.status, 415);
      EXPECT_THAT(answer.body,
                  HasSubstr("the Content-Encoding " + each.named + " is not supported"));
      EXPECT_EQ(answer.header("Accept-Encoding"), "identity");
    }
}

TEST_F(FieldCheck, RefusalOfACodingHasTheFormOfTheApi) {
  const std::vector<field> fields{{"X-API-Key", key_text}, {"Content-Encoding", "gzip"}};
  const std::string text = "the Content-Encoding gzip is not supported; send the body unencoded";

  EXPECT_EQ(hear(post_json(targets[0], "{}"), fields).body,
            R"({"success":false,"error":{"message":")" + text + R"(","code":415}})");
  for (const auto& target : {targets[1], targets[2]}) {
    const auto body = hear(post_json(target, "{}"), fields).body;
    EXPECT_THAT(body, HasSubstr(R"("title":"Unsupported Media Type","status":415)"));
    EXPECT_THAT(body, HasSubstr(R"("code":"unsupported_encoding","message":")" + text));
  }
}

TEST_F(FieldCheck, BodyThatComesAsItIsIsRead) {
  for (const auto* coding : {"identity", "Identity", "", " ", "identity, identity"}) {
    const std::vector<field> fields{{"X-API-Key", key_text}, {"Content-Encoding", coding}};
    EXPECT_EQ(hear(post_json(targets[0], "{}"), fields).status, 400) << coding;
    EXPECT_EQ(hear({.target = targets[0]}, fields).status, 200) << coding;
  }
}

TEST_F(FieldCheck, KeyIsAskedForBeforeTheCodingIsLookedAt) {
  EXPECT_EQ(hear(post_json(targets[0], "{}"), {{"Content-Encoding", "gzip"}}).status, 401);
}

TEST_F(FieldCheck, UnknownKeyIsNotAMissingOne) {
  // "an API key is required", it said, to somebody who had sent one.
  for (const auto& target : {targets[1], targets[2]}) {
    EXPECT_THAT(hear({.target = target}, {{"X-API-Key", "wrong"}}).body,
                HasSubstr("unknown API key"));
    EXPECT_THAT(hear({.target = target}, {{"Authorization", "Bearer wrong"}}).body,
                HasSubstr("unknown API key"));
    EXPECT_THAT(hear({.target = target}, {}).body, HasSubstr("an API key is required"));
    EXPECT_THAT(hear({.target = target}, {{"Authorization", "Basic wrong"}}).body,
                HasSubstr("an API key is required"));
  }
}

} // namespace
} // namespace callboard::tests
