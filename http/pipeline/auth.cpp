#include "http/pipeline/auth.hpp"

#include <array>
#include <cstring>
#include <stdexcept>

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

std::size_t key_ring::digest_hash::operator()(const key_digest& of) const noexcept {
  // All of its bits are as good as random.
  std::size_t hash = 0;
  std::memcpy(&hash, of.data(), sizeof(hash));
  return hash;
}

key_ring::key_ring(std::vector<api_key> keys) : sha256_(std::make_unique<digest_algorithm>()) {
  for (auto& each : keys) {
    const auto& sha256 = each.sha256;
    keys_.insert_or_assign(sha256, std::move(each));
  }
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
  // The time that this takes tells of the digest, from which no key can be guessed.
  const auto at = keys_.find(digest);
  return at == keys_.end() ? nullptr : &at->second;
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
