#include "agents/http/address_policy.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace callboard::agents {

namespace {

/// Nothing that an agent is reached at, and a prize for whoever can have requests sent.
constexpr std::array<std::string_view, 6> always_refused{
  "169.254.0.0/16",  // link-local; metadata of most clouds
  "fe80::/10",       // link-local
  "fd00:ec2::254",   // metadata of AWS
  "fd20:ce::254",    // metadata of Google Cloud
  "100.100.100.200", // metadata of Alibaba Cloud
  "168.63.129.16",   // Azure's host
};

const std::vector<ip_network>& refused_networks() {
  static const auto networks = [] {
    std::vector<ip_network> made;
    for (const auto text : always_refused)
      made.push_back(*ip_network::parse(text));
    return made;
  }();
  return networks;
}

bool is_in(const std::vector<ip_network>& networks, const ip_address& address) {
  return std::any_of(networks.begin(), networks.end(),
                     [&](const ip_network& one) { return one.contains(address); });
}

result<std::vector<ip_network>> parse_all(const std::vector<std::string>& texts,
                                          std::string_view name) {
  std::vector<ip_network> made;
  for (const auto& text : texts) {
    const auto parsed = ip_network::parse(text);
    if (!parsed)
      return fail(errc::invalid_argument,
                  std::string{name} + ": " + text
                    + " must be an IP address or a network like 10.0.0.0/8");
    made.push_back(*parsed);
  }
  return made;
}

} // namespace

result<address_policy> address_policy::make(const outbound_options& options) {
  auto allowed = parse_all(options.allow, "allow");
  if (!allowed)
    return tl::unexpected(std::move(allowed.error()));
  auto denied = parse_all(options.deny, "deny");
  if (!denied)
    return tl::unexpected(std::move(denied.error()));
  address_policy made;
  made.allowed_ = *std::move(allowed);
  made.denied_ = *std::move(denied);
  return made;
}

bool address_policy::accepts(const ip_address& address) const {
  if (!is_harmless(address) || !(allowed_.empty() || is_in(allowed_, address)))
    return false;
  const auto aliases = address.aliases();
  return std::all_of(aliases.begin(), aliases.end(), [this](const ip_address::alias& one) {
    return one.is_equal || is_harmless(one.address);
  });
}

bool address_policy::is_harmless(const ip_address& address) const {
  return !is_in(denied_, address)
         && (is_in(allowed_, address) || !is_in(refused_networks(), address));
}

} // namespace callboard::agents
