#include "http/transport/tls_context.hpp"

#include <exception>
#include <memory>
#include <stdexcept>
#include <string>

#include <openssl/evp.h>
#include <openssl/ssl.h>

namespace callboard::http {

namespace {

// Mozilla's intermediate configuration, version 5.7 (https://wiki.mozilla.org/Security/Server_Side_TLS):
// forward secrecy and authenticated encryption only. The suites of TLS 1.3 are OpenSSL's own, which are
// the same three. Clients choose among them: they know what is quick for them.
constexpr const char* ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
                                "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
                                "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
                                "DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:"
                                "DHE-RSA-CHACHA20-POLY1305";
constexpr const char* groups = "X25519:P-256:P-384";
/// What the DHE ciphers use. The larger groups that OpenSSL offers cost a server a hundred times as much
/// as they cost whoever asks for them.
constexpr const char* dh_group = "ffdhe2048";

template <class Type, void (*Free)(Type*)>
struct freed {
  void operator()(Type* value) const noexcept {
    Free(value);
  }
};

using pkey_context = std::unique_ptr<EVP_PKEY_CTX, freed<EVP_PKEY_CTX, EVP_PKEY_CTX_free>>;

void require(bool worked, const char* what) {
  if (!worked)
    throw std::runtime_error{std::string{"OpenSSL does not accept these "} + what};
}

void set_dh_group(SSL_CTX* to) {
  const pkey_context making{EVP_PKEY_CTX_new_from_name(nullptr, "DH", nullptr)};
  EVP_PKEY* made = nullptr;
  require(making && EVP_PKEY_paramgen_init(making.get()) == 1
            && EVP_PKEY_CTX_set_group_name(making.get(), dh_group) == 1
            && EVP_PKEY_paramgen(making.get(), &made) == 1,
          dh_group);
  if (SSL_CTX_set0_tmp_dh_pkey(to, made) != 1) {
    EVP_PKEY_free(made);
    require(false, dh_group);
  }
}

} // namespace

result<std::shared_ptr<asio::ssl::context>> make_tls(const http_options& options) {
  if (options.tls_certificate.empty())
    return nullptr;
  using context = asio::ssl::context;
  std::string what = "TLS";
  try {
    auto made = std::make_shared<context>(context::tls_server);
    made->set_options(context::default_workarounds | context::no_sslv2 | context::no_sslv3
                      | context::no_tlsv1 | context::no_tlsv1_1 | SSL_OP_NO_RENEGOTIATION);
    require(SSL_CTX_set_cipher_list(made->native_handle(), ciphers) == 1, "ciphers");
    require(SSL_CTX_set1_groups_list(made->native_handle(), groups) == 1, "groups");
    set_dh_group(made->native_handle());
    what = "the TLS file " + options.tls_certificate;
    made->use_certificate_chain_file(options.tls_certificate);
    what = "the TLS file " + options.tls_private_key;
    made->use_private_key_file(options.tls_private_key, context::pem);
    if (SSL_CTX_check_private_key(made->native_handle()) != 1)
      return fail(errc::io, "the TLS private key does not belong to the certificate");
    return made;
  } catch (const std::exception& fault) {
    return fail(errc::io, "cannot use " + what + ": " + fault.what());
  }
}

} // namespace callboard::http
