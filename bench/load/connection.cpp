#include "bench/load/connection.hpp"

#include <cerrno>
#include <utility>

#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace callboard::bench {

connection::connection(int epoll, connection_owner& owner, bool keeps_bodies)
  : epoll_(epoll), owner_(owner), scanner_(keeps_bodies ? &body_ : nullptr) {
}

void connection::open(const socket_address& to) {
  auto family = to.storage.ss_family;
  socket_ = descriptor{::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  state_ = state::connecting;
  scanner_.reset();
  body_.clear();
  unsent_.clear();
  if (!socket_.is_open()) {
    give_up(loss::refused);
    return;
  }
  const int on = 1;
  ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT;
  event.data.ptr = this;
  is_watched_for_writing_ = true;
  if (::connect(socket_.get(), to.get(), to.length) != 0 && errno != EINPROGRESS) {
    give_up(loss::refused);
    return;
  }
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket_.get(), &event);
}

void connection::close() {
  socket_.close(); // That takes it off the epoll instance, too.
  state_ = state::closed;
  in_flight_.clear();
  unsent_.clear();
}

void connection::give_up(loss why) {
  auto requests = in_flight_.size();
  close();
  owner_.on_closed(*this, why, requests);
}

void connection::send(std::string_view request, steady_time intended, steady_time now) {
  in_flight_.push_back({intended, now});
  if (!unsent_.empty()) {
    unsent_.append(request);
    return;
  }
  auto sent = ::send(socket_.get(), request.data(), request.size(), MSG_NOSIGNAL);
  // A broken connection shows as an event as well and is dealt with there.
  auto taken = sent < 0 ? 0 : static_cast<std::size_t>(sent);
  if (taken < request.size()) {
    unsent_ = request.substr(taken);
    watch(true);
  }
}

void connection::flush() {
  auto sent = ::send(socket_.get(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
  if (sent > 0)
    unsent_.erase(0, static_cast<std::size_t>(sent));
  if (unsent_.empty())
    watch(false);
}

void connection::watch(bool for_writing) {
  if (is_watched_for_writing_ == for_writing)
    return;
  is_watched_for_writing_ = for_writing;
  epoll_event event{};
  event.events = for_writing ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.ptr = this;
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, socket_.get(), &event);
}

void connection::on_events(std::uint32_t events, std::span<char> buffer) {
  if (state_ == state::connecting) {
    on_connect_outcome();
    return;
  }
  if (state_ == state::connected && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
    on_readable(buffer);
  if (state_ == state::connected && (events & EPOLLOUT) != 0 && !unsent_.empty())
    flush();
}

void connection::on_connect_outcome() {
  int fault = 0;
  socklen_t size = sizeof(fault);
  ::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &fault, &size);
  if (fault != 0) {
    give_up(loss::refused);
    return;
  }
  state_ = state::connected;
  watch(false);
  owner_.on_room(*this);
}

void connection::on_readable(std::span<char> buffer) {
  auto received = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
  if (received > 0)
    on_bytes({buffer.data(), static_cast<std::size_t>(received)});
  else if (received == 0)
    on_end_of_stream();
  else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
    give_up(loss::reset);
}

void connection::on_bytes(std::string_view bytes) {
  while (!bytes.empty() && state_ == state::connected) {
    auto made = scanner_.scan(bytes);
    if (made == response_scanner::progress::more)
      return;
    // A response without a request: the stream is out of step.
    if (made == response_scanner::progress::fault || in_flight_.empty()) {
      give_up(loss::malformed);
      return;
    }
    answered();
    if (scanner_.keeps_alive())
      owner_.on_room(*this);
    else
      give_up(loss::closed);
  }
}

void connection::answered() {
  auto mark = in_flight_.front();
  in_flight_.pop_front();
  owner_.on_answer(scanner_.status(), body_, mark.intended);
  body_.clear();
}

void connection::on_end_of_stream() {
  if (scanner_.is_within_answer() && !in_flight_.empty()
      && scanner_.end_of_stream() == response_scanner::progress::answer)
    answered();
  give_up(loss::closed);
}

} // namespace callboard::bench
