#pragma once

#include "agents/http/address_policy.hpp"
#include "agents/http/tls_trust.hpp"

#include <curl/curl.h>

#include <memory>
#include <string>

namespace callboard::agents {

/// What the transfers of a client have in common. It must outlive them, and the connections that they
/// make. Used by one thread.
class client_context {
public:
  /// Throws `std::runtime_error` if libcurl cannot be set up.
  /// @param ca_bundle file with the certificates to trust, PEM; empty: the system's.
  client_context(address_policy policy, std::string ca_bundle);

  const address_policy policy;

  const tls_trust& trust() const noexcept {
    return trust_;
  }

  /// TLS sessions of earlier connections, for a transfer that begins now. Who is trusted no longer is
  /// not known by an earlier session either.
  std::shared_ptr<CURLSH> sessions(steady_time now);

private:
  tls_trust trust_;
  std::shared_ptr<CURLSH> sessions_;
};

} // namespace callboard::agents
