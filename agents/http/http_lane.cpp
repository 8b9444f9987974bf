#include "agents/http/http_lane.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace callboard::agents {

http_lane::http_lane(epoll_set& events, loop_timers& timers, std::uint32_t number,
                     std::function<void()> on_due)
  : events_(events),
    timers_(timers),
    number_(number),
    multi_(curl_multi_init()),
    used_at_(std::chrono::steady_clock::now()) {
  if (!multi_)
    throw std::runtime_error("the HTTP client library cannot be set up");
  timer_.run = std::move(on_due);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &http_lane::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &http_lane::on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
}

http_lane::~http_lane() {
  curl_multi_cleanup(multi_);
  timers_.disarm(timer_);
}

std::size_t http_lane::idle() const noexcept {
  return sockets_.open() - std::min(sockets_.open(), running_);
}

bool http_lane::add(http_transfer& transfer) {
  if (curl_multi_add_handle(multi_, transfer.handle()) != CURLM_OK)
    return false;
  ++running_;
  return true;
}

void http_lane::remove(http_transfer& transfer, steady_time now) {
  curl_multi_remove_handle(multi_, transfer.handle());
  --running_;
  used_at_ = now;
}

void http_lane::keep_idle(std::size_t connections) {
  // libcurl counts those in use as well, and takes 0 as "no limit".
  const auto kept = std::max<std::size_t>(running_ + connections, 1);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(kept));
}

void http_lane::act_on(int socket, std::uint32_t events) {
  int mask = 0;
  if ((events & EPOLLIN) != 0)
    mask |= CURL_CSELECT_IN;
  if ((events & EPOLLOUT) != 0)
    mask |= CURL_CSELECT_OUT;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0)
    mask |= CURL_CSELECT_IN | CURL_CSELECT_ERR;
  int running = 0;
  curl_multi_socket_action(multi_, socket, mask, &running);
}

void http_lane::act_on_time() {
  int running = 0;
  curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
}

std::optional<http_lane::ended_transfer> http_lane::next_ended() {
  int left = 0;
  while (const auto* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE)
      continue;
    // The message is gone once its handle is removed.
    const auto code = message->data.result;
    http_transfer* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    return ended_transfer{*transfer, code};
  }
  return std::nullopt;
}

int http_lane::on_socket(CURL* /*handle*/, curl_socket_t socket, int what, void* self,
                         void* known) {
  auto& lane = *static_cast<http_lane*>(self);
  if (what == CURL_POLL_REMOVE) {
    lane.events_.remove(socket);
    return 0;
  }
  std::uint32_t events = 0;
  if ((what & CURL_POLL_IN) != 0)
    events |= EPOLLIN;
  if ((what & CURL_POLL_OUT) != 0)
    events |= EPOLLOUT;
  constexpr auto number_bits = 32;
  epoll_data_t data{};
  data.u64 = (std::uint64_t{lane.number_} << number_bits) | static_cast<std::uint32_t>(socket);
  if (known) {
    lane.events_.change(socket, events, data);
  } else {
    lane.events_.add(socket, events, data);
    curl_multi_assign(lane.multi_, socket, &lane);
  }
  return 0;
}

int http_lane::on_timer(CURLM* /*multi*/, long after_ms, void* self) {
  auto& lane = *static_cast<http_lane*>(self);
  if (after_ms < 0)
    lane.timers_.disarm(lane.timer_);
  else
    lane.timers_.arm(lane.timer_,
                     std::chrono::steady_clock::now() + std::chrono::milliseconds{after_ms});
  return 0;
}

} // namespace callboard::agents
