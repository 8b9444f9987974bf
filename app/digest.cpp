#include "app/digest.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/rand.h>

namespace callboard::app {

namespace {

/// RFC 9562, section 6.6: 6ba7b811-9dad-11d1-80b4-00c04fd430c8.
constexpr std::array<std::uint8_t, 16> url_namespace{
  0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8};

constexpr std::string_view hex_digits = "0123456789abcdef";

/// @pre `Size` is the digest's size.
template <std::size_t Size>
std::array<std::uint8_t, Size> digest_of(std::string_view text, const EVP_MD* algorithm) {
  std::array<std::uint8_t, Size> made{};
  unsigned size = Size;
  if (EVP_Digest(text.data(), text.size(), made.data(), &size, algorithm, nullptr) != 1)
    throw std::runtime_error("OpenSSL does not offer this digest");
  return made;
}

} // namespace

std::array<std::uint8_t, 32> sha256_of(std::string_view text) {
  return digest_of<32>(text, EVP_sha256());
}

uuid agent_id_of(std::string_view name) {
  std::string text(url_namespace.begin(), url_namespace.end());
  text += "callboard:agent:";
  text += name;
  const auto digest = digest_of<20>(text, EVP_sha1());
  uuid made;
  std::copy_n(digest.begin(), made.bytes.size(), made.bytes.begin());
  made.bytes[6] = static_cast<std::uint8_t>((made.bytes[6] & 0x0F) | 0x50);
  made.bytes[8] = static_cast<std::uint8_t>((made.bytes[8] & 0x3F) | 0x80);
  return made;
}

std::string hex_of(const std::array<std::uint8_t, 32>& digest) {
  std::string made;
  for (const auto byte : digest) {
    made += hex_digits[byte >> 4];
    made += hex_digits[byte & 15];
  }
  return made;
}

std::optional<std::array<std::uint8_t, 32>> digest_from_hex(std::string_view text) {
  std::array<std::uint8_t, 32> made{};
  if (text.size() != 2 * made.size())
    return std::nullopt;
  for (std::size_t i = 0; i < made.size(); ++i) {
    const auto* begin = text.data() + 2 * i;
    const auto [end, fault] = std::from_chars(begin, begin + 2, made[i], 16);
    if (fault != std::errc{} || end != begin + 2)
      return std::nullopt;
  }
  return made;
}

std::string random_key() {
  std::array<unsigned char, 32> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw std::runtime_error("the system's random number generator failed");
  // Base64 of 32 bytes: 43 letters and one `=`, and OpenSSL's closing NUL.
  std::array<unsigned char, 45> text{};
  EVP_EncodeBlock(text.data(), bytes.data(), static_cast<int>(bytes.size()));
  std::string made{"cb_"};
  for (const auto c : text) {
    if (c == '=' || c == '\0')
      break;
    // The URL alphabet of RFC 4648: such a key needs no quoting in shells and headers.
    made += c == '+' ? '-' : c == '/' ? '_' : static_cast<char>(c);
  }
  return made;
}

} // namespace callboard::app
