// By which names a server may be called while no key guards it. A web page whose own name is made to
// point at 127.0.0.1 after it was loaded (DNS rebinding) could read every prompt:
//   curl -H 'Host: evil.example:3000' http://127.0.0.1:3000/api/messaging/jobs

#include <optional>
#include <string>
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

const std::string messages = "/api/messaging/jobs";
const std::string schedules = "/api/jobs";
const std::string code = R"("code":"host_not_allowed")";

class HostRule : public testing::Test {
protected:
  raw_response hear(const sample_request& sample, const http_options& options = {}) {
    http::application app{options, service_, nullptr, std::make_shared<http::in_flight>()};
    return ask(app, sample);
  }

  raw_response call(const std::string& target, const std::string& host,
                    const http_options& options = {}) {
    return hear({.target = target, .headers = {{"Host", host}}}, options);
  }

  static http_options published(std::string url) {
    http_options made;
    made.public_url = std::move(url);
    return made;
  }

  fake_service service_;
};

TEST_F(HostRule, NamesOfThisMachineAreAnswered) {
  for (const auto* host :
       {"localhost", "localhost:3000", "LocalHost:3000", "localhost:", "localhost:1", "localhost.",
        "localhost.:3000", "127.0.0.1", "127.0.0.1:3000", "127.0.0.1.", "127.255.1.2:80", "[::1]",
        "[::1]:3000", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]:80", "[::FFFF:7f00:1]"})
    for (const auto& target : {messages, schedules})
      EXPECT_EQ(call(target, host).status, 200) << host << ' ' << target;
}

TEST_F(HostRule, OtherNamesAreRefused) {
  for (const auto* host : {"evil.example",
                           "evil.example:3000",
                           "localhost.evil.example",
                           "evil-localhost",
                           "a.localhost",
                           "localhost..",
                           "127.0.0.1.evil.example",
                           "127.0.0.1.nip.io:3000",
                           "127.1",
                           "0.0.0.0:3000",
                           "192.168.0.7:3000",
                           "128.0.0.1",
                           "[::]",
                           "[::2]:3000",
                           "[fe80::1]",
                           "[::ffff:10.0.0.1]",
                           "[127.0.0.1]",
                           "[localhost]",
                           "ip6-localhost",
                           "%6cocalhost"})
    for (const auto& target : {messages, schedules}) {
      const auto answer = call(target, host);
      EXPECT_EQ(answer.status, 403) << host << ' ' << target;
      EXPECT_THAT(answer.body, HasSubstr(code)) << host << ' ' << target;
    }
  EXPECT_TRUE(service_.listed.empty());
}

TEST_F(HostRule, RefusalHasTheFormOfTheApi) {
  const std::string text
    = "no API key is configured: only requests to localhost, a loopback address "
      "or the host of publicUrl are allowed";

  EXPECT_EQ(call(messages, "evil.example").body,
            R"({"success":false,"error":")" + text + "\"," + code + '}');
  const auto problem = call(schedules, "evil.example");
  EXPECT_EQ(problem.header("Content-Type"), "application/problem+json");
  EXPECT_THAT(problem.body, HasSubstr(R"("status":403,"detail":")" + text + "\"," + code));
}

TEST_F(HostRule, EveryMethodAndPathOfAnOpenAreaIsGuarded) {
  const auto job = messages + '/' + std::string{sample_job_id};
  for (const auto* method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})
    for (const auto& target :
         {messages, job, job + "/cancel", messages + "/health", std::string{"/api/messaging/no"},
          schedules, schedules + "/x/runs", std::string{"/api/%6dessaging/jobs"}}) {
      const sample_request sample{
        .method = method, .target = target, .headers = {{"Host", "evil.example"}}};
      EXPECT_EQ(hear(sample).status, 403) << method << ' ' << target;
    }
}

TEST_F(HostRule, PublicUrlsHostIsAnswered) {
  const auto options = published("https://Jobs.example.com:8443/base");
  for (const auto* host : {"jobs.example.com", "JOBS.example.com:443", "jobs.example.com.:8443",
                           "localhost:3000", "127.0.0.1"})
    EXPECT_EQ(call(messages, host, options).status, 200) << host;
  for (const auto* host : {"example.com", "jobs.example.com.evil", "jobs.example.org"})
    EXPECT_EQ(call(messages, host, options).status, 403) << host;
  EXPECT_EQ(call(messages, "[2001:DB8:0::1]:80", published("http://[2001:db8::1]")).status, 200);
}

TEST_F(HostRule, TargetThatNamesAHostCountsBeforeTheHeader) {
  const auto at = [this](const std::string& target, std::optional<std::string> host, int version) {
    sample_request sample{.target = target, .headers = {}, .version = version};
    return hear(host ? sample.with("Host", *host) : sample).status;
  };

  EXPECT_EQ(at("http://127.0.0.1:3000/api/messaging/jobs", "127.0.0.1:3000", 11), 200);
  EXPECT_EQ(at("HTTP://LOCALHOST/api/messaging/jobs?limit=1", {}, 10), 200);
  EXPECT_EQ(at("http://evil.example:3000/api/messaging/jobs", "evil.example:3000", 11), 403);
  EXPECT_EQ(at("http://evil.example/api/messaging/jobs", {}, 10), 403);
  EXPECT_EQ(at("http://evil.example/api/messaging/jobs", "localhost", 10), 403);
}

TEST_F(HostRule, RequestWithoutAHostIsRefused) {
  EXPECT_EQ(hear({.target = messages, .headers = {}, .version = 10}).status, 403);
}

TEST_F(HostRule, PagesOfOtherOriginsMayNotReadEither) {
  http_options options = published("https://jobs.example.com");
  options.allowed_origins = {"https://app.example.com"};
  const auto from = [&](const std::string& origin) {
    return hear(sample_request{.target = messages}.with("Origin", origin), options);
  };

  for (const auto* origin :
       {"http://127.0.0.1:3000", "https://jobs.example.com", "https://app.example.com"})
    EXPECT_EQ(from(origin).status, 200) << origin;
  for (const auto* origin : {"null", "", "https://evil.example", "http://evil.example:3000",
                             "http://127.0.0.1:8080", "http://app.example.com", "file://"}) {
    EXPECT_EQ(from(origin).status, 403) << origin;
    EXPECT_THAT(from(origin).body, HasSubstr(code)) << origin;
  }
}

TEST_F(HostRule, ListedPageIsLetReadWhyItIsRefused) {
  http_options options;
  options.allowed_origins = {"https://app.example.com"};
  const auto answer
    = hear(sample_request{.target = messages, .headers = {{"Host", "evil.example"}}}.with(
             "Origin", "https://app.example.com"),
           options);

  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.header("Access-Control-Allow-Origin"), "https://app.example.com");
}

TEST_F(HostRule, DevelopmentKeyDoesNotLiftIt) {
  http_options options;
  options.development_key = key_with_all_scopes();
  const sample_request sample{.target = messages, .headers = {{"Host", "evil.example"}}};

  EXPECT_EQ(hear(sample.with("X-API-Key", key_text), options).status, 403);
}

TEST_F(HostRule, WhatNeedsAKeyIsCalledByAnyName) {
  http_options options;
  options.keys = {key_with_all_scopes()};
  for (const auto& target : {messages, schedules, std::string{"/services/agent-jobs"}}) {
    const sample_request sample{.target = target, .headers = {{"Host", "any.example"}}};
    EXPECT_EQ(hear(sample.with("X-API-Key", key_text), options).status, 200) << target;
    EXPECT_EQ(hear(sample, options).status, 401) << target;
  }
  // Without configured keys these have one of their own.
  options.development_key = options.keys.front();
  options.keys.clear();
  const sample_request sample{.target = "/services/agent-jobs",
                              .headers = {{"Host", "any.example"}, {"X-API-Key", key_text}}};
  EXPECT_EQ(hear(sample, options).status, 200);
}

TEST_F(HostRule, WhatIsOpenToAllIsCalledByAnyName) {
  service_.state.is_healthy = true;
  for (const auto* target : {"/livez", "/readyz?verbose", "/healthz"})
    EXPECT_EQ(call(target, "any.example").status, 200) << target;
  EXPECT_EQ(call("/nothing", "any.example").status, 404);
}

} // namespace
} // namespace callboard::tests
