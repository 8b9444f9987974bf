#include "agents/http/ip_network.hpp"

#include <algorithm>
#include <charconv>
#include <span>
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

bool begins_with(const ip_address& address, std::span<const std::uint8_t> prefix) {
  return std::equal(prefix.begin(), prefix.end(), address.bytes.begin());
}

/// The IPv4 address whose bytes stand at these places of an IPv6 address.
ip_address v4_at(const ip_address& address, const std::array<std::size_t, v4_size>& places,
                 std::uint8_t flipped = 0) {
  ip_address made;
  for (std::size_t i = 0; i < v4_size; ++i)
    made.bytes[i] = address.bytes[places[i]] ^ flipped;
  return made;
}

constexpr std::array<std::size_t, v4_size> end{12, 13, 14, 15};

ip_address v4_at_end(const ip_address& address) {
  return v4_at(address, end);
}

bool is_mapped(const ip_address& address) {
  return address.is_v6 && begins_with(address, mapped);
}

bool is_translated(const ip_address& address) {
  return address.is_v6 && begins_with(address, translated);
}

ip_address normal(const ip_address& address) {
  return is_mapped(address) ? v4_at_end(address) : address;
}

/// A form of IPv6 addresses that hold an IPv4 address.
struct embedding {
  std::vector<std::uint8_t> prefix;
  /// Where its bytes stand.
  std::array<std::size_t, v4_size> places;
  /// They are stored with these bits flipped.
  std::uint8_t flipped = 0;
};

const std::vector<embedding>& embeddings() {
  static const std::vector<embedding> all{
    // IPv4-compatible (RFC 4291, 2.5.5.1).
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, end},
    // IPv4-translated (RFC 2765, 2.1).
    {{0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0}, end},
    // Translators of a site (RFC 8215), with each length of prefix that fits in (RFC 6052, 2.2).
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, {6, 7, 9, 10}},
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, {7, 9, 10, 11}},
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, {9, 10, 11, 12}},
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, end},
    // 6to4 (RFC 3056).
    {{0x20, 0x02}, {2, 3, 4, 5}},
    // Teredo (RFC 4380): its server, and the client.
    {{0x20, 0x01, 0x00, 0x00}, {4, 5, 6, 7}},
    {{0x20, 0x01, 0x00, 0x00}, end, 0xff},
  };
  return all;
}

/// ISATAP (RFC 5214, 6.1): any prefix, then 0000:5efe or 0200:5efe and the address.
bool is_isatap(const ip_address& address) {
  const auto& bytes = address.bytes;
  return (bytes[8] & 0xfd) == 0 && bytes[9] == 0 && bytes[10] == 0x5e && bytes[11] == 0xfe;
}

constexpr ip_address v4_unspecified{};
constexpr ip_address v4_loopback{{127, 0, 0, 1}};
constexpr ip_address v6_unspecified{{}, true};
constexpr ip_address v6_loopback{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, true};

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

std::vector<ip_address::alias> ip_address::aliases() const {
  std::vector<alias> made;
  if (is_translated(*this))
    made.push_back({v4_at_end(*this), true});
  if (is_v6 && *this != v6_unspecified && *this != v6_loopback) {
    for (const auto& form : embeddings()) {
      if (!begins_with(*this, form.prefix))
        continue;
      const auto found = v4_at(*this, form.places, form.flipped);
      // Zeros inside are rather a sign of another length of prefix.
      if (found != v4_unspecified || form.places == end)
        made.push_back({found});
    }
    if (is_isatap(*this))
      made.push_back({v4_at_end(*this)});
  }
  if (*this == v6_unspecified)
    made.push_back({v6_loopback, true});
  if (*this == v4_unspecified || std::any_of(made.begin(), made.end(), [](const alias& one) {
        return one.address == v4_unspecified;
      }))
    made.push_back({v4_loopback, *this == v4_unspecified || is_translated(*this)});
  return made;
}

std::optional<ip_network> ip_network::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto base = read(text.substr(0, slash));
  if (!base)
    return std::nullopt;
  auto prefix_bits = bits_of(*base);
  if (slash != std::string_view::npos) {
    const auto digits = text.substr(slash + 1);
    const auto* const end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, prefix_bits);
    if (parsed.ec != std::errc{} || parsed.ptr != end || prefix_bits > bits_of(*base))
      return std::nullopt;
  }
  for (auto bit = prefix_bits; bit < bits_of(*base); ++bit)
    if (bit_of(*base, bit))
      return std::nullopt;
  // A network within the mapped addresses is one of IPv4 addresses.
  constexpr auto embedded_bits = embedded_at * 8;
  if (is_mapped(*base) && prefix_bits >= embedded_bits)
    return ip_network{v4_at_end(*base), prefix_bits - embedded_bits};
  return ip_network{*base, prefix_bits};
}

bool ip_network::contains(const ip_address& address) const {
  if (begins_with_base(address))
    return true;
  const auto aliases = address.aliases();
  return std::any_of(aliases.begin(), aliases.end(), [this](const ip_address::alias& one) {
    return one.is_equal && begins_with_base(one.address);
  });
}

bool ip_network::begins_with_base(const ip_address& address) const noexcept {
  if (address.is_v6 != base_.is_v6)
    return false;
  for (std::size_t bit = 0; bit < prefix_bits_; ++bit)
    if (bit_of(address, bit) != bit_of(base_, bit))
      return false;
  return true;
}

} // namespace callboard::agents
