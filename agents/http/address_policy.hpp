#pragma once

#include <callboard/agents.hpp>
#include <callboard/error.hpp>

#include "agents/http/ip_network.hpp"

#include <vector>

namespace callboard::agents {

/// Which addresses outgoing requests may go to.
class address_policy {
public:
  /// Errors: `invalid_argument` for what is no network.
  static result<address_policy> make(const outbound_options& options);

  /// What `deny` names is refused, then what `allow` names is accepted. Of all else nothing is accepted
  /// where `allow` names anything; and link-local addresses never are, nor those at which clouds hand out
  /// their machines' credentials (RFC 3927, RFC 4291 2.5.6). An address in which an IPv4 address is
  /// embedded is refused with that one; `allow` must name it as it is.
  bool accepts(const ip_address& address) const;

private:
  /// Whether it is not denied, and not refused by default unless allowed.
  bool is_harmless(const ip_address& address) const;

  std::vector<ip_network> allowed_;
  std::vector<ip_network> denied_;
};

} // namespace callboard::agents
