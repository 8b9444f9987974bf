#include "agents/http/http_loop.hpp"

#include "agents/pipe_signal.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

namespace callboard::agents {

namespace {

using namespace std::chrono_literals;

/// Orders, waiting requests and timers that are seen to before sockets are looked at again: however much
/// comes at once, no answer waits longer than that takes.
constexpr std::size_t orders_per_turn = 100;
constexpr std::size_t timers_per_turn = 500;

/// How long a lane without a transfer is kept. Its connections are too old to be used by then.
constexpr auto lane_unused_max = 5s;

/// Between two looks for descriptors.
constexpr auto probe_interval = 100ms;

/// Of the event that wakes the loop; the numbers of lanes are small.
constexpr std::uint64_t wake_data = std::numeric_limits<std::uint64_t>::max();

steady_time clock_now() {
  return std::chrono::steady_clock::now();
}

} // namespace

http_loop::http_loop(address_policy policy, std::string ca_bundle, std::size_t connections_max)
  : context_(std::move(policy), std::move(ca_bundle)),
    orders_(std::make_shared<order_queue<order>>()),
    names_(tell_by(orders_)),
    budget_(connections_max),
    unnamed_(timers_, [](transfer_ptr late) { late->fail(http_fault::no_connection); }),
    queued_(timers_, [](transfer_ptr late) { late->fail(http_fault::no_connection); }) {
  epoll_data_t data{};
  data.u64 = wake_data;
  events_.add(orders_->event(), EPOLLIN, data);
  looks_[0].run = [this] { close_unused_lanes(); };
  looks_[1].run = [this] {
    if (budget_.probe())
      timers_.arm(looks_[1], clock_now() + probe_interval);
  };
}

host_names::found_handler http_loop::tell_by(order_queue_ptr orders) {
  return [orders = std::move(orders)](host_addresses found) { orders->put(std::move(found)); };
}

http_loop::request_id http_loop::post(http_request request, response_handler done) {
  const auto id = ++last_id_;
  orders_->put(std::make_unique<http_transfer>(id, std::move(request), context_, std::move(done)));
  return id;
}

void http_loop::abort(request_id id) {
  orders_->put(id);
}

void http_loop::stop() {
  orders_->stop();
}

void http_loop::run() {
  // libcurl is told to leave signals alone, and OpenSSL writes without a thought of them.
  block_pipe_signal();
  while (!orders_->is_stopping()) {
    for (auto& next : orders_->take(orders_per_turn))
      std::visit([this](auto& what) { follow(std::move(what)); }, next);
    begin_waiting();
    run_due(timers_, clock_now(), timers_per_turn);
    wait_for_events();
  }
  end_all();
}

void http_loop::follow(transfer_ptr transfer) {
  // Who came before goes before.
  if (queued_.is_empty() && budget_.may_begin())
    begin(std::move(transfer));
  else
    wait_for_descriptor(std::move(transfer));
}

void http_loop::follow(request_id aborted) {
  if (!remove(aborted) && !unnamed_.take(aborted))
    queued_.take(aborted);
}

void http_loop::follow(const host_addresses& found) {
  if (found.is_out_of_descriptors)
    note_shortage();
  for (const auto id : names_.note(found, clock_now())) {
    auto transfer = unnamed_.take(id);
    if (!transfer)
      continue;
    if (found.is_out_of_descriptors)
      wait_for_descriptor(std::move(transfer));
    else if (found.addresses.empty())
      transfer->fail(http_fault::unknown_host);
    else if (budget_.may_begin())
      connect(std::move(transfer), &found.addresses, clock_now());
    else
      wait_for_descriptor(std::move(transfer));
  }
}

void http_loop::begin_waiting() {
  for (std::size_t n = 0; n < orders_per_turn && !queued_.is_empty() && budget_.may_begin(); ++n)
    begin(queued_.take_first());
}

void http_loop::begin(transfer_ptr transfer) {
  const auto begun_at = clock_now();
  const std::string* addresses = nullptr;
  transfer->begin_to_reach(begun_at);
  if (transfer->host().is_to_be_looked_up) {
    addresses = names_.find(transfer->host().name, transfer->id(), begun_at);
    if (!addresses) {
      const auto reach_by = transfer->reach_by();
      const auto until = std::min(transfer->deadline().value_or(reach_by), reach_by);
      unnamed_.put(std::move(transfer), until);
      return;
    }
  }
  connect(std::move(transfer), addresses, begun_at);
}

void http_loop::connect(transfer_ptr transfer, const std::string* addresses, steady_time now) {
  auto& lane = lane_with_room();
  if (transfer->prepare(lane.sockets(), addresses, now))
    run_in(lane, std::move(transfer));
  else
    transfer->fail(http_fault::other);
}

void http_loop::run_in(http_lane& lane, transfer_ptr transfer) {
  if (!lane.add(*transfer)) {
    transfer->fail(http_fault::other);
    return;
  }
  budget_.begin();
  lane.keep_idle(idle_max_of(lane));
  const auto id = transfer->id();
  running_.emplace(id, running_transfer{std::move(transfer), &lane});
}

void http_loop::wait_for_descriptor(transfer_ptr transfer) {
  const auto until = transfer->deadline();
  queued_.put(std::move(transfer), until);
}

void http_loop::note_shortage() {
  budget_.note_shortage();
  timers_.arm(looks_[1], clock_now() + probe_interval);
}

void http_loop::wait_for_events() {
  const bool has_more = (!queued_.is_empty() && budget_.may_begin()) || !orders_->fall_asleep();
  for (const auto& event : events_.wait(has_more ? steady_time{} : next_due(timers_))) {
    if (event.data.u64 == wake_data) {
      orders_->reset_event();
      continue;
    }
    constexpr auto number_bits = 32;
    auto& lane = *lanes_[event.data.u64 >> number_bits];
    lane.act_on(static_cast<int>(event.data.u64 & std::numeric_limits<std::uint32_t>::max()),
                event.events);
    finish_ended(lane);
  }
}

void http_loop::finish_ended(http_lane& lane) {
  while (const auto ended = lane.next_ended()) {
    auto transfer = remove(ended->transfer.id());
    if (transfer->renew()) {
      run_in(lane, std::move(transfer));
    } else if (transfer->lacks_descriptor(ended->code)) {
      note_shortage();
      wait_for_descriptor(std::move(transfer));
    } else {
      transfer->finish(ended->code);
    }
  }
}

http_loop::transfer_ptr http_loop::remove(request_id id) {
  auto node = running_.extract(id);
  if (!node)
    return nullptr;
  auto& [transfer, lane] = node.mapped();
  lane->remove(*transfer, clock_now());
  budget_.end();
  lane->keep_idle(idle_max_of(*lane));
  return std::move(transfer);
}

void http_loop::end_all() {
  while (!running_.empty())
    remove(running_.begin()->first)->fail(http_fault::stopped);
  for (auto* waiting : {&unnamed_, &queued_})
    while (auto transfer = waiting->take_first())
      transfer->fail(http_fault::stopped);
  for (auto& next : orders_->take(std::numeric_limits<std::size_t>::max()))
    if (auto* transfer = std::get_if<transfer_ptr>(&next))
      (*transfer)->fail(http_fault::stopped);
  lanes_.clear();
}

http_lane& http_loop::lane_with_room() {
  auto free = lanes_.end();
  for (auto at = lanes_.begin(); at != lanes_.end(); ++at) {
    if (*at && (*at)->has_room())
      return **at;
    if (!*at && free == lanes_.end())
      free = at;
  }
  if (free == lanes_.end())
    free = lanes_.emplace(lanes_.end());
  const auto number = static_cast<std::uint32_t>(free - lanes_.begin());
  *free = std::make_unique<http_lane>(events_, timers_, number, [this, number] {
    lanes_[number]->act_on_time();
    finish_ended(*lanes_[number]);
  });
  if (looks_[0].slot == core::timer_node::not_armed)
    timers_.arm(looks_[0], clock_now() + lane_unused_max);
  return **free;
}

std::size_t http_loop::idle_max_of(const http_lane& lane) const {
  std::size_t others = 0;
  for (const auto& other : lanes_)
    if (other && other.get() != &lane)
      others += other->idle();
  return budget_.idle_max() - std::min(others, budget_.idle_max());
}

void http_loop::close_unused_lanes() {
  const auto looked_at = clock_now();
  bool has_lanes = false;
  for (auto& lane : lanes_) {
    if (lane && lane->running() == 0 && lane->used_at() + lane_unused_max <= looked_at)
      lane.reset();
    has_lanes = has_lanes || lane;
  }
  if (has_lanes)
    timers_.arm(looks_[0], looked_at + lane_unused_max);
}

} // namespace callboard::agents
