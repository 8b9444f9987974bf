#include "http/pipeline/cors.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/application.hpp"
#include "http/framing/address.hpp"
#include "tests/http/fake_service.hpp"
#include "tests/http/sample_keys.hpp"
#include "tests/http/test_exchange.hpp"

namespace callboard::tests {
namespace {

using testing::HasSubstr;

const std::string jobs_path = "/api/messaging/jobs";

/// What a server with the given options says to a page of some origin.
class server_of {
public:
  explicit server_of(http_options options = {})
    : app_{options, service_, nullptr, std::make_shared<http::in_flight>()} {
    // nop
  }

  raw_response hear(const std::string& method, const std::string& origin,
                    const std::string& host = "127.0.0.1:3000", const std::string& key = {}) {
    auto sample
      = sample_request{.method = method, .target = jobs_path, .headers = {{"Host", host}}}.with(
        "Origin", origin);
    return ask(app_, key.empty() ? sample : sample.with("X-API-Key", key));
  }

  raw_response preflight(const std::string& origin) {
    sample_request sample{.method = "OPTIONS", .target = jobs_path};
    return ask(app_, sample.with("Origin", origin).with("Access-Control-Request-Method", "POST"));
  }

private:
  fake_service service_;
  http::application app_;
};

http_options listing(std::vector<std::string> origins) {
  http_options made;
  made.allowed_origins = std::move(origins);
  return made;
}

TEST(Cors, ForeignPageMayNotChangeAnything) {
  server_of server;

  for (const auto* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    const auto answer = server.hear(method, "https://evil.example");
    EXPECT_EQ(answer.status, 403) << method;
    EXPECT_EQ(answer.body,
              R"({"success":false,"error":"requests from this origin are not allowed",)"
              R"("code":"host_not_allowed"})");
    EXPECT_EQ(answer.count("Access-Control-Allow-Origin"), 0u);
  }
}

TEST(Cors, ForeignPageMayAskWithAKeyButIsNotLetRead) {
  http_options options;
  options.keys = {key_with_all_scopes()};
  server_of server{options};

  for (const auto* method : {"GET", "HEAD"}) {
    const auto answer = server.hear(method, "https://evil.example", "any.example", key_text);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.count("Access-Control-Allow-Origin"), 0u);
  }
}

TEST(Cors, EveryFormOfForeignIsForeign) {
  server_of server;

  for (const auto* origin :
       {"null", "", "http://127.0.0.1", "http://127.0.0.1:3001", "https://127.0.0.1:3000",
        "http://localhost:3000", "http://127.0.0.1:3000.evil.example", "http://evil.example:3000",
        "file://", "127.0.0.1:3000"})
    EXPECT_EQ(server.hear("POST", origin).status, 403) << origin;
}

TEST(Cors, OwnAddressIsNotForeign) {
  server_of server;

  // 400: refused by the first rule, after the origin had passed.
  EXPECT_EQ(server.hear("POST", "http://127.0.0.1:3000").status, 400);
  EXPECT_EQ(server.hear("POST", "http://localhost:3000", "localhost:3000").status, 400);
  EXPECT_EQ(server.hear("POST", "http://[::1]:3000", "[::1]:3000").status, 400);
  EXPECT_EQ(server.hear("POST", "http://127.0.0.1", "127.0.0.1:80").status, 400);
  EXPECT_EQ(server.hear("POST", "http://127.0.0.1:3000").count("Access-Control-Allow-Origin"), 0u);
}

TEST(Cors, NameThatPointsHereIsForeign) {
  // A page of evil.example whose name was made to point at this machine after it was loaded.
  server_of server;

  EXPECT_EQ(server.hear("POST", "http://evil.example:3000", "evil.example:3000").status, 403);
}

TEST(Cors, PublicUrlIsNotForeign) {
  http_options options;
  options.public_url = "https://Jobs.example.com/base/";
  server_of server{options};

  EXPECT_EQ(server.hear("POST", "https://jobs.example.com", "jobs.example.com").status, 400);
  EXPECT_EQ(server.hear("POST", "http://jobs.example.com", "jobs.example.com").status, 403);
  EXPECT_EQ(server.hear("POST", "https://jobs.example.com.evil", "jobs.example.com").status, 403);
}

TEST(Cors, TlsServersOwnOriginIsHttps) {
  http_options options;
  options.tls_certificate = "some.pem";
  server_of server{options};

  EXPECT_EQ(server.hear("POST", "https://127.0.0.1:3000").status, 400);
  EXPECT_EQ(server.hear("POST", "http://127.0.0.1:3000").status, 403);
}

TEST(Cors, ListedPageIsLetInWithCredentials) {
  server_of server{listing({"https://App.example.com/"})};

  const auto answer = server.hear("POST", "https://app.example.com");

  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.header("Access-Control-Allow-Origin"), "https://app.example.com");
  EXPECT_EQ(answer.header("Access-Control-Allow-Credentials"), "true");
  // A page could not read the version that it must name in If-Match, nor send that header.
  for (const auto* name : {"Location", "ETag", "Link", "Retry-After"})
    EXPECT_THAT(answer.header("Access-Control-Expose-Headers"), HasSubstr(name));
  EXPECT_EQ(answer.header("Vary"), "Origin");
  EXPECT_EQ(server.hear("POST", "https://evil.example").status, 403);
  EXPECT_EQ(server.hear("GET", "https://evil.example").header("Vary"), "Origin");
}

TEST(Cors, StarLetsAnybodyInWithoutCredentials) {
  server_of server{listing({"*", "https://app.example.com"})};

  const auto any = server.hear("POST", "https://any.example");
  EXPECT_EQ(any.status, 400);
  EXPECT_EQ(any.header("Access-Control-Allow-Origin"), "https://any.example");
  EXPECT_EQ(any.count("Access-Control-Allow-Credentials"), 0u);
  EXPECT_EQ(
    server.hear("POST", "https://app.example.com").header("Access-Control-Allow-Credentials"),
    "true");
}

TEST(Cors, PreflightOfAListedPageIsAnswered) {
  server_of server{listing({"https://app.example.com"})};

  const auto answer = server.preflight("https://app.example.com");

  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.header("Access-Control-Allow-Origin"), "https://app.example.com");
  EXPECT_EQ(answer.header("Access-Control-Allow-Methods"), "GET,POST,PUT,DELETE,PATCH,OPTIONS");
  EXPECT_THAT(answer.header("Access-Control-Allow-Headers"),
              testing::StartsWith("Content-Type,Authorization,X-API-KEY"));
  EXPECT_THAT(answer.header("Access-Control-Allow-Headers"), HasSubstr("If-Match"));
  EXPECT_EQ(answer.body, "");
}

TEST(Cors, PreflightNeedsNoKey) {
  auto options = listing({"https://app.example.com"});
  options.keys.push_back({.name = "k", .sha256 = {}, .organisation = "o", .scopes = {}});
  server_of server{options};

  EXPECT_EQ(server.preflight("https://app.example.com").status, 204);
  EXPECT_EQ(server.hear("GET", "https://app.example.com").status, 401);
  EXPECT_EQ(server.hear("GET", "https://app.example.com").header("Access-Control-Allow-Origin"),
            "https://app.example.com");
}

TEST(Cors, PreflightOfAForeignPageIsRefused) {
  server_of server;

  const auto answer = server.preflight("https://evil.example");

  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.count("Access-Control-Allow-Methods"), 0u);
}

TEST(Address, LoopbackIsToldFromTheRest) {
  for (const auto* address : {"127.0.0.1", "127.1.2.3", "::1", "localhost", "ip6-localhost",
                              "::ffff:127.0.0.1", "0:0:0:0:0:0:0:1"})
    EXPECT_TRUE(http::is_loopback(address)) << address;
  for (const auto* address : {"0.0.0.0", "::", "192.168.0.1", "128.0.0.1", "::2", "fe80::1",
                              "example", "127.0.0.1.evil", "", "::ffff:10.0.0.1", "127.1"})
    EXPECT_FALSE(http::is_loopback(address)) << address;
}

TEST(Address, HostsAreJudgedByTheirForm) {
  for (const auto* host : {"a", "a:80", "127.0.0.1:3000", "[::1]", "[::1]:80", "a-b.c_d", "a:"})
    EXPECT_TRUE(http::is_valid_host(host)) << host;
  for (const auto* host : {"", ":80", "a b", "a/b", "a@b", "a:b", "a:80:80", "::1", "[::1", "[]",
                           "[::1]x", "a:123456", "\xc3\xa9", "a,b\t", "[a b]", "<a>"})
    EXPECT_FALSE(http::is_valid_host(host)) << host;
}

TEST(Address, OnlyNumbersAndLocalhostAreFixed) {
  for (const auto* host :
       {"127.0.0.1", "10.0.0.1:80", "[::1]:80", "LOCALHOST:3000", "a.localhost", "localhost.:3000"})
    EXPECT_TRUE(http::is_fixed_host(host)) << host;
  for (const auto* host :
       {"example.com", "localhost.evil", "evillocalhost", "127.0.0.1.evil:80", ""})
    EXPECT_FALSE(http::is_fixed_host(host)) << host;
}

TEST(Address, OriginsAreComparedInNormalForm) {
  EXPECT_EQ(http::normal_origin("HTTPS://Example.COM:443/path?q#f"), "https://example.com");
  EXPECT_EQ(http::normal_origin("http://example.com:80"), "http://example.com");
  EXPECT_EQ(http::normal_origin("http://example.com:443"), "http://example.com:443");
  EXPECT_EQ(http::normal_origin("http://[::1]:80/"), "http://[::1]");
  EXPECT_EQ(http::normal_origin("null"), "null");
  EXPECT_EQ(http::normal_origin(""), "");
}

} // namespace
} // namespace callboard::tests
