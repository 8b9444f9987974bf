#include "tests/bench/load/scripted_server.hpp"

#include <array>
#include <optional>
#include <stdexcept>
#include <utility>

#include <netinet/in.h>
#include <sys/socket.h>

namespace callboard::bench {

namespace {

/// Takes one whole request off the front of `input`; no value while it is incomplete.
std::optional<std::string> take_request(std::string& input) {
  auto end = input.find("\r\n\r\n");
  if (end == std::string::npos)
    return std::nullopt;
  auto size = end + 4;
  constexpr std::string_view length_field = "Content-Length: ";
  if (auto field = input.find(length_field); field < end)
    size += std::stoul(input.substr(field + length_field.size()));
  if (input.size() < size)
    return std::nullopt;
  auto request = input.substr(0, size);
  input.erase(0, size);
  return request;
}

} // namespace

scripted_server::scripted_server(std::function<reply(const std::string&, std::size_t)> script)
  : script_(std::move(script)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_.get(), generic, length) != 0 || ::listen(listener_.get(), SOMAXCONN) != 0
      || ::getsockname(listener_.get(), generic, &length) != 0)
    throw std::runtime_error{"no port to listen on"};
  port_ = ntohs(address.sin_port);
  accepting_ = std::jthread{[this] { accept_all(); }};
}

scripted_server::~scripted_server() {
  ::shutdown(listener_.get(), SHUT_RDWR);
  accepting_.join();
  {
    std::lock_guard guard{mutex_};
    for (auto fd : open_)
      ::shutdown(fd, SHUT_RDWR);
  }
  serving_.clear();
}

void scripted_server::accept_all() {
  while (true) {
    auto fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0)
      return;
    ++connections_;
    std::lock_guard guard{mutex_};
    open_.push_back(fd);
    serving_.emplace_back([this, fd] { serve(fd); });
  }
}

void scripted_server::serve(int fd) {
  std::string input;
  std::array<char, 4096> buffer{};
  auto then = after::keep;
  while (then == after::keep) {
    auto received = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (received <= 0)
      break;
    input.append(buffer.data(), static_cast<std::size_t>(received));
    while (auto request = take_request(input)) {
      auto made = script_(*request, requests_++);
      ::send(fd, made.bytes.data(), made.bytes.size(), MSG_NOSIGNAL);
      then = made.then;
      if (then != after::keep)
        break;
    }
  }
  if (then == after::reset) {
    // To close without lingering sends RST in place of FIN.
    const linger at_once{1, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  }
  std::lock_guard guard{mutex_};
  std::erase(open_, fd);
  descriptor{fd}.close();
}

std::string answer(int status, const std::string& body, const std::string& fields) {
  return "HTTP/1.1 " + std::to_string(status) + " Text\r\n" + fields
         + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

} // namespace callboard::bench
