#include "tests/agents/http/tls_peer.hpp"

#include "agents/pipe_signal.hpp"
#include "tests/support/counter.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <atomic>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace callboard::test {

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

void require(bool worked) {
  if (!worked)
    throw std::runtime_error("the test's TLS cannot be set up");
}

void add_extension(X509* to, int kind, const std::string& value) {
  auto* made = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
  require(made != nullptr);
  X509_add_ext(to, made, -1);
  X509_EXTENSION_free(made);
}

/// Its name and its serial number are like no other's.
certificate_ptr blank_certificate(EVP_PKEY* key, std::chrono::seconds valid_for) {
  static std::atomic<long> last_serial{0};
  const auto serial = ++last_serial;
  const auto name = "test " + std::to_string(serial);
  certificate_ptr made{X509_new()};
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -7200);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), valid_for.count());
  X509_set_pubkey(made.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return made;
}

} // namespace

struct test_authority::keys {
  key_ptr key;
  certificate_ptr certificate;
};

struct test_authority::issued {
  key_ptr key;
  certificate_ptr certificate;
};

test_authority::test_authority() : keys_(std::make_unique<keys>()) {
  keys_->key.reset(EVP_EC_gen("P-256"));
  keys_->certificate = blank_certificate(keys_->key.get(), std::chrono::hours{1});
  auto* own = keys_->certificate.get();
  X509_set_issuer_name(own, X509_get_subject_name(own));
  add_extension(own, NID_basic_constraints, "critical,CA:TRUE");
  require(X509_sign(own, keys_->key.get(), EVP_sha256()) > 0);
}

test_authority::~test_authority() = default;

std::string test_authority::certificate() const {
  const std::unique_ptr<BIO, freed<BIO, BIO_free_all>> memory{BIO_new(BIO_s_mem())};
  require(PEM_write_bio_X509(memory.get(), keys_->certificate.get()) == 1);
  char* bytes = nullptr;
  const auto size = BIO_get_mem_data(memory.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

std::shared_ptr<const test_authority::issued> test_authority::issue(
  const certificate_options& options) const {
  auto made = std::make_shared<issued>();
  made->key.reset(EVP_EC_gen("P-256"));
  made->certificate = blank_certificate(made->key.get(), options.valid_for);
  auto* own = made->certificate.get();
  X509_set_issuer_name(own, X509_get_subject_name(keys_->certificate.get()));
  add_extension(own, NID_subject_alt_name, "IP:" + options.address);
  require(X509_sign(own, keys_->key.get(), EVP_sha256()) > 0);
  return made;
}

struct tls_peer::state {
  explicit state(const std::shared_ptr<const test_authority::issued>& own)
    : certificate(own), context(SSL_CTX_new(TLS_server_method())) {
    require(SSL_CTX_use_certificate(context.get(), own->certificate.get()) == 1
            && SSL_CTX_use_PrivateKey(context.get(), own->key.get()) == 1);
    // So that the end of what is read is no fault, after which no farewell could be sent.
    SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    require(bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0
            && listen(listener, SOMAXCONN) == 0);
    socklen_t size = sizeof(address);
    getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    acceptor = std::thread{[this] { accept_all(); }};
  }

  void accept_all() {
    while (true) {
      const int socket = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0)
        return;
      std::lock_guard guard{mutex};
      sockets.insert(socket);
      workers.emplace_back([this, socket] { serve(socket); });
    }
  }

  void serve(int socket) {
    // The other side may be gone when the farewell is written.
    agents::block_pipe_signal();
    {
      const ssl_ptr ssl{SSL_new(context.get())};
      SSL_set_fd(ssl.get(), socket);
      if (SSL_accept(ssl.get()) == 1) {
        accepted.add();
        if (SSL_session_reused(ssl.get()) == 1)
          resumed.add();
        answer_all(ssl.get());
        SSL_shutdown(ssl.get());
      }
      ERR_clear_error();
    }
    std::lock_guard guard{mutex};
    sockets.erase(socket);
    close(socket);
    ended.add();
  }

  /// Requests have the body "{}", and nothing comes before the answer to it.
  void answer_all(SSL* ssl) {
    constexpr std::string_view response = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    std::string seen;
    std::array<char, 4096> bytes;
    for (int count = 0; (count = SSL_read(ssl, bytes.data(), bytes.size())) > 0;) {
      seen.append(bytes.data(), static_cast<std::size_t>(count));
      if (!seen.ends_with("\r\n\r\n{}"))
        continue;
      seen.clear();
      requests.add();
      SSL_write(ssl, response.data(), static_cast<int>(response.size()));
    }
  }

  /// The threads see the end of what they read; what they send still arrives.
  std::size_t end_reading() {
    std::lock_guard guard{mutex};
    for (const auto socket : sockets)
      shutdown(socket, SHUT_RD);
    return workers.size();
  }

  const std::shared_ptr<const test_authority::issued> certificate;
  const context_ptr context;
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::uint16_t port = 0;
  counter accepted;
  counter resumed;
  counter requests;
  counter ended;
  std::mutex mutex;
  std::set<int> sockets;
  std::vector<std::thread> workers;
  std::thread acceptor;
};

tls_peer::tls_peer(std::shared_ptr<const test_authority::issued> certificate)
  : state_(std::make_unique<state>(certificate)) {
  // nop
}

tls_peer::~tls_peer() {
  shutdown(state_->listener, SHUT_RDWR);
  state_->acceptor.join();
  state_->end_reading();
  for (auto& worker : state_->workers)
    worker.join();
  close(state_->listener);
}

std::string tls_peer::url() const {
  return "https://127.0.0.1:" + std::to_string(state_->port) + "/";
}

std::size_t tls_peer::connections() const {
  return state_->accepted.value();
}

std::size_t tls_peer::resumed() const {
  return state_->resumed.value();
}

std::size_t tls_peer::requests() const {
  return state_->requests.value();
}

void tls_peer::close_all() {
  state_->ended.await(state_->end_reading());
}

} // namespace callboard::test
