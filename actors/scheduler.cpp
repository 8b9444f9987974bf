#include "actors/scheduler.hpp"

#include <utility>

#include <caf/detail/thread_safe_actor_clock.hpp>
#include <caf/policy/work_sharing.hpp>
#include <caf/scheduler/coordinator.hpp>

namespace callboard::actors {

namespace {

using sharing = caf::scheduler::coordinator<caf::policy::work_sharing>;

/// Passes everything on to the running clock, except the end of actors.
class quiet_clock final : public caf::detail::thread_safe_actor_clock {
public:
  explicit quiet_clock(caf::detail::thread_safe_actor_clock& running) : running_(running) {
    // nop
  }

  void set_ordinary_timeout(time_point t, caf::abstract_actor* self, caf::atom_value type,
                            uint64_t id) override {
    running_.set_ordinary_timeout(t, self, type, id);
  }

  void set_request_timeout(time_point t, caf::abstract_actor* self, caf::message_id id) override {
    running_.set_request_timeout(t, self, id);
  }

  void set_multi_timeout(time_point t, caf::abstract_actor* self, caf::atom_value type,
                         uint64_t id) override {
    running_.set_multi_timeout(t, self, type, id);
  }

  void cancel_ordinary_timeout(caf::abstract_actor* self, caf::atom_value type) override {
    running_.cancel_ordinary_timeout(self, type);
  }

  void cancel_request_timeout(caf::abstract_actor* self, caf::message_id id) override {
    running_.cancel_request_timeout(self, id);
  }

  void cancel_timeouts(caf::abstract_actor*) override {
    // nop
  }

  void schedule_message(time_point t, caf::strong_actor_ptr receiver,
                        caf::mailbox_element_ptr content) override {
    running_.schedule_message(t, std::move(receiver), std::move(content));
  }

  void schedule_message(time_point t, caf::group target, caf::strong_actor_ptr sender,
                        caf::message content) override {
    running_.schedule_message(t, std::move(target), std::move(sender), std::move(content));
  }

  void cancel_all() override {
    running_.cancel_all();
  }

private:
  caf::detail::thread_safe_actor_clock& running_;
};

class quiet_scheduler final : public sharing {
public:
  using sharing::sharing;

  static caf::actor_system::module* make(caf::actor_system& system, caf::detail::type_list<>) {
    return new quiet_scheduler(system);
  }

  caf::detail::thread_safe_actor_clock& clock() noexcept override {
    return quiet_;
  }

private:
  quiet_clock quiet_{sharing::clock()};
};

} // namespace

void use_quiet_scheduler(caf::actor_system_config& config) {
  config.load<quiet_scheduler>();
}

} // namespace callboard::actors
