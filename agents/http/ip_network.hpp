#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

struct sockaddr;

namespace callboard::agents {

/// An IPv4 or IPv6 address. One of ::ffff:0:0/96 is the IPv4 address in it, as it is for the system.
struct ip_address {
  /// IPv4: the first four.
  std::array<std::uint8_t, 16> bytes{};
  bool is_v6 = false;

  /// No value for what is no address in numbers.
  static std::optional<ip_address> parse(std::string_view text);
  /// No value for addresses of other families.
  static std::optional<ip_address> of(const sockaddr& from);

  /// What a connection to this address is one to as well, so that it cannot slip past a rule for that:
  /// every IPv4 address that is embedded in it (`is_equal` tells whether it names nothing else), and
  /// loopback for the unspecified address, which systems take for it.
  struct alias;
  std::vector<alias> aliases() const;

  friend bool operator==(const ip_address&, const ip_address&) = default;
};

struct ip_address::alias {
  ip_address address;
  /// Whether both names mean the same host: a translator's address (64:ff9b::/96), the unspecified one.
  /// What else holds an IPv4 address (6to4, Teredo, ISATAP …) may reach other hosts.
  bool is_equal = false;
};

/// All addresses that begin with the same bits (RFC 4632): "10.0.0.0/8", "fe80::/10", "127.0.0.1".
class ip_network {
public:
  /// No value for anything else, and for a network whose base has bits behind the prefix.
  static std::optional<ip_network> parse(std::string_view text);

  /// Whether the address, or one that means the same host, is one of them.
  bool contains(const ip_address& address) const;

private:
  ip_network(const ip_address& base, std::size_t prefix_bits)
    : base_(base), prefix_bits_(prefix_bits) {
    // nop
  }

  bool begins_with_base(const ip_address& address) const noexcept;

  ip_address base_;
  /// 0–32, or 0–128.
  std::size_t prefix_bits_;
};

} // namespace callboard::agents
