#include "bench/load/connection_pool.hpp"

namespace callboard::bench {

connection_pool::connection_pool(std::size_t count, int epoll, connection_owner& owner,
                                 bool keeps_bodies) {
  for (std::size_t i = 0; i < count; ++i)
    connections_.push_back(std::make_unique<connection>(epoll, owner, keeps_bodies));
}

void connection_pool::open_all(const socket_address& to) {
  for (auto& each : connections_)
    each->open(to);
}

void connection_pool::close_all() {
  for (auto& each : connections_)
    each->close();
}

void connection_pool::give_up_late(steady_time time) {
  for (auto& each : connections_)
    if (each->has_waited_since_before(time))
      each->give_up(loss::late);
}

connection& connection_pool::take_ready() {
  auto& taken = *ready_.front();
  ready_.pop_front();
  return taken;
}

std::vector<connection*> connection_pool::take_due(steady_time now) {
  std::vector<connection*> due;
  std::erase_if(broken_, [&](const auto& entry) {
    if (entry.first > now)
      return false;
    due.push_back(entry.second);
    return true;
  });
  return due;
}

} // namespace callboard::bench
