#include "agents/ip_network.hpp"

#include <algorithm>
#include <charconv>
#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace callboard::agents {

namespace {

constexpr std::size_t v4_size = 4;
constexpr std::size_t v6_size = 16;
/// Where an IPv4 address stands in those IPv6 addresses that hold one.
constexpr std::size_t embedded_at = v6_size - v4_size;

using v6_prefix = std::array<std::uint8_t, embedded_at>;
constexpr v6_prefix mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr v6_prefix translated{0x00, 0x64, 0xff, 0x9b};

ip_address normal(ip_address address) {
  const auto begins_with = [&](const v6_prefix& prefix) {
    return std::equal(prefix.begin(), prefix.end(), address.bytes.begin());
  };
  if (!address.is_v6 || !(begins_with(mapped) || begins_with(translated)))
    return address;
  ip_address inner;
  std::copy_n(address.bytes.begin() + embedded_at, v4_size, inner.bytes.begin());
  return inner;
}

/// As written: "::ffff:0:0" is an IPv6 address here.
std::optional<ip_address> read(std::string_view text) {
  const std::string terminated{text};
  ip_address made;
  if (::inet_pton(AF_INET, terminated.c_str(), made.bytes.data()) == 1)
    return made;
  made.is_v6 = true;
  if (::inet_pton(AF_INET6, terminated.c_str(), made.bytes.data()) == 1)
    return made;
  return std::nullopt;
}

bool bit_of(const ip_address& address, std::size_t index) {
  constexpr std::size_t byte_bits = 8;
  return (address.bytes[index / byte_bits] >> (byte_bits - 1 - index % byte_bits) & 1) != 0;
}

std::size_t bits_of(const ip_address& address) {
  return (address.is_v6 ? v6_size : v4_size) * 8;
}

} // namespace

std::optional<ip_address> ip_address::parse(std::string_view text) {
  const auto made = read(text);
  return made ? std::optional{normal(*made)} : std::nullopt;
}

std::optional<ip_address> ip_address::of(const sockaddr& from) {
  ip_address made;
  if (from.sa_family == AF_INET) {
    const auto& in = reinterpret_cast<const sockaddr_in&>(from).sin_addr;
    std::copy_n(reinterpret_cast<const std::uint8_t*>(&in), v4_size, made.bytes.begin());
    return made;
  }
  if (from.sa_family != AF_INET6)
    return std::nullopt;
  const auto& in = reinterpret_cast<const sockaddr_in6&>(from).sin6_addr;
  std::copy_n(reinterpret_cast<const std::uint8_t*>(&in), v6_size, made.bytes.begin());
  made.is_v6 = true;
  return normal(made);
}

std::optional<ip_network> ip_network::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto base = read(text.substr(0, slash));
  if (!base)
    return std::nullopt;
  ip_network made{*base, bits_of(*base)};
  if (slash != std::string_view::npos) {
    const auto digits = text.substr(slash + 1);
    const auto* const end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, made.prefix_bits);
    if (parsed.ec != std::errc{} || parsed.ptr != end || made.prefix_bits > bits_of(*base))
      return std::nullopt;
  }
  for (auto bit = made.prefix_bits; bit < bits_of(*base); ++bit)
    if (bit_of(*base, bit))
      return std::nullopt;
  // A network within those that hold IPv4 addresses is one of IPv4 addresses.
  constexpr auto embedded_bits = embedded_at * 8;
  if (const auto inner = normal(*base);
      !inner.is_v6 && base->is_v6 && made.prefix_bits >= embedded_bits)
    return ip_network{inner, made.prefix_bits - embedded_bits};
  return made;
}

bool ip_network::contains(const ip_address& address) const noexcept {
  if (address.is_v6 != base.is_v6)
    return false;
  for (std::size_t bit = 0; bit < prefix_bits; ++bit)
    if (bit_of(address, bit) != bit_of(base, bit))
      return false;
  return true;
}

} // namespace callboard::agents
