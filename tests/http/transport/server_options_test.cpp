#include <callboard/http_server.hpp>

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "http/transport/descriptors.hpp"
#include "tests/http/transport/server_fixture.hpp"

namespace callboard::tests {
namespace {

using testing::HasSubstr;

/// What is said against options; empty if the server starts with them.
error fault_of(http_options options) {
  fake_service service;
  options.port = 0;
  auto started = http_server::start(std::move(options), service);
  return started ? error{errc::internal, ""} : started.error();
}

api_key some_key() {
  return {.name = "k", .sha256 = {}, .organisation = "default", .scopes = {api_scope::messaging}};
}

TEST(ServerOptions, OpenServerListensOnLoopbackOnly) {
  for (const auto* address : {"0.0.0.0", "::"}) {
    http_options options;
    options.address = address;
    EXPECT_EQ(fault_of(options).code, errc::invalid_argument);
    EXPECT_THAT(fault_of(options).message, HasSubstr("without an API key"));
    EXPECT_THAT(fault_of(options).message, HasSubstr("allowInsecure"));
  }
}

TEST(ServerOptions, KeyOrConsentOpensOtherAddresses) {
  http_options with_key;
  with_key.address = "0.0.0.0";
  with_key.keys = {some_key()};
  EXPECT_EQ(fault_of(with_key).message, "");

  http_options with_consent;
  with_consent.address = "0.0.0.0";
  with_consent.allow_insecure = true;
  EXPECT_EQ(fault_of(with_consent).message, "");
}

TEST(ServerOptions, LocalhostIsAnAddress) {
  http_options options;
  options.address = "localhost";

  EXPECT_EQ(fault_of(options).message, "");
}

TEST(ServerOptions, OutOfRangeOnesAreNamed) {
  const auto refuses = [](auto change, const char* text) {
    http_options options;
    change(options);
    EXPECT_EQ(fault_of(options).code, errc::invalid_argument) << text;
    EXPECT_THAT(fault_of(options).message, HasSubstr(text));
  };

  refuses([](auto& o) { o.address = "example.com"; }, "example.com");
  refuses([](auto& o) { o.address = ""; }, "listen address");
  refuses([](auto& o) { o.connections_max = 0; }, "connections");
  refuses([](auto& o) { o.unread_bytes_max = 16 * 1024 * 1024 - 1; }, "incomplete requests");
  refuses([](auto& o) { o.idle_limit = std::chrono::seconds{0}; }, "idle");
  refuses([](auto& o) { o.head_limit = std::chrono::milliseconds{0}; }, "heads");
  refuses([](auto& o) { o.default_time_limit = std::chrono::milliseconds{999}; }, "time limit");
  refuses([](auto& o) { o.default_time_limit = std::chrono::seconds{301}; }, "time limit");
  refuses([](auto& o) { o.tls_certificate = "a.pem"; }, "both");
  refuses([](auto& o) { o.tls_private_key = "a.pem"; }, "both");
}

TEST(ServerOptions, MissingCertificateIsNamed) {
  http_options options;
  options.tls_certificate = "/nonexistent/certificate.pem";
  options.tls_private_key = "/nonexistent/key.pem";

  EXPECT_EQ(fault_of(options).code, errc::io);
  EXPECT_THAT(fault_of(options).message, HasSubstr("/nonexistent/certificate.pem"));
}

/// Lowers the soft limit on open files for the length of a test.
class soft_limit {
public:
  explicit soft_limit(rlim_t files) {
    getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit lowered{.rlim_cur = files, .rlim_max = before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &lowered);
  }

  ~soft_limit() {
    setrlimit(RLIMIT_NOFILE, &before_);
  }

  rlim_t hard() const noexcept {
    return before_.rlim_max;
  }

private:
  rlimit before_{};
};

TEST(Descriptors, SoftLimitIsRaisedToTheHardOne) {
  const soft_limit lowered{100};
  ASSERT_GT(lowered.hard(), 600u);

  const auto fitting = http::fit_connections(300, true);

  ASSERT_TRUE(fitting) << fitting.error().message;
  EXPECT_EQ(*fitting, 300u);
  rlimit now{};
  getrlimit(RLIMIT_NOFILE, &now);
  EXPECT_EQ(now.rlim_cur, lowered.hard());
}

TEST(Descriptors, WhatDoesNotFitIsLoweredUnlessItWasAskedFor) {
  const soft_limit restored{1000};
  const auto too_many = static_cast<std::size_t>(restored.hard());

  const auto lowered = http::fit_connections(too_many, false);
  const auto refused = http::fit_connections(too_many, true);

  ASSERT_TRUE(lowered);
  EXPECT_EQ(*lowered, too_many - http::reserved_descriptors);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::io);
  EXPECT_THAT(refused.error().message, HasSubstr("ulimit -n"));
}

} // namespace
} // namespace callboard::tests
