#pragma once

#include <cstddef>
#include <memory>
#include <unordered_map>

#include "http/pipeline/connection_output.hpp"
#include "http/pipeline/unsent_budget.hpp"
#include "sync/mutex.hpp"

namespace callboard::http {

/// What requests pass that have not come as a whole, and hold memory until they have. How much all of
/// them may hold is bounded by the rule for answers (`unsent_budget`), with requests in their place:
/// when there is no room for more of one, those whose clients have sent nothing for the longest time
/// have to go. All members may be called from any thread.
class arrival_gate {
public:
  /// Requests that hold no more than that do not count: most that come in pieces do not hold more, and
  /// as many as there are connections come to little.
  static constexpr std::size_t small_bytes_max = 4 * 1024;

  /// What the request of one connection counts as. Whoever has one calls it from one thread at a time.
  class place {
  public:
    explicit place(arrival_gate& of) noexcept : of_(of) {
      // nop
    }

    place(const place&) = delete;
    place& operator=(const place&) = delete;
    ~place() {
      release();
    }

    /// Counts what the request holds now. False: there is no room for so much, and it does not count.
    /// @param by told if the request has to go for others
    bool hold(std::size_t bytes, const std::shared_ptr<connection_output>& by);

    /// The request holds nothing any more.
    void release() noexcept;

    /// Whether it is this request that had to go.
    bool is(unsent_budget::number request) const noexcept {
      return counted_ > 0 && request_ == request;
    }

  private:
    arrival_gate& of_;
    unsent_budget::number request_ = 0;
    /// 0: it does not count.
    std::size_t counted_ = 0;
  };

  explicit arrival_gate(std::size_t bytes_max);

  /// Bytes that count.
  std::size_t bytes() const;

private:
  /// A request's size is counted in steps: a body comes in many small pieces.
  static constexpr std::size_t step_bytes = 16 * 1024;

  bool admit(unsent_budget::number& request, std::size_t bytes,
             const std::shared_ptr<connection_output>& by);
  void release(unsent_budget::number request) noexcept;

  mutable sync::mutex mutex_;
  unsent_budget requests_ GUARDED_BY(mutex_);
  std::unordered_map<unsent_budget::number, std::weak_ptr<connection_output>> outputs_
    GUARDED_BY(mutex_);
  unsent_budget::number last_ GUARDED_BY(mutex_) = 0;
};

} // namespace callboard::http
