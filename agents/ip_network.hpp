#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

struct sockaddr;

namespace callboard::agents {

/// An IPv4 or IPv6 address. IPv4 addresses that stand in an IPv6 one (::ffff:0:0/96, and 64:ff9b::/96 of
/// translators) are that IPv4 address, so that they cannot slip past a rule for it.
struct ip_address {
  /// IPv4: the first four.
  std::array<std::uint8_t, 16> bytes{};
  bool is_v6 = false;

  /// No value for what is no address in numbers.
  static std::optional<ip_address> parse(std::string_view text);
  /// No value for addresses of other families.
  static std::optional<ip_address> of(const sockaddr& from);

  friend bool operator==(const ip_address&, const ip_address&) = default;
};

/// All addresses that begin with the same bits (RFC 4632): "10.0.0.0/8", "fe80::/10", "127.0.0.1".
struct ip_network {
  ip_address base;
  /// 0–32, or 0–128.
  std::size_t prefix_bits = 0;

  /// No value for anything else, and for a network whose base has bits behind the prefix.
  static std::optional<ip_network> parse(std::string_view text);

  bool contains(const ip_address& address) const noexcept;
};

} // namespace callboard::agents
