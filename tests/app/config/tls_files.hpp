#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include <openssl/pem.h>
#include <openssl/x509.h>

namespace callboard::app {

/// Writes a key and a certificate that it signs itself as PEM files, `NAME.key` and `NAME.pem`.
/// @param passphrase encrypts the key, if there is one.
inline void write_tls_files(const std::filesystem::path& directory, const std::string& name,
                            const char* passphrase = nullptr) {
  const auto check = [](bool worked) {
    if (!worked)
      throw std::runtime_error{"cannot make a certificate"};
  };
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{EVP_EC_gen("P-256"), EVP_PKEY_free};
  const std::unique_ptr<X509, decltype(&X509_free)> made{X509_new(), X509_free};
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
  X509_set_pubkey(made.get(), key.get());
  check(X509_sign(made.get(), key.get(), EVP_sha256()) > 0);
  const auto open = [&](const char* ending) {
    return std::unique_ptr<std::FILE, int (*)(std::FILE*)>{
      std::fopen((directory / (name + ending)).c_str(), "w"), std::fclose};
  };
  check(PEM_write_X509(open(".pem").get(), made.get()) == 1);
  check(PEM_write_PKCS8PrivateKey(open(".key").get(), key.get(),
                                  passphrase ? EVP_aes_128_cbc() : nullptr, nullptr, 0, nullptr,
                                  const_cast<char*>(passphrase))
        == 1);
}

} // namespace callboard::app
