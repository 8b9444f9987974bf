// How often clients may ask: through the whole application, the same for all APIs.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/application.hpp"
#include "tests/http/fake_service.hpp"
#include "tests/http/sample_keys.hpp"
#include "tests/http/test_exchange.hpp"

namespace callboard::tests {
namespace {

using testing::HasSubstr;

const std::vector<std::string> api_paths
  = {"/api/messaging/jobs", "/api/jobs", "/services/agent-jobs", "/organizations/org-all/jobs"};

constexpr http::client_source here{1};
constexpr http::client_source elsewhere{2};

sample_request get(std::string target, std::string key, http::client_source from = here) {
  sample_request made{.target = std::move(target), .from = from};
  return key.empty() ? made : made.with("X-API-Key", std::move(key));
}

class ClientLimits : public testing::Test {
protected:
  http::application limited_to(const rate_limits& rates, std::vector<api_key> keys) {
    http_options options;
    options.keys = std::move(keys);
    options.rates = rates;
    return {options, service_, nullptr, std::make_shared<http::in_flight>()};
  }

  /// An hour: nothing comes back while a test runs.
  static constexpr std::chrono::seconds window{3600};

  fake_service service_;
};

TEST_F(ClientLimits, UnknownKeysAreRefusedMoreClearlyAfterAWhile) {
  for (const auto& path : api_paths) {
    SCOPED_TRACE(path);
    auto app
      = limited_to({.failed_keys_per_address = 3, .window = window}, {key_with_all_scopes()});
    for (int i = 0; i < 3; ++i)
      ASSERT_EQ(ask(app, get(path, "guess-" + std::to_string(i))).status, 401);

    const auto answer = ask(app, get(path, "another guess"));

    EXPECT_EQ(answer.status, 429);
    EXPECT_EQ(answer.header("Retry-After"), "1200");
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_THAT(answer.body, HasSubstr("too many unknown API keys from this address"));
  }
}

TEST_F(ClientLimits, FailuresOfOneAddressCountInAllApis) {
  auto app = limited_to({.failed_keys_per_address = 4, .window = window}, {key_with_all_scopes()});

  for (const auto& path : api_paths)
    ASSERT_EQ(ask(app, get(path, "guess")).status, 401);

  for (const auto& path : api_paths)
    EXPECT_EQ(ask(app, get(path, "guess")).status, 429);
}

TEST_F(ClientLimits, FailuresHarmNobodyElse) {
  auto app = limited_to({.failed_keys_per_address = 1, .window = window}, {key_with_all_scopes()});
  ask(app, get("/api/messaging/jobs", "guess"));
  ASSERT_EQ(ask(app, get("/api/messaging/jobs", "guess")).status, 429);

  EXPECT_EQ(ask(app, get("/api/messaging/jobs", key_text)).status, 200) << "a right key";
  EXPECT_EQ(ask(app, get("/api/messaging/jobs", "guess", elsewhere)).status, 401);
  EXPECT_EQ(ask(app, get("/livez", "guess")).status, 200);
}

TEST_F(ClientLimits, RequestsWithoutAKeyAreNoGuesses) {
  auto app = limited_to({.failed_keys_per_address = 1, .window = window}, {key_with_all_scopes()});

  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(ask(app, get("/api/messaging/jobs", "")).status, 401);
}

TEST_F(ClientLimits, RequestsWithAKeyAreCounted) {
  for (const auto& path : api_paths) {
    SCOPED_TRACE(path);
    auto app = limited_to({.requests_per_key = 2, .window = window}, {key_with_all_scopes()});

    const auto first = ask(app, get(path, key_text, here));
    const auto second = ask(app, get(path, key_text, elsewhere));
    const auto third = ask(app, get(path, key_text, here));

    EXPECT_NE(first.status, 429);
    EXPECT_EQ(first.header("RateLimit-Policy"), R"("key";q=2;w=3600)");
    EXPECT_EQ(first.header("RateLimit"), R"("key";r=1;t=1800)");
    EXPECT_EQ(second.header("RateLimit"), R"("key";r=0;t=1800)");
    EXPECT_EQ(third.status, 429);
    EXPECT_EQ(third.header("RateLimit"), R"("key";r=0;t=1800)");
    EXPECT_EQ(third.header("Retry-After"), "1800");
    EXPECT_THAT(third.body, HasSubstr("too many requests with this key"));
    EXPECT_NE(third.header("Connection"), "close");
  }
}

TEST_F(ClientLimits, EachKeyHasItsOwnCount) {
  auto app = limited_to({.requests_per_key = 1, .window = window},
                        {key_with_all_scopes(), other_key_with_all_scopes()});

  EXPECT_EQ(ask(app, get("/api/messaging/jobs", key_text)).status, 200);
  EXPECT_EQ(ask(app, get("/api/messaging/jobs", other_key_text)).status, 200);
  EXPECT_EQ(ask(app, get("/api/messaging/jobs", key_text)).status, 429);
}

TEST_F(ClientLimits, RequestsOfAnAddressAreCountedWithAKeyAndWithout) {
  for (const auto& keys : {std::vector<api_key>{}, std::vector{key_with_all_scopes()}}) {
    auto app = limited_to({.requests_per_address = 2, .window = window}, keys);
    const auto path = api_paths.front();

    EXPECT_NE(ask(app, get(path, keys.empty() ? "" : key_text)).status, 429);
    EXPECT_NE(ask(app, get(path, "")).status, 429);
    const auto refused = ask(app, get(path, keys.empty() ? "" : key_text));

    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.header("RateLimit-Policy"), R"("address";q=2;w=3600)");
    EXPECT_THAT(refused.body, HasSubstr("too many requests from this address"));
    EXPECT_EQ(ask(app, get("/livez", "")).status, 200) << "probes are not counted";
    EXPECT_NE(ask(app, get(path, "", elsewhere)).status, 429);
  }
}

TEST_F(ClientLimits, RefusedRequestNeverReachesTheService) {
  auto app = limited_to({.requests_per_address = 1, .window = window}, {});
  ask(app, get("/api/messaging/jobs", ""));
  ask(app, get("/api/messaging/jobs", ""));

  EXPECT_EQ(service_.listed.size(), 1U);
}

TEST_F(ClientLimits, WithoutLimitsNothingIsSaidOfThem) {
  auto app = limited_to({.failed_keys_per_address = 0}, {key_with_all_scopes()});

  const auto answer = ask(app, get("/api/messaging/jobs", key_text));

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.count("RateLimit"), 0U);
  EXPECT_EQ(answer.count("RateLimit-Policy"), 0U);
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(ask(app, get("/api/messaging/jobs", "guess")).status, 401);
}

TEST_F(ClientLimits, EachApiRefusesInItsOwnForm) {
  auto app = limited_to({.requests_per_address = 1, .window = window}, {key_with_all_scopes()});
  ask(app, get("/api/messaging/jobs", ""));

  EXPECT_EQ(ask(app, get("/api/messaging/jobs", "")).body,
            R"({"success":false,"error":"too many requests from this address"})");
  for (const auto* path : {"/api/jobs", "/services/agent-jobs"}) {
    const auto answer = ask(app, get(path, ""));
    EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
    EXPECT_THAT(answer.body, HasSubstr(R"("title":"Too Many Requests","status":429,)"));
    EXPECT_THAT(answer.body, HasSubstr(R"("code":"too_many_requests")"));
  }
}

} // namespace
} // namespace callboard::tests
