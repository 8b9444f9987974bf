#include <callboard/http_server.hpp>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "tests/http/transport/server_fixture.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/temp_dir.hpp"

namespace callboard::tests {
namespace {

template <class Type, void (*Free)(Type*)>
struct freed {
  void operator()(Type* value) const noexcept {
    Free(value);
  }
};

using key_ptr = std::unique_ptr<EVP_PKEY, freed<EVP_PKEY, EVP_PKEY_free>>;
using certificate_ptr = std::unique_ptr<X509, freed<X509, X509_free>>;
using context_ptr = std::unique_ptr<SSL_CTX, freed<SSL_CTX, SSL_CTX_free>>;
using ssl_ptr = std::unique_ptr<SSL, freed<SSL, SSL_free>>;

void check(bool worked, const char* what) {
  if (!worked)
    throw std::runtime_error{what};
}

struct closed_file {
  void operator()(std::FILE* file) const noexcept {
    std::fclose(file);
  }
};

/// A key and a certificate that it signs itself, as PEM files.
class certificate_files {
public:
  enum class kind { ecdsa, rsa };

  explicit certificate_files(kind of = kind::ecdsa) {
    const key_ptr key{of == kind::ecdsa ? EVP_EC_gen("P-256") : EVP_RSA_gen(2048)};
    check(key != nullptr, "no key");
    const certificate_ptr made{X509_new()};
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
    X509_set_pubkey(made.get(), key.get());
    auto* name = X509_get_subject_name(made.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
    X509_set_issuer_name(made.get(), name);
    check(X509_sign(made.get(), key.get(), EVP_sha256()) > 0, "cannot sign");
    const std::unique_ptr<std::FILE, closed_file> to{std::fopen(certificate().c_str(), "w")};
    check(to && PEM_write_X509(to.get(), made.get()) == 1, "cannot write the certificate");
    const std::unique_ptr<std::FILE, closed_file> key_to{std::fopen(private_key().c_str(), "w")};
    check(key_to
            && PEM_write_PrivateKey(key_to.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr)
                 == 1,
          "cannot write the key");
  }

  std::string certificate() const {
    return (folder_.path() / "certificate.pem").string();
  }

  std::string private_key() const {
    return (folder_.path() / "key.pem").string();
  }

  http_options options() const {
    http_options made;
    made.tls_certificate = certificate();
    made.tls_private_key = private_key();
    return made;
  }

private:
  temp_dir folder_;
};

/// A TLS client that trusts anybody.
class tls_client {
public:
  /// @param ciphers the only ones that it knows with TLS 1.2; empty: OpenSSL's
  /// @param groups the same for key agreement
  tls_client(std::uint16_t port, int version_max, const std::string& ciphers = {},
             const std::string& groups = {})
    : transport_(port), context_(SSL_CTX_new(TLS_client_method())) {
    if (!ciphers.empty())
      check(SSL_CTX_set_cipher_list(context_.get(), (ciphers + ":@SECLEVEL=0").c_str()) == 1,
            "no such ciphers");
    if (!groups.empty())
      check(SSL_CTX_set1_groups_list(context_.get(), groups.c_str()) == 1, "no such groups");
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_.get(), version_max);
    // Debian's default level would keep the client itself from offering what is old.
    SSL_CTX_set_security_level(context_.get(), 0);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), transport_.native_handle());
    is_connected_ = SSL_connect(ssl_.get()) == 1;
  }

  bool is_connected() const noexcept {
    return is_connected_;
  }

  std::string version() const {
    return SSL_get_version(ssl_.get());
  }

  void send(const std::string& request) {
    check(SSL_write(ssl_.get(), request.data(), static_cast<int>(request.size())) > 0, "SSL_write");
  }

  raw_response exchange(const std::string& request) {
    send(request);
    return receive();
  }

  raw_response receive() {
    for (;;) {
      if (auto made = take_response(received_))
        return std::move(*made);
      char buffer[4096];
      const auto count = SSL_read(ssl_.get(), buffer, sizeof(buffer));
      check(count > 0, "connection closed before the answer");
      received_.append(buffer, static_cast<std::size_t>(count));
    }
  }

  /// Whether nothing comes any more, and the server has said so within TLS: else anybody on the way may
  /// have cut the answer off.
  bool is_told_of_the_end() {
    char buffer[4096];
    const auto count = SSL_read(ssl_.get(), buffer, sizeof(buffer));
    return count <= 0 && SSL_get_error(ssl_.get(), count) == SSL_ERROR_ZERO_RETURN;
  }

private:
  raw_client transport_;
  context_ptr context_;
  ssl_ptr ssl_;
  std::string received_;
  bool is_connected_ = false;
};

TEST(ServerTls, HandshakeAndRequests) {
  const certificate_files files;
  running_server running{calling::elsewhere, files.options()};

  for (const auto version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    tls_client client{running.server->port(), version};
    ASSERT_TRUE(client.is_connected());
    EXPECT_EQ(client.version(), version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3");
    EXPECT_EQ(client.exchange(make_request("GET", job_path)).status, 200);
    EXPECT_EQ(client.exchange(make_request("GET", "/livez")).status, 200);
  }
}

TEST(ServerTls, EndOfAConnectionIsTold) {
  // Symptom: OpenSSL 3 and Python took the end of an answer with Connection: close for an attack
  // (unexpected eof while reading).
  const certificate_files files;
  auto options = files.options();
  options.idle_limit = std::chrono::seconds{1};
  options.head_limit = std::chrono::milliseconds{100};
  const running_server running{calling::elsewhere, options};
  const std::pair<const char*, std::string> cases[] = {
    {"asked for", make_request("GET", job_path, "Connection: close\r\n")},
    {"HTTP/1.0", "GET /livez HTTP/1.0\r\n\r\n"},
    {"refused", "GET / HTTP/1.1\r\nHost : a\r\n\r\n"},
    {"refused while sending", "GET / HTTP/1.1\r\nHost : a\r\n\r\n" + std::string(10'000, 'x')},
    {"slow head", "GET / HT"},
    {"idle", make_request("GET", "/livez")},
    {"behind a body that is not wanted",
     make_request("POST", jobs_path, "Expect: 100-continue\r\nContent-Length: 9999999\r\n")},
  };
  for (const auto version : {TLS1_2_VERSION, TLS1_3_VERSION})
    for (const auto& [what, bytes] : cases) {
      SCOPED_TRACE(what);
      tls_client client{running.server->port(), version};
      client.exchange(bytes);

      EXPECT_TRUE(client.is_told_of_the_end());
    }
}

TEST(ServerTls, ClientThatDoesNotAnswerToTheEndDoesNotKeepItsConnection) {
  const certificate_files files;
  auto options = files.options();
  options.connections_max = 1;
  running_server running{calling::elsewhere, options};
  tls_client silent{running.server->port(), TLS1_3_VERSION};
  silent.exchange(make_request("GET", "/livez", "Connection: close\r\n"));
  const auto end = std::chrono::steady_clock::now() + test::patience;

  int status = 0;
  while (status != 200 && std::chrono::steady_clock::now() < end)
    status = tls_client{running.server->port(), TLS1_3_VERSION}
               .exchange(make_request("GET", job_path))
               .status;

  EXPECT_EQ(status, 200);
}

TEST(ServerTls, CiphersWithoutForwardSecrecyOrAuthenticationAreNotThere) {
  // Symptom: TLS 1.2 took the whole of OpenSSL's default list.
  using kind = certificate_files::kind;
  struct sample {
    kind of;
    const char* ciphers;
    bool is_taken;
  };
  const sample samples[] = {
    {kind::ecdsa, "ECDHE-ECDSA-AES128-GCM-SHA256", true},
    {kind::ecdsa, "ECDHE-ECDSA-AES256-GCM-SHA384", true},
    {kind::ecdsa, "ECDHE-ECDSA-CHACHA20-POLY1305", true},
    {kind::ecdsa, "ECDHE-ECDSA-AES128-SHA", false},
    {kind::ecdsa, "ECDHE-ECDSA-AES256-SHA384", false},
    {kind::ecdsa, "ECDHE-ECDSA-AES128-CCM8", false},
    {kind::rsa, "ECDHE-RSA-AES128-GCM-SHA256", true},
    {kind::rsa, "ECDHE-RSA-AES256-GCM-SHA384", true},
    {kind::rsa, "ECDHE-RSA-CHACHA20-POLY1305", true},
    {kind::rsa, "DHE-RSA-AES128-GCM-SHA256", true},
    {kind::rsa, "DHE-RSA-CHACHA20-POLY1305", true},
    {kind::rsa, "AES128-SHA", false},
    {kind::rsa, "AES128-GCM-SHA256", false},
    {kind::rsa, "AES256-SHA256", false},
    {kind::rsa, "ECDHE-RSA-AES128-SHA", false},
    {kind::rsa, "ECDHE-RSA-AES256-SHA384", false},
    {kind::rsa, "DHE-RSA-AES128-SHA", false},
  };
  for (const auto of : {kind::ecdsa, kind::rsa}) {
    const certificate_files files{of};
    const running_server running{calling::inside, files.options()};
    for (const auto& each : samples) {
      if (each.of != of)
        continue;
      const tls_client client{running.server->port(), TLS1_2_VERSION, each.ciphers};
      EXPECT_EQ(client.is_connected(), each.is_taken) << each.ciphers;
    }
  }
}

TEST(ServerTls, GroupsAreThoseThatCostAServerLittle) {
  // Symptom: ffdhe8192 was offered, which costs a server many milliseconds and a client nothing.
  const certificate_files files;
  const running_server running{calling::inside, files.options()};

  for (const auto* group : {"X25519", "P-256", "P-384"})
    EXPECT_TRUE((tls_client{running.server->port(), TLS1_3_VERSION, {}, group}.is_connected()))
      << group;
  for (const auto* group : {"ffdhe2048", "ffdhe3072", "ffdhe8192", "P-521", "X448"})
    EXPECT_FALSE((tls_client{running.server->port(), TLS1_3_VERSION, {}, group}.is_connected()))
      << group;
}

TEST(ServerTls, RequestsAreCheckedAsStrictly) {
  const certificate_files files;
  auto options = files.options();
  options.head_limit = std::chrono::milliseconds{50};
  running_server running{calling::elsewhere, options};
  const auto ask = [&](const std::string& bytes) {
    tls_client client{running.server->port(), TLS1_3_VERSION};
    return client.exchange(bytes);
  };

  EXPECT_EQ(ask("GET / HTTP/1.1\r\nHost : a\r\n\r\n").status, 400);
  EXPECT_EQ(ask("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab").status,
            400);
  EXPECT_EQ(ask("GET / HT").status, 408);
  EXPECT_EQ(
    ask("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n").status,
    100);
}

TEST(ServerTls, PipelinedRequestsAreAnsweredInOrder) {
  const certificate_files files;
  running_server running{calling::elsewhere, files.options()};
  tls_client client{running.server->port(), TLS1_3_VERSION};
  std::string all;
  for (int i = 1; i <= 100; ++i)
    all += make_request("GET", job_path, "X-Request-Id: " + std::to_string(i) + "\r\n");

  EXPECT_EQ(client.exchange(all).header("X-Request-Id"), "1");

  for (int i = 2; i <= 100; ++i)
    ASSERT_EQ(client.receive().header("X-Request-Id"), std::to_string(i));
}

TEST(ServerTls, WhoDoesNotReadMakesRoomForOneWhoDoes) {
  constexpr std::size_t list_bytes = 12'000'000;
  const certificate_files files;
  auto options = files.options();
  options.unsent_bytes_max = 16 * 1024 * 1024;
  running_server running{calling::inside, options};
  auto large = sample_job(job_state::completed);
  auto outcome = std::make_shared<job_outcome>(*large->outcome);
  outcome->content = std::make_shared<const std::string>(list_bytes, 'x');
  large->outcome = std::move(outcome);
  running.service.page->jobs = {large};
  tls_client idle{running.server->port(), TLS1_3_VERSION};
  idle.send(make_request("GET", jobs_path));
  const auto end = std::chrono::steady_clock::now() + test::patience;
  while (running.server->unsent_bytes() == 0 && std::chrono::steady_clock::now() < end)
    std::this_thread::yield();

  raw_response answer;
  do {
    tls_client reader{running.server->port(), TLS1_3_VERSION};
    answer = reader.exchange(make_request("GET", jobs_path));
  } while (answer.status == 503 && std::chrono::steady_clock::now() < end);

  EXPECT_EQ(answer.status, 200);
  EXPECT_GT(answer.body.size(), list_bytes);
  EXPECT_THROW(idle.receive(), std::runtime_error);
}

TEST(ServerTls, OldVersionsAreRefused) {
  const certificate_files files;
  running_server running{calling::inside, files.options()};

  for (const auto version : {TLS1_VERSION, TLS1_1_VERSION})
    EXPECT_FALSE((tls_client{running.server->port(), version}.is_connected()));
}

TEST(ServerTls, PlainHttpIsNotServed) {
  const certificate_files files;
  running_server running{calling::inside, files.options()};
  auto client = running.connect();

  client.send_if_open(make_request("GET", "/livez"));

  EXPECT_EQ(client.receive_until_closed().find("HTTP/1.1 200"), std::string::npos);
}

TEST(ServerTls, HandshakeThatNeverComesIsCut) {
  // Symptom: RESTinio starts its time limits after the handshake, so that a client that connects and
  // says nothing kept its connection for ever.
  const certificate_files files;
  running_server running{calling::inside, files.options()};
  auto silent = running.connect();
  auto halfway = running.connect();
  halfway.send("\x16\x03\x01\x02");

  EXPECT_EQ(silent.receive_until_closed(), "");
  EXPECT_EQ(halfway.receive_until_closed(), "");
  tls_client client{running.server->port(), TLS1_3_VERSION};
  EXPECT_EQ(client.exchange(make_request("GET", "/livez")).status, 200);
}

TEST(ServerTls, StopsWithConnectionsInEveryPhase) {
  const certificate_files files;
  running_server running{calling::when_released, files.options()};
  auto silent = running.connect();
  tls_client idle{running.server->port(), TLS1_3_VERSION};
  ASSERT_TRUE(idle.is_connected());

  running.server->stop(std::chrono::milliseconds{0});

  EXPECT_EQ(silent.receive_until_closed(), "");
}

TEST(ServerTls, KeyOfAnotherCertificateIsRefused) {
  const certificate_files files;
  const certificate_files others;
  auto options = files.options();
  options.tls_private_key = others.private_key();
  options.port = 0;
  fake_service service;

  const auto started = http_server::start(options, service);

  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, errc::io);
}

} // namespace
} // namespace callboard::tests
