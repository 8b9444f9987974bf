#include "app/config/config_tls.hpp"

#include <cerrno>
#include <memory>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace callboard::app {

namespace {

struct freed_context {
  void operator()(SSL_CTX* context) const noexcept {
    SSL_CTX_free(context);
  }
};

/// Why OpenSSL refused something, in its words.
std::string last_reason() {
  const auto code = ERR_peek_error();
  const auto* text = ERR_reason_error_string(code);
  ERR_clear_error();
  return text != nullptr ? text : "it is not a PEM file that OpenSSL can read";
}

/// Why a file cannot be read; nothing if it can.
std::optional<std::string> reading_complaint(const std::string& file) {
  const int opened = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  char first = 0;
  const auto is_read = opened >= 0 && ::read(opened, &first, 1) >= 0;
  const auto code = errno;
  if (opened >= 0)
    ::close(opened);
  if (is_read)
    return std::nullopt;
  return "cannot be read: " + std::generic_category().message(code);
}

/// The server cannot ask for a passphrase.
int refuse_passphrase(char*, int, int, void* was_asked) {
  *static_cast<bool*>(was_asked) = true;
  return -1;
}

} // namespace

std::optional<tls_fault> tls_complaint(const std::string& certificate, const std::string& key) {
  if (auto what = reading_complaint(certificate))
    return tls_fault{false, std::move(*what)};
  if (auto what = reading_complaint(key))
    return tls_fault{true, std::move(*what)};
  ERR_clear_error();
  const std::unique_ptr<SSL_CTX, freed_context> context{SSL_CTX_new(TLS_server_method())};
  bool wants_passphrase = false;
  SSL_CTX_set_default_passwd_cb(context.get(), refuse_passphrase);
  SSL_CTX_set_default_passwd_cb_userdata(context.get(), &wants_passphrase);
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate.c_str()) != 1)
    return tls_fault{false, "must be a PEM file with a certificate: " + last_reason()};
  if (SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM) != 1) {
    const auto reason = last_reason();
    if (wants_passphrase)
      return tls_fault{true, "must be a key without a passphrase"};
    return tls_fault{true, "must be a PEM file with the certificate's key: " + reason};
  }
  if (SSL_CTX_check_private_key(context.get()) != 1)
    return tls_fault{true, "must be the key of the certificate: " + last_reason()};
  return std::nullopt;
}

} // namespace callboard::app
