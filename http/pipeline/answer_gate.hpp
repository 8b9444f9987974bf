#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "http/pipeline/outlet.hpp"
#include "http/pipeline/unsent_answers.hpp"

namespace callboard::http {

/// What large answers of a server have to pass: `unsent_answers` for all its threads, and the way from
/// its verdicts to the connections. Must outlive its places. All members may be called from any thread.
class answer_gate {
public:
  using importance = unsent_answers::importance;

  /// What a large answer counts as, from its admission until it goes. To be kept with its bytes.
  class place {
  public:
    place(answer_gate& of, unsent_answers::number answer) noexcept : of_(of), answer_(answer) {
      // nop
    }

    place(const place&) = delete;
    place& operator=(const place&) = delete;
    ~place();

    /// The answer is about to be handed to its connection. At most once, before that is done.
    void begin(std::shared_ptr<outlet> to);

  private:
    friend class answer_gate;

    answer_gate& of_;
    const unsent_answers::number answer_;
    std::shared_ptr<outlet> to_;
  };

  struct admission {
    bool is_admitted = true;
    /// Null: too small to count, or refused.
    std::shared_ptr<place> counted;
  };

  explicit answer_gate(std::size_t bytes_max);

  /// Asks for room, and ends connections that do not read if that makes some.
  /// @param had what the answer has counted as while its size was not known yet; may be null
  admission admit(std::size_t bytes, importance matters, std::shared_ptr<place> had = nullptr);

  /// The client has taken something.
  void progress(unsent_answers::number answer);

  /// Most bytes of large answers that are held.
  std::size_t bytes_max() const noexcept {
    return bytes_max_;
  }

  /// Bytes of large answers that are held.
  std::size_t bytes() const;

private:
  void release(const place& over) noexcept;

  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  unsent_answers answers_;
  std::unordered_map<unsent_answers::number, std::weak_ptr<outlet>> outlets_;
  unsent_answers::number last_ = 0;
};

} // namespace callboard::http
