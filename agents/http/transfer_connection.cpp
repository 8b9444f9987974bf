#include "agents/http/transfer_connection.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

namespace callboard::agents {

namespace {

/// More than any answer within the limits needs with its framing, even if each byte comes as a chunk
/// and a TLS record of its own. Bounds what is never stored: extensions of chunks, blank lines.
constexpr std::uint64_t received_bytes_max = 64 * 1024 * 1024;

/// libcurl calls back each time it has read, and whenever any transfer moves.
constexpr std::uint32_t calls_per_look = 16;

/// Whether a system call failed for want of something that others give back.
bool is_shortage(int fault) {
  return fault == EMFILE || fault == ENFILE || fault == ENOBUFS || fault == ENOMEM;
}

} // namespace

transfer_connection::transfer_connection(const address_policy& policy, open_sockets& sockets)
  : policy_(policy), sockets_(sockets) {
  // nop
}

bool transfer_connection::apply_to(CURL* handle) {
  return curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, &transfer_connection::open_socket)
           == CURLE_OK
         && curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, this) == CURLE_OK
         && curl_easy_setopt(handle, CURLOPT_CLOSESOCKETFUNCTION,
                             &transfer_connection::close_socket)
              == CURLE_OK
         && curl_easy_setopt(handle, CURLOPT_CLOSESOCKETDATA, &sockets_) == CURLE_OK;
}

curl_socket_t transfer_connection::open_socket(void* self, curlsocktype /*purpose*/,
                                               curl_sockaddr* address) {
  auto& connection = *static_cast<transfer_connection*>(self);
  // Here, with what is about to be connected to: a name checked before could mean something else now.
  const auto target = ip_address::of(address->addr);
  if (!target || !connection.policy_.accepts(*target)) {
    connection.was_refused_ = true;
    return CURL_SOCKET_BAD;
  }
  connection.was_tried_ = true;
  const auto made = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (made < 0) {
    connection.lacks_descriptor_ = connection.lacks_descriptor_ || is_shortage(errno);
    return CURL_SOCKET_BAD;
  }
  connection.opened_.push_back(made);
  connection.sockets_.note_opened();
  return made;
}

int transfer_connection::close_socket(void* sockets, curl_socket_t socket) {
  static_cast<open_sockets*>(sockets)->remove(socket);
  return ::close(socket);
}

bool transfer_connection::may_send(CURL* handle, const std::string& ends, int local_port) {
  // libcurl repeats a request by itself when a kept connection ends before the answer begins. The
  // agent may be at work on it then.
  if (was_sent(handle))
    return false;
  long connects = 0;
  curl_easy_getinfo(handle, CURLINFO_NUM_CONNECTS, &connects);
  if (connects == 0) {
    socket_ = sockets_.find(ends);
    // Its end, or something unrequested, like a 408 or the farewell of TLS. libcurl itself
    // sees nothing but a plain end.
    is_stale_ = socket_ >= 0 && has_input(socket_);
    if (is_stale_)
      return false;
  } else {
    const auto made = std::find_if(opened_.rbegin(), opened_.rend(),
                                   [&](int socket) { return local_port_of(socket) == local_port; });
    socket_ = made == opened_.rend() ? -1 : *made;
    if (socket_ >= 0)
      sockets_.add(ends, socket_);
  }
  received_before_ = socket_ < 0 ? 0 : bytes_received(socket_);
  return true;
}

void transfer_connection::check_flood() {
  if (socket_ >= 0 && ++looks_ % calls_per_look == 0)
    is_flooded_ = bytes_received(socket_) > received_before_ + received_bytes_max;
}

bool transfer_connection::take_stale() noexcept {
  return std::exchange(is_stale_, false);
}

bool was_sent(CURL* handle) {
  long sent_bytes = 0;
  curl_easy_getinfo(handle, CURLINFO_REQUEST_SIZE, &sent_bytes);
  return sent_bytes > 0;
}

} // namespace callboard::agents
