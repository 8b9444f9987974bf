#pragma once

#include "agents/http/address_policy.hpp"
#include "agents/http/open_sockets.hpp"

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
  const std::string ca_bundle;
  open_sockets sockets;

  /// TLS sessions of earlier connections.
  CURLSH* sessions() const {
    return sessions_.get();
  }

private:
  struct share_closer {
    void operator()(CURLSH* share) const {
      curl_share_cleanup(share);
    }
  };

  std::unique_ptr<CURLSH, share_closer> sessions_;
};

} // namespace callboard::agents
