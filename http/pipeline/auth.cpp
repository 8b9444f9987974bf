#include "http/pipeline/auth.hpp"

#include <array>
#include <stdexcept>

#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace callboard::http {

namespace {

constexpr auto scope_names = std::to_array<std::string_view>(
  {"MESSAGING", "SERVICES:READ", "SERVICES:WRITE", "JOBS", "OPERATIONS"});
static_assert(scope_names.size() == static_cast<std::size_t>(api_scope::operations) + 1);

} // namespace

std::string_view to_string(api_scope scope) noexcept {
  return scope_names[static_cast<std::size_t>(scope)];
}

/// Fetched once: OpenSSL 3 looks an algorithm up under a lock, which costs more than the digest.
struct key_ring::digest_algorithm {
  EVP_MD* handle = EVP_MD_fetch(nullptr, "SHA256", nullptr);

  ~digest_algorithm() {
    EVP_MD_free(handle);
  }
};

key_ring::key_ring(std::vector<api_key> keys)
  : keys_(std::move(keys)), sha256_(std::make_unique<digest_algorithm>()) {
  if (sha256_->handle == nullptr)
    throw std::runtime_error{"OpenSSL has no SHA-256"};
}

key_ring::~key_ring() = default;

const api_key* key_ring::find(std::string_view presented) const {
  std::array<std::uint8_t, 32> digest{};
  unsigned int length = 0;
  if (EVP_Digest(presented.data(), presented.size(), digest.data(), &length, sha256_->handle,
                 nullptr)
        != 1
      || length != digest.size())
    return nullptr;
  const api_key* found = nullptr;
  for (const auto& each : keys_)
    if (CRYPTO_memcmp(each.sha256.data(), digest.data(), digest.size()) == 0)
      found = &each;
  return found;
}

const api_key* key_ring::find(const request& asked) const {
  if (const auto key = asked.header("X-API-Key"); key && !key->empty())
    if (const auto* found = find(*key))
      return found;
  const auto token = bearer_token(asked);
  return token.empty() ? nullptr : find(token);
}

bool key_ring::is_presented(const request& asked) noexcept {
  const auto key = asked.header("X-API-Key");
  return (key && !key->empty()) || !bearer_token(asked).empty();
}

std::string_view bearer_token(const request& asked) noexcept {
  constexpr std::string_view scheme = "Bearer ";
  const auto value = asked.header("Authorization");
  if (!value || value->size() < scheme.size()
      || !equals_ignoring_case(value->substr(0, scheme.size()), scheme))
    return {};
  return trimmed(value->substr(scheme.size()));
}

} // namespace callboard::http
