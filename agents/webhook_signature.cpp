#include "agents/webhook_signature.hpp"

#include "agents/secrets.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace callboard::agents {

result<std::string> webhook_key(std::string_view secret) {
  constexpr std::string_view prefix = "whsec_";
  if (!secret.starts_with(prefix))
    return std::string{secret};
  auto key = from_base64(secret.substr(prefix.size()));
  if (!key || key->empty())
    return fail(errc::invalid_argument, "secret: what follows whsec_ must be base64");
  return std::move(*key);
}

std::string webhook_signature(std::string_view key, std::string_view id, std::int64_t timestamp_s,
                              std::string_view body) {
  auto signed_text = std::string{id} + '.' + std::to_string(timestamp_s) + '.';
  signed_text += body;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (!HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
            reinterpret_cast<const unsigned char*>(signed_text.data()), signed_text.size(),
            digest.data(), &size))
    throw std::runtime_error("the task cannot be signed");
  return "v1," + to_base64({reinterpret_cast<const char*>(digest.data()), size});
}

} // namespace callboard::agents
