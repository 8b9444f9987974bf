#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>

#include "http/pipeline/connection_output.hpp"
#include "http/pipeline/unsent_budget.hpp"
#include "sync/mutex.hpp"

namespace callboard::http {

/// What large answers of a server have to pass: `unsent_budget` for all its threads, and the way from
/// its verdicts to the connections. Must outlive its places. All members may be called from any thread.
class backpressure {
public:
  using importance = unsent_budget::importance;

  /// What a large answer counts as, from its admission until it goes. To be kept with its bytes.
  class place {
  public:
    place(backpressure& of, unsent_budget::number answer) noexcept : of_(of), answer_(answer) {
      // nop
    }

    place(const place&) = delete;
    place& operator=(const place&) = delete;
    ~place();

    /// The answer is about to be handed to its connection. At most once, before that is done.
    void begin(std::shared_ptr<connection_output> to);

  private:
    friend class backpressure;

    backpressure& of_;
    const unsent_budget::number answer_;
    std::shared_ptr<connection_output> to_;
  };

  struct admission {
    bool is_admitted = true;
    /// Null: too small to count, or refused.
    std::shared_ptr<place> counted;
  };

  explicit backpressure(std::size_t bytes_max);

  /// Asks for room, and ends connections that do not read if that makes some.
  /// @param had what the answer has counted as while its size was not known yet; may be null
  admission admit(std::size_t bytes, importance matters, std::shared_ptr<place> had = nullptr);

  /// The client has taken something.
  void progress(unsent_budget::number answer);

  /// Most bytes of large answers that are held.
  std::size_t bytes_max() const noexcept {
    return bytes_max_;
  }

  /// Bytes of large answers that are held.
  std::size_t bytes() const;

private:
  void release(const place& over) noexcept;

  const std::size_t bytes_max_;
  mutable sync::mutex mutex_;
  unsent_budget answers_ GUARDED_BY(mutex_);
  std::unordered_map<unsent_budget::number, std::weak_ptr<connection_output>> outputs_
    GUARDED_BY(mutex_);
  unsent_budget::number last_ GUARDED_BY(mutex_) = 0;
};

} // namespace callboard::http
