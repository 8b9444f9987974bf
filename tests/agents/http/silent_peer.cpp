#include "tests/agents/http/silent_peer.hpp"

#include "tests/support/counter.hpp"

#include <array>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <unordered_map>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace callboard::test {

struct silent_peer::state {
  state() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    if (bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0
        || listen(listener, SOMAXCONN) != 0
        || getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("the test cannot listen on the loopback interface");
    port = ntohs(address.sin_port);
    watch(listener);
    watch(end_event);
    worker = std::thread{[this] { run(); }};
  }

  ~state() {
    end();
    close(epoll);
    close(end_event);
  }

  void end() {
    if (!worker.joinable())
      return;
    eventfd_write(end_event, 1);
    worker.join();
  }

  void watch(int descriptor) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = descriptor;
    epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
  }

  void run() {
    std::array<epoll_event, 64> events;
    while (true) {
      const int count = epoll_wait(epoll, events.data(), events.size(), -1);
      for (int n = 0; n < count; ++n) {
        const int descriptor = events[static_cast<std::size_t>(n)].data.fd;
        if (descriptor == end_event) {
          reset_all();
          return;
        }
        if (descriptor == listener)
          accept_one();
        else
          serve(descriptor);
      }
    }
  }

  void accept_one() {
    const int socket = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (socket < 0)
      return;
    received[socket];
    watch(socket);
    accepted.add();
  }

  void serve(int socket) {
    std::array<char, 4096> bytes;
    const auto count = recv(socket, bytes.data(), bytes.size(), 0);
    if (count <= 0) {
      received.erase(socket);
      close(socket);
      closed.add();
      return;
    }
    auto& text = received[socket];
    text.append(bytes.data(), static_cast<std::size_t>(count));
    // The body of each request here is "{}".
    if (!text.ends_with("\r\n\r\n{}"))
      return;
    if (text.starts_with("POST /hold")) {
      held.add();
    } else {
      constexpr std::string_view answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
      ::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL);
    }
    text.clear();
  }

  void reset_all() {
    close(listener);
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    for (const auto& [socket, text] : received) {
      setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
      close(socket);
    }
    received.clear();
  }

  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  const int end_event = eventfd(0, EFD_CLOEXEC);
  int port = 0;
  counter accepted;
  counter held;
  counter closed;
  /// By connection; used by the worker.
  std::unordered_map<int, std::string> received;
  std::thread worker;
};

silent_peer::silent_peer() : state_(std::make_unique<state>()) {
  // nop
}

silent_peer::~silent_peer() = default;

std::string silent_peer::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(state_->port) + path;
}

std::size_t silent_peer::connections() const {
  return state_->accepted.value();
}

void silent_peer::await_held(std::size_t count) {
  state_->held.await(count);
}

void silent_peer::await_closed(std::size_t count) {
  state_->closed.await(count);
}

void silent_peer::die() {
  state_->end();
}

} // namespace callboard::test
