#pragma once

#include <cstddef>
#include <optional>

#include <callboard/error.hpp>
#include <callboard/job.hpp>

namespace callboard::core {

/// Bytes of the texts that a job keeps in memory: what its caller gave, what its agent answered, and why
/// it failed. A text that several of its members share counts once. Names and ids do not count.
std::size_t text_bytes(const job& one) noexcept;

/// The part of it that a job has from the beginning.
std::size_t text_bytes(const job_spec& spec) noexcept;

/// Adds up the texts of a page while its jobs are read, so that reading ends with the first that is too
/// much.
class page_allowance {
public:
  /// @param bytes_max 0: no limit
  explicit page_allowance(std::size_t bytes_max) : bytes_max_(bytes_max) {
    // nop
  }

  /// Errors: `capacity` if the page holds more than is allowed with this job.
  result<void> take(const job& one);

private:
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
};

/// Which jobs `store::load_finished` gives back: it is shown them from the last one that ended on.
class last_ended {
public:
  last_ended(std::size_t limit, std::size_t text_bytes_max)
    : limit_(limit), bytes_max_(text_bytes_max) {
    // nop
  }

  /// Whether the next one is among them. After the first that is not, none is.
  bool take(const job& next);

private:
  std::size_t limit_;
  std::size_t bytes_max_;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
  /// When the last one that was taken ended.
  std::optional<system_time> ended_at_;
};

} // namespace callboard::core
