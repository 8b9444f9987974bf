#pragma once

#include "agents/http/address_policy.hpp"
#include "agents/http/tls_trust.hpp"

#include <curl/curl.h>

#include <memory>
#include <optional>
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

  /// Connections that are older than this may have been made to somebody who is trusted no longer: those
  /// from before the last change of the certificates. In seconds, at least 1; 0: there was no change.
  long connection_seconds_max(steady_time now) const noexcept;

private:
  tls_trust trust_;
  std::shared_ptr<CURLSH> sessions_;
  std::optional<steady_time> trust_changed_at_;
};

} // namespace callboard::agents
