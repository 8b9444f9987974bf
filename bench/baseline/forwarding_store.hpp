#pragma once

#include <memory>
#include <utility>

#include <callboard/store.hpp>

namespace callboard::bench {

/// Passes all on to another store; what is measured overrides the rest.
class forwarding_store : public store {
public:
  explicit forwarding_store(std::unique_ptr<store> to) : to_{std::move(to)} {
    // nop
  }

  bool is_durable() const noexcept override {
    return to_->is_durable();
  }

  result<void> apply(const store_changes& changes) override {
    return to_->apply(changes);
  }

  result<std::vector<job_ptr>> load_live(system_time due_before) override {
    return to_->load_live(due_before);
  }

  result<std::map<std::string, std::size_t>> count_delayed(system_time due_from) override {
    return to_->count_delayed(due_from);
  }

  result<std::vector<job_ptr>> load_delayed(const due_place& from, system_time until,
                                            std::size_t limit) override {
    return to_->load_delayed(from, until, limit);
  }

  result<std::vector<job_ptr>> load_finished(job_kind kind, std::size_t limit,
                                             std::size_t text_bytes_max) override {
    return to_->load_finished(kind, limit, text_bytes_max);
  }

  result<std::vector<scheduled_job_ptr>> load_schedules() override {
    return to_->load_schedules();
  }

  result<std::vector<session_ptr>> load_sessions() override {
    return to_->load_sessions();
  }

  result<session_message_page> load_messages(const session_message_query& query) override {
    return to_->load_messages(query);
  }

  result<std::vector<history_entry>> load_history(const history_query& query) override {
    return to_->load_history(query);
  }

  result<std::size_t> erase_leftovers(std::size_t limit) override {
    return to_->erase_leftovers(limit);
  }

  result<std::vector<job_ptr>> load_runs(const run_query& query) override {
    return to_->load_runs(query);
  }

  result<std::size_t> erase_runs(std::span<const uuid> schedule_ids, std::size_t keep,
                                 std::size_t limit) override {
    return to_->erase_runs(schedule_ids, keep, limit);
  }

  result<job_ptr> find(const uuid& id) override {
    return to_->find(id);
  }

  result<job_page> query(const job_query& query) override {
    return to_->query(query);
  }

  result<std::size_t> erase_finished(job_kind kind, system_time before,
                                     std::size_t limit) override {
    return to_->erase_finished(kind, before, limit);
  }

private:
  std::unique_ptr<store> to_;
};

} // namespace callboard::bench
