#include "agents/http/webhook_signature.hpp"

#include "agents/secrets.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace callboard::agents {

namespace {

bool contains_ignoring_case(std::string_view text, std::string_view wanted) {
  const auto lower
    = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::search(text.begin(), text.end(), wanted.begin(), wanted.end(),
                     [&](char left, char right) { return lower(left) == lower(right); })
         != text.end();
}

} // namespace

result<std::string> webhook_key(std::string_view secret) {
  constexpr std::string_view prefix = "whsec_";
  constexpr std::string_view blanks = " \t\r\n";
  if (!secret.empty()
      && (blanks.find(secret.front()) != blanks.npos || blanks.find(secret.back()) != blanks.npos))
    return fail(errc::invalid_argument,
                "secret: must not begin or end with a blank or newline, which receivers remove");
  if (contains_ignoring_case(secret, prefix) && !secret.starts_with(prefix))
    return fail(errc::invalid_argument,
                "secret: whsec_ must be in lower case, with nothing before it (no v1, and no "
                "quotes)");
  for (const std::string_view other : {"whsk_", "whpk_"})
    if (secret.starts_with(other))
      return fail(errc::invalid_argument,
                  "secret: must be a symmetric key (whsec_ + base64); keys that begin with "
                    + std::string{other} + " are for other signatures");
  if (!secret.starts_with(prefix))
    return std::string{secret};
  auto key = from_base64(secret.substr(prefix.size()));
  if (!key || key->empty())
    return fail(errc::invalid_argument, "secret: the part after whsec_ must be base64");
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
