#include "tests/support/raw_client.hpp"

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "tests/support/patience.hpp"

namespace callboard::tests {

namespace {

[[noreturn]] void fail(std::string_view what) {
  throw std::runtime_error{std::string{what} + ": " + std::strerror(errno)};
}

template <class Value>
void set_option(int socket, int option, const Value& value) {
  if (setsockopt(socket, SOL_SOCKET, option, &value, sizeof(value)) != 0)
    fail("setsockopt");
}

} // namespace

raw_client::raw_client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  if (socket_ < 0)
    fail("socket");
  const timeval patient{.tv_sec = test::patience.count(), .tv_usec = 0};
  set_option(socket_, SO_RCVTIMEO, patient);
  set_option(socket_, SO_SNDTIMEO, patient);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    const auto fault = errno;
    ::close(socket_);
    errno = fault;
    fail("connect");
  }
}

raw_client::raw_client(raw_client&& other) noexcept
  : socket_(std::exchange(other.socket_, -1)), received_(std::move(other.received_)) {
  // nop
}

raw_client::~raw_client() {
  if (socket_ >= 0)
    ::close(socket_);
}

void raw_client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0)
      fail("send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void raw_client::send_if_open(std::string_view bytes) noexcept {
  try {
    send(bytes);
  } catch (const std::runtime_error&) {
    // Closed: what the caller allows.
  }
}

void raw_client::finish_sending() {
  if (::shutdown(socket_, SHUT_WR) != 0)
    fail("shutdown");
}

bool raw_client::read_some() {
  char buffer[16 * 1024];
  const auto count = ::recv(socket_, buffer, sizeof(buffer), 0);
  if (count < 0 && errno == ECONNRESET)
    return false;
  if (count < 0)
    fail("recv");
  received_.append(buffer, static_cast<std::size_t>(count));
  return count > 0;
}

raw_response raw_client::receive(bool is_head) {
  for (;;) {
    if (auto made = take_response(received_, is_head))
      return std::move(*made);
    if (!read_some())
      throw std::runtime_error{"connection closed before the answer; received: " + received_};
  }
}

std::string raw_client::receive_until_closed() {
  while (read_some()) {
    // on
  }
  return std::exchange(received_, {});
}

std::string raw_client::receive_until_closed_or_answered() {
  while (read_some()) {
    auto rest = received_;
    if (take_response(rest))
      break;
  }
  return std::exchange(received_, {});
}

void raw_client::reset() {
  set_option(socket_, SO_LINGER, linger{.l_onoff = 1, .l_linger = 0});
  ::close(std::exchange(socket_, -1));
}

std::string make_request(std::string_view method, std::string_view target,
                         std::string_view header_lines, std::string_view body) {
  std::string made;
  made.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n");
  made.append(header_lines);
  if (!body.empty())
    made.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  return made.append("\r\n").append(body);
}

} // namespace callboard::tests
