// Whom the client trusts, and what a TLS connection costs.

#include "agents/http/outbound_http.hpp"
#include "tests/agents/asking.hpp"
#include "tests/agents/http/tls_peer.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace callboard::agents {

namespace {

using test::ask;
using test::request_to;

class OutboundTls : public ::testing::Test {
protected:
  std::string trusted(const std::string& certificates) const {
    return folder.write("trusted.pem", certificates).string();
  }

  const tests::temp_dir folder;
  const test::test_authority authority;
};

TEST_F(OutboundTls, PeerOfATrustedAuthorityIsAsked) {
  const test::tls_peer peer{authority.issue({})};
  outbound_http client{{}, trusted(authority.certificate())};

  EXPECT_EQ(ask(client, request_to(peer.url())).body, "ok");
}

struct untrusted_case {
  std::string name;
  test::certificate_options certificate;
  bool is_authority_known = true;
};

TEST_F(OutboundTls, WhoeverCannotBeTrustedIsNotAsked) {
  const test::test_authority other;
  for (const auto& one : {untrusted_case{"unknown authority", {}, false},
                          untrusted_case{"another host", {.address = "127.0.0.2"}},
                          untrusted_case{"expired", {.valid_for = std::chrono::seconds{-60}}}}) {
    SCOPED_TRACE(one.name);
    const test::tls_peer peer{authority.issue(one.certificate)};
    const auto& known = one.is_authority_known ? authority : other;
    outbound_http client{{}, trusted(known.certificate())};

    const auto response = ask(client, request_to(peer.url()));

    EXPECT_EQ(response.fault, http_fault::untrusted);
    EXPECT_EQ(response.status, 0);
    EXPECT_EQ(peer.requests(), 0u);
  }
}

TEST_F(OutboundTls, TestAuthorityIsNotTrustedByDefault) {
  const test::tls_peer peer{authority.issue({})};
  outbound_http client;

  EXPECT_EQ(ask(client, request_to(peer.url())).fault, http_fault::untrusted);
}

TEST_F(OutboundTls, MissingBundleTrustsNobody) {
  const test::tls_peer peer{authority.issue({})};
  outbound_http client{{}, (folder.path() / "none.pem").string()};

  EXPECT_EQ(ask(client, request_to(peer.url())).fault, http_fault::untrusted);
}

// libcurl's own look takes the farewell of TLS for a sign of life: a restarted agent lost an attempt.
TEST_F(OutboundTls, ConnectionThatWasClosedWhileIdleIsReplaced) {
  test::tls_peer peer{authority.issue({})};
  outbound_http client{{}, trusted(authority.certificate())};
  constexpr std::size_t rounds = 4;

  for (std::size_t n = 0; n < rounds; ++n) {
    const auto response = ask(client, request_to(peer.url()));
    EXPECT_EQ(response.body, "ok");
    EXPECT_EQ(response.fault, http_fault::none);
    peer.close_all();
  }

  EXPECT_EQ(peer.requests(), rounds);
  EXPECT_EQ(peer.connections(), rounds);
}

// A session that was agreed on earlier let the peer in without its certificate.
TEST_F(OutboundTls, ChangedBundleIsReadAgain) {
  test::tls_peer peer{authority.issue({})};
  const test::test_authority other;
  outbound_http client{{}, trusted(authority.certificate())};
  EXPECT_EQ(ask(client, request_to(peer.url())).body, "ok");

  for (const bool is_trusted : {false, true}) {
    trusted((is_trusted ? authority : other).certificate());
    const auto given_up_at = std::chrono::steady_clock::now() + test::patience;
    auto fault = http_fault::other;
    do {
      peer.close_all();
      fault = ask(client, request_to(peer.url())).fault;
    } while ((fault == http_fault::none) != is_trusted
             && std::chrono::steady_clock::now() < given_up_at);

    EXPECT_EQ(fault, is_trusted ? http_fault::none : http_fault::untrusted);
  }
}

// A connection in steady use went on after the authority of its certificate had been taken out.
TEST_F(OutboundTls, ChangedBundleEndsConnectionsThatAreInUse) {
  const test::tls_peer peer{authority.issue({})};
  const test::test_authority other;
  outbound_http client{{}, trusted(authority.certificate())};
  EXPECT_EQ(ask(client, request_to(peer.url())).body, "ok");
  trusted(other.certificate());
  const auto given_up_at = std::chrono::steady_clock::now() + test::patience;

  auto fault = http_fault::none;
  while (fault == http_fault::none && std::chrono::steady_clock::now() < given_up_at)
    fault = ask(client, request_to(peer.url())).fault;

  EXPECT_EQ(fault, http_fault::untrusted);
}

TEST_F(OutboundTls, KeptConnectionIsUsedAgain) {
  const test::tls_peer peer{authority.issue({})};
  outbound_http client{{}, trusted(authority.certificate())};

  for (int n = 0; n < 3; ++n)
    EXPECT_EQ(ask(client, request_to(peer.url())).body, "ok");

  EXPECT_EQ(peer.connections(), 1u);
}

TEST_F(OutboundTls, NewConnectionTakesUpTheSession) {
  test::tls_peer peer{authority.issue({})};
  outbound_http client{{}, trusted(authority.certificate())};
  EXPECT_EQ(ask(client, request_to(peer.url())).body, "ok");
  peer.close_all();

  EXPECT_EQ(ask(client, request_to(peer.url())).body, "ok");

  EXPECT_EQ(peer.resumed(), 1u);
}

} // namespace

} // namespace callboard::agents
