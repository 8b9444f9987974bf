#include "agents/http/open_sockets.hpp"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

namespace callboard::agents {

void open_sockets::add(const std::string& ends, int socket) {
  forget(socket);
  if (const auto old = sockets_.find(ends); old != sockets_.end())
    ends_.erase(old->second);
  sockets_[ends] = socket;
  ends_[socket] = ends;
}

void open_sockets::remove(int socket) {
  --open_;
  forget(socket);
}

void open_sockets::forget(int socket) {
  const auto node = ends_.extract(socket);
  if (node)
    sockets_.erase(node.mapped());
}

int open_sockets::find(const std::string& ends) const {
  const auto found = sockets_.find(ends);
  return found == sockets_.end() ? -1 : found->second;
}

std::string connection_ends(const char* local_ip, int local_port, const char* remote_ip,
                            int remote_port) {
  return std::string{local_ip} + ' ' + std::to_string(local_port) + ' ' + remote_ip + ' '
         + std::to_string(remote_port);
}

bool has_input(int socket) {
  pollfd watched{.fd = socket, .events = POLLIN, .revents = 0};
  return ::poll(&watched, 1, 0) > 0;
}

int local_port_of(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    return 0;
  if (address.ss_family == AF_INET)
    return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
  if (address.ss_family == AF_INET6)
    return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  return 0;
}

std::uint64_t bytes_received(int socket) {
  tcp_info info{};
  socklen_t size = sizeof(info);
  if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
    return 0;
  return info.tcpi_bytes_received;
}

} // namespace callboard::agents
