#include "tests/support/fake_peer.hpp"

#include "tests/support/counter.hpp"

#include <array>
#include <cctype>
#include <charconv>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace callboard::test {

namespace {

int listening_socket() {
  const int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (made < 0 || bind(made, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0
      || listen(made, SOMAXCONN) != 0)
    throw std::runtime_error("the test cannot listen on the loopback interface");
  return made;
}

std::uint16_t port_of(int listener) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

std::string lower_case(std::string_view text) {
  std::string made;
  for (const auto c : text)
    made += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return made;
}

fake_peer::request parse_head(std::string_view head) {
  fake_peer::request made;
  const auto line = head.substr(0, head.find("\r\n"));
  const auto first = line.find(' ');
  const auto second = line.find(' ', first + 1);
  made.method = line.substr(0, first);
  made.target = line.substr(first + 1, second - first - 1);
  head.remove_prefix(std::min(head.size(), line.size() + 2));
  while (!head.empty()) {
    const auto field = head.substr(0, head.find("\r\n"));
    head.remove_prefix(std::min(head.size(), field.size() + 2));
    const auto colon = field.find(':');
    if (colon == std::string_view::npos)
      continue;
    auto value = field.substr(colon + 1);
    value.remove_prefix(std::min(value.size(), value.find_first_not_of(' ')));
    made.headers[lower_case(field.substr(0, colon))] = value;
  }
  return made;
}

} // namespace

fake_peer::connection::connection(int socket, int let_go_event, std::function<void()> on_hold)
  : socket_(socket), let_go_event_(let_go_event), on_hold_(std::move(on_hold)) {
  // nop
}

fake_peer::connection::~connection() = default;

bool fake_peer::connection::fill() {
  std::array<char, 65536> bytes;
  const auto count = recv(socket_, bytes.data(), bytes.size(), 0);
  if (count <= 0)
    return false;
  buffer_.append(bytes.data(), static_cast<std::size_t>(count));
  return true;
}

std::optional<fake_peer::request> fake_peer::connection::read() {
  auto end = buffer_.find("\r\n\r\n");
  for (; end == std::string::npos; end = buffer_.find("\r\n\r\n"))
    if (!fill())
      return std::nullopt;
  auto made = parse_head(std::string_view{buffer_}.substr(0, end));
  buffer_.erase(0, end + 4);
  std::size_t size = 0;
  if (const auto at = made.headers.find("content-length"); at != made.headers.end())
    std::from_chars(at->second.data(), at->second.data() + at->second.size(), size);
  while (buffer_.size() < size)
    if (!fill())
      return std::nullopt;
  made.body = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return made;
}

void fake_peer::connection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0)
      return;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void fake_peer::connection::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

bool fake_peer::connection::hold() {
  on_hold_();
  while (true) {
    std::array<pollfd, 2> watched{{{.fd = socket_, .events = POLLIN, .revents = 0},
                                   {.fd = let_go_event_, .events = POLLIN, .revents = 0}}};
    if (poll(watched.data(), watched.size(), -1) < 0)
      continue;
    if (watched[0].revents != 0 && !fill())
      return false;
    if (watched[1].revents != 0)
      return true;
  }
}

struct fake_peer::state {
  explicit state(script what) : run(std::move(what)) {
    // nop
  }

  void accept_all() {
    while (true) {
      const int socket = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0)
        return;
      std::lock_guard guard{mutex};
      if (is_closing) {
        close(socket);
        return;
      }
      sockets.insert(socket);
      accepted.add();
      workers.emplace_back([this, socket] { serve(socket); });
    }
  }

  void serve(int socket) {
    {
      connection talk{socket, let_go_event, [this] { held.add(); }};
      run(talk);
    }
    std::lock_guard guard{mutex};
    sockets.erase(socket);
    close(socket);
    ended.add();
  }

  const script run;
  const int listener = listening_socket();
  const int let_go_event = eventfd(0, EFD_CLOEXEC);
  counter accepted;
  counter held;
  counter ended;
  std::mutex mutex;
  bool is_closing = false;
  std::set<int> sockets;
  std::vector<std::thread> workers;
  std::thread acceptor{[this] { accept_all(); }};
};

fake_peer::fake_peer(script run) : state_(std::make_unique<state>(std::move(run))) {
  // nop
}

fake_peer::~fake_peer() {
  {
    std::lock_guard guard{state_->mutex};
    state_->is_closing = true;
    for (const auto socket : state_->sockets)
      shutdown(socket, SHUT_RDWR);
  }
  shutdown(state_->listener, SHUT_RDWR);
  state_->acceptor.join();
  for (auto& worker : state_->workers)
    worker.join();
  close(state_->listener);
  close(state_->let_go_event);
}

std::uint16_t fake_peer::port() const {
  return port_of(state_->listener);
}

std::string fake_peer::url(std::string_view path) const {
  return "http://127.0.0.1:" + std::to_string(port()) + std::string{path};
}

std::size_t fake_peer::connections() const {
  return state_->accepted.value();
}

void fake_peer::await_held(std::size_t count) {
  state_->held.await(count);
}

void fake_peer::await_ended(std::size_t count) {
  state_->ended.await(count);
}

void fake_peer::let_go() {
  eventfd_write(state_->let_go_event, 1);
}

std::string http_response(int status, std::string_view body, std::string_view more_headers) {
  std::string made = "HTTP/1.1 " + std::to_string(status)
                     + " Status\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  return made.append(more_headers).append("\r\n").append(body);
}

fake_peer::script answer_with(std::function<std::string(const fake_peer::request&)> answer) {
  return [held = std::move(answer)](fake_peer::connection& talk) {
    while (const auto request = talk.read())
      talk.send(held(*request));
  };
}

std::uint16_t closed_port() {
  const int listener = listening_socket();
  const auto port = port_of(listener);
  close(listener);
  return port;
}

} // namespace callboard::test
