#pragma once

#include "agents/http/address_policy.hpp"
#include "agents/http/open_sockets.hpp"

#include <curl/curl.h>

#include <cstdint>
#include <string>
#include <vector>

namespace callboard::agents {

/// The connection of one transfer: opens its sockets, and says whether the request may go out on it.
/// Used by one thread.
class transfer_connection {
public:
  /// Both must outlive the transfer.
  /// @param sockets those of all connections that the transfer might use.
  transfer_connection(const address_policy& policy, open_sockets& sockets);

  /// Makes libcurl open and close sockets here. False: it does not take that.
  bool apply_to(CURL* handle);

  /// Whether the request may go out on the connection with these ends. It goes out once at most.
  bool may_send(CURL* handle, const std::string& ends, int local_port);

  /// Looks now and then whether more came over the connection than any answer within the limits needs.
  /// To be called whenever something came.
  void check_flood();

  /// Whether that was so.
  bool is_flooded() const noexcept {
    return is_flooded_;
  }

  /// Whether the kept connection that was to be used turned out to be closed (or about to be), so that
  /// nothing was sent. Asking forgets it.
  bool take_stale() noexcept;

  /// Whether the policy refused all addresses.
  bool is_refused() const noexcept {
    return was_refused_ && !was_tried_;
  }

  /// Whether a socket could not be opened since the process or the system has too many.
  bool lacks_descriptor() const noexcept {
    return lacks_descriptor_;
  }

private:
  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int close_socket(void* sockets, curl_socket_t socket);

  const address_policy& policy_;
  open_sockets& sockets_;
  /// Those that were opened for this transfer; all but one are closed again.
  std::vector<int> opened_;
  int socket_ = -1;
  std::uint64_t received_before_ = 0;
  std::uint32_t looks_ = 0;
  bool is_stale_ = false;
  /// Whether an address was refused, and whether one was not.
  bool was_refused_ = false;
  bool was_tried_ = false;
  bool lacks_descriptor_ = false;
  bool is_flooded_ = false;
};

/// Whether a request of this handle was sent, at least in part.
bool was_sent(CURL* handle);

} // namespace callboard::agents
