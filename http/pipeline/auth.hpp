#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <callboard/http_server.hpp>

#include "http/message/message.hpp"

namespace callboard::http {

/// The configuration's spelling of a scope ("SERVICES:READ").
std::string_view to_string(api_scope scope) noexcept;

/// The keys of a server.
class key_ring {
public:
  /// Takes the keys; throws `std::runtime_error` if OpenSSL has no SHA-256.
  explicit key_ring(std::vector<api_key> keys);
  ~key_ring();

  /// Whether no key is configured.
  bool is_empty() const noexcept {
    return keys_.empty();
  }

  /// The key that a text is, or null. Takes as long for ten thousand keys as for one.
  const api_key* find(std::string_view presented) const;

  /// The key that a request presents as `X-API-Key` or as bearer token; null if it presents none
  /// that is ours.
  const api_key* find(const request& asked) const;

  /// Whether a request presents any key, ours or not.
  static bool is_presented(const request& asked) noexcept;

private:
  struct digest_algorithm;
  using key_digest = decltype(api_key::sha256);

  struct digest_hash {
    std::size_t operator()(const key_digest& of) const noexcept;
  };

  std::unordered_map<key_digest, api_key, digest_hash> keys_;
  std::unique_ptr<digest_algorithm> sha256_;
};

/// The token of an `Authorization: Bearer` header; empty without one.
std::string_view bearer_token(const request& asked) noexcept;

} // namespace callboard::http
