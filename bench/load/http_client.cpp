#include "bench/load/http_client.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "bench/load/response_scanner.hpp"

namespace callboard::bench {

namespace {

constexpr std::size_t buffer_bytes = 16 * 1024;

tl::unexpected<error> system_fault(errc code, std::string what) {
  return fail(code, std::move(what) + ": " + std::strerror(errno));
}

} // namespace

http_client::http_client(endpoint where, std::chrono::milliseconds answer_limit)
  : where_(std::move(where)), answer_limit_(answer_limit) {
}

result<http_answer> http_client::call(std::string_view request) {
  if (!socket_.is_open())
    if (auto connected = connect(); !connected)
      return tl::unexpected(connected.error());
  auto sent = send(request);
  auto answer = sent ? receive() : tl::unexpected(sent.error());
  if (!answer)
    socket_.close();
  return answer;
}

result<void> http_client::connect() {
  auto address = resolve(where_);
  if (!address)
    return tl::unexpected(address.error());
  socket_ = descriptor{::socket(address->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(answer_limit_);
  timeval limit{};
  limit.tv_sec = static_cast<time_t>(seconds.count());
  limit.tv_usec = std::chrono::microseconds{answer_limit_ - seconds}.count();
  const int on = 1;
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (::connect(socket_.get(), address->get(), address->length) != 0) {
    auto fault = system_fault(errc::unavailable, "no connection to " + where_.authority());
    socket_.close();
    return fault;
  }
  return {};
}

result<void> http_client::send(std::string_view request) {
  while (!request.empty()) {
    auto sent = ::send(socket_.get(), request.data(), request.size(), MSG_NOSIGNAL);
    if (sent < 0)
      return system_fault(errc::io, "sending to " + where_.authority());
    request.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

result<http_answer> http_client::receive() {
  http_answer answer;
  response_scanner scanner{&answer.body, &answer.head};
  std::array<char, buffer_bytes> buffer{};
  auto made = response_scanner::progress::more;
  while (made == response_scanner::progress::more) {
    auto received = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (received < 0)
      return system_fault(errc::io, "reading from " + where_.authority());
    std::string_view bytes{buffer.data(), static_cast<std::size_t>(received)};
    made = received == 0 ? scanner.end_of_stream() : scanner.scan(bytes);
    if (made == response_scanner::progress::fault)
      return fail(errc::io,
                  where_.authority()
                    + (received == 0 ? " closed the connection before its answer was complete"
                                     : " answered something that is not HTTP"));
  }
  answer.status = scanner.status();
  if (!scanner.keeps_alive())
    socket_.close();
  return answer;
}

} // namespace callboard::bench
