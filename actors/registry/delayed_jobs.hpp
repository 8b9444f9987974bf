#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <callboard/time.hpp>

#include "actors/calls.hpp"
#include "core/jobs/organisation_counts.hpp"

namespace callboard::actors {

class outbox;

/// How far ahead delayed jobs are loaded from a durable store: beyond, they take no memory, and the store
/// has to be asked seldom.
inline constexpr std::chrono::minutes delayed_horizon{10};

/// Holds the jobs that delayed jobs become when they come back.
class delayed_job_home {
public:
  virtual ~delayed_job_home() = default;

  virtual bool holds(const uuid& id) const = 0;

  /// Takes a job back that was left to the store.
  virtual void adopt(const job_ptr& record) = 0;

  /// Leaves the job to the store again if nothing wants it, and it is held at all.
  virtual void release(const uuid& id) = 0;
};

/// Agent jobs that are due beyond the horizon and that a durable store alone holds. They are loaded when
/// the horizon reaches them, or when a call asks for one.
class delayed_jobs {
public:
  /// What to do with a call once the job that it means is held.
  using resume = std::function<void(const job_call_ptr& call)>;

  /// @param out must outlive this.
  explicit delayed_jobs(outbox& out) : out_(out) {
    // nop
  }

  /// Begins with what the store holds for `horizon` or later. To be called before all else.
  /// @param home must outlive this. @param loads whether the store is durable; else it is never asked.
  void begin(delayed_job_home& home, core::organisation_counts held, system_time horizon,
             bool loads);

  /// Jobs that only the store holds.
  std::size_t size() const noexcept {
    return counts_.total();
  }

  /// Those of an organisation.
  std::size_t size_of(std::string_view organisation) const noexcept {
    return counts_.of(organisation);
  }

  /// Whether a job is due so late that the store alone need hold it.
  bool is_far(const callboard::job& one) const noexcept;

  /// The store alone holds this job from now on.
  void leave(const callboard::job& one);

  /// The job is held here again.
  void take(const callboard::job& one);

  /// Has the store look up the job that a call means: one that waits for its time is taken back, and the
  /// call resumed; any other answers the call as it is.
  /// @param is_cancel whether the call cancels the job; else it waits for its end.
  void fetch(const job_call_ptr& call, bool is_cancel, resume then);

  /// Whether the store is looking jobs up for calls.
  bool is_fetching() const noexcept {
    return !fetches_.empty();
  }

  /// When to call `load`; none without a durable store, and while it is loading.
  std::optional<steady_time> next_load() const noexcept {
    return next_load_;
  }

  /// Moves the horizon on and loads what comes within it.
  void load();

  /// The wall clock was set forward: loads as soon as possible.
  void hurry();

  /// The engine ends: no job is taken back any more.
  void stop() noexcept {
    is_stopped_ = true;
  }

private:
  struct fetching_call {
    job_call_ptr call;
    bool is_cancel = false;
    resume then;
  };

  void on_fetched(const uuid& id, const found_job& found);
  void load_page(system_time until);
  void on_loaded(const loaded_jobs& loaded, system_time until);
  void load_after(std::chrono::nanoseconds wait);

  outbox& out_;
  delayed_job_home* home_ = nullptr;
  bool is_stopped_ = false;
  core::organisation_counts counts_;
  /// Jobs due before this are held.
  system_time horizon_;
  /// From where to load on.
  due_place load_from_;
  std::optional<steady_time> next_load_;
  std::unordered_map<uuid, std::vector<fetching_call>> fetches_;
};

} // namespace callboard::actors
