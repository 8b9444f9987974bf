// Keys and scopes, through the whole application: every route × method × key.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/application.hpp"
#include "http/pipeline/auth.hpp"
#include "tests/http/fake_service.hpp"
#include "tests/http/sample_jobs.hpp"
#include "tests/http/sample_keys.hpp"
#include "tests/http/test_exchange.hpp"

namespace callboard::tests {
namespace {

using http::key_ring;

api_key messaging_key() {
  return {.name = "one",
          .sha256 = key_digest,
          .organisation = "org-one",
          .scopes = {api_scope::messaging}};
}

api_key other_key() {
  return {.name = "two",
          .sha256 = other_key_digest,
          .organisation = "org-two",
          .scopes = {api_scope::services_read, api_scope::services_write, api_scope::jobs,
                     api_scope::operations}};
}

sample_request get(std::string target) {
  return {.target = std::move(target)};
}

const std::string no_key
  = R"({"error":"API key required","message":"Missing or invalid X-API-KEY header"})";

TEST(KeyRing, KeyIsFoundByItsDigest) {
  const key_ring keys{{messaging_key(), other_key()}};

  ASSERT_NE(keys.find("key-one"), nullptr);
  EXPECT_EQ(keys.find("key-one")->name, "one");
  EXPECT_EQ(keys.find("key-two")->name, "two");
  EXPECT_EQ(keys.find("key-three"), nullptr);
  EXPECT_EQ(keys.find(""), nullptr);
  EXPECT_EQ(keys.find("key-one "), nullptr);
  EXPECT_EQ(keys.find(std::string(100'000, 'k')), nullptr);
}

TEST(KeyRing, EmptyOneKnowsNoKey) {
  EXPECT_TRUE(key_ring{{}}.is_empty());
  EXPECT_EQ(key_ring{{}}.find("key-one"), nullptr);
}

TEST(KeyRing, KeyIsPresentedInEitherHeader) {
  const key_ring keys{{messaging_key(), other_key()}};
  const auto name_of = [&](std::vector<std::pair<std::string, std::string>> headers) {
    const sample_request sample{.headers = std::move(headers)};
    const auto view = sample.view();
    const auto* found = keys.find(view);
    return found != nullptr ? found->name : std::string{};
  };

  EXPECT_EQ(name_of({{"X-API-Key", "key-one"}}), "one");
  EXPECT_EQ(name_of({{"x-api-KEY", " key-one "}}), "one");
  EXPECT_EQ(name_of({{"Authorization", "Bearer key-one"}}), "one");
  EXPECT_EQ(name_of({{"authorization", "bearer   key-one"}}), "one");
  EXPECT_EQ(name_of({{"Authorization", "Basic key-one"}}), "");
  EXPECT_EQ(name_of({{"Authorization", "key-one"}}), "");
  EXPECT_EQ(name_of({{"Authorization", "Bearer"}}), "");
  EXPECT_EQ(name_of({{"Authorization", "Bearer "}}), "");
  EXPECT_EQ(name_of({{"X-API-Key", ""}}), "");
  EXPECT_EQ(name_of({{"X-API-Key", "wrong"}, {"Authorization", "Bearer key-two"}}), "two");
  EXPECT_EQ(name_of({{"Authorization", "Basic dXNlcg=="}, {"X-API-Key", "key-one"}}), "one");
}

TEST(Scope, NamesAreThoseOfTheConfiguration) {
  EXPECT_EQ(http::to_string(api_scope::messaging), "MESSAGING");
  EXPECT_EQ(http::to_string(api_scope::services_read), "SERVICES:READ");
  EXPECT_EQ(http::to_string(api_scope::services_write), "SERVICES:WRITE");
  EXPECT_EQ(http::to_string(api_scope::jobs), "JOBS");
  EXPECT_EQ(http::to_string(api_scope::operations), "OPERATIONS");
}

class Access : public testing::Test {
protected:
  explicit Access(std::vector<api_key> keys = {messaging_key(), other_key()})
    : app_{options(std::move(keys)), service_, nullptr, std::make_shared<http::in_flight>()} {
    // nop
  }

  static http_options options(std::vector<api_key> keys) {
    http_options made;
    made.keys = std::move(keys);
    // There is a test of its own for what becomes of those who try many keys.
    made.rates.failed_keys_per_address = 0;
    return made;
  }

  int status(const sample_request& sample) {
    return ask(app_, sample).status;
  }

  fake_service service_;
  http::application app_;
};

TEST_F(Access, EveryMessagingRouteNeedsAKeyWithItsScope) {
  const auto* job_scope = R"({"success":false,"error":"the API key lacks the scope MESSAGING"})";
  const auto* session_scope
    = R"({"error":{"code":"FORBIDDEN","message":"the API key lacks the scope MESSAGING",)";
  std::size_t seen = 0;
  for (const auto& each : app_.routes().routes()) {
    if (!each.pattern.starts_with("/api/messaging"))
      continue;
    ++seen;
    auto target = std::string{each.pattern};
    if (const auto at = target.find(":jobId"); at != std::string::npos)
      target.replace(at, 6, sample_job_id);
    SCOPED_TRACE(target);
    const sample_request sample{.method = std::string{to_string(each.verb)}, .target = target};

    const auto without = ask(app_, sample);
    EXPECT_EQ(without.status, 401);
    EXPECT_EQ(without.body, no_key);
    EXPECT_EQ(without.header("WWW-Authenticate"), "Bearer realm=\"callboard\"");
    EXPECT_EQ(ask(app_, sample.with("X-API-Key", "wrong")).body, no_key);
    const auto lacking = ask(app_, sample.with("X-API-Key", "key-two"));
    EXPECT_EQ(lacking.status, 403);
    const auto is_session = each.pattern.starts_with("/api/messaging/sessions");
    EXPECT_THAT(lacking.body, testing::StartsWith(is_session ? session_scope : job_scope));
    EXPECT_NE(status(sample.with("X-API-Key", "key-one")), 401);
    EXPECT_NE(status(sample.with("Authorization", "Bearer key-one")), 403);
  }
  EXPECT_EQ(seen, 15u);
}

TEST_F(Access, UnknownMessagingEndpointsNeedAKeyToo) {
  EXPECT_EQ(status(get("/api/messaging/nothing")), 401);
  EXPECT_EQ(status(get("/api/messaging")), 401);
  EXPECT_EQ(status(get("/api/%6dessaging/jobs")), 401);
  EXPECT_EQ(status(get("/api/messaging/nothing").with("X-API-Key", "key-one")), 404);
}

TEST_F(Access, OtherRoutesAreOpen) {
  service_.state.is_healthy = true;
  EXPECT_EQ(status(get("/livez")), 200);
  EXPECT_EQ(status(get("/readyz")), 200);
  EXPECT_EQ(status(get("/healthz")), 200);
  EXPECT_EQ(status(get("/nothing")), 404);
  EXPECT_EQ(status(get("/api/messagings/jobs")), 404);
  EXPECT_EQ(status(get("/livez").with("X-API-Key", "wrong")), 200);
}

TEST_F(Access, KeySeesItsOrganisationsJobs) {
  ask(app_, get("/api/messaging/jobs").with("X-API-Key", "key-one"));
  ask(app_, get("/api/messaging/jobs/" + std::string{sample_job_id}).with("X-API-Key", "key-one"));
  ask(app_, post_json("/api/messaging/jobs",
                      R"({"content":"x","userId":")" + std::string{sample_user} + "\"}")
              .with("X-API-Key", "key-one"));

  EXPECT_EQ(service_.listed.at(0).organisation, "org-one");
  EXPECT_EQ(service_.asked.at(0).organisation, "org-one");
  EXPECT_EQ(service_.submitted.at(0).first.organisation, "org-one");
}

TEST_F(Access, RefusedRequestNeverReachesTheService) {
  ask(app_, get("/api/messaging/jobs"));
  ask(app_, get("/api/messaging/jobs").with("X-API-Key", "key-two"));

  EXPECT_TRUE(service_.listed.empty());
}

class OpenAccess : public Access {
protected:
  OpenAccess() : Access(std::vector<api_key>{}) {
    // nop
  }
};

TEST_F(OpenAccess, WithoutKeysEverythingIsOpenAsTheDefaultOrganisation) {
  EXPECT_EQ(status(get("/api/messaging/jobs")), 200);
  EXPECT_EQ(status(get("/api/messaging/jobs").with("X-API-Key", "anything")), 200);
  EXPECT_EQ(service_.listed.at(0).organisation, "default");
}

} // namespace
} // namespace callboard::tests
