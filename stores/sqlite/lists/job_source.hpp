#pragma once

#include <callboard/job.hpp>

#include "stores/sqlite/file/connection.hpp"
#include "stores/sqlite/file/statement.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace callboard::sqlite {

/// The ways to walk along jobs that have something in common: an index each. All jobs of a source are
/// in one state.
enum class source_kind : std::uint8_t {
  /// All jobs of a kind, by creation.
  shelf,
  /// Agent jobs of a job type (`name`), by creation.
  job_type,
  /// Agent jobs of a channel (`name`) and a job type (`part`), by creation.
  channel,
  /// Agent jobs with a tag (`name`), by creation.
  tag,
  /// All agent jobs, by the time at which they are due.
  due,
  /// All agent jobs, by their last change.
  update,
};

inline constexpr std::size_t source_kind_count = 6;

/// Jobs that an index holds side by side, in an order.
struct job_source {
  source_kind from = source_kind::shelf;
  job_kind kind = job_kind::message;
  std::string organisation;
  std::string name;
  std::string part;
  job_state state = job_state::pending;
  std::size_t size = 0;
};

/// Which part of a source counts: bounds on the time that it is ordered by, both included.
struct time_bounds {
  std::int64_t from = std::numeric_limits<std::int64_t>::min();
  std::int64_t to = std::numeric_limits<std::int64_t>::max();

  bool are_open() const noexcept {
    return from == std::numeric_limits<std::int64_t>::min()
           && to == std::numeric_limits<std::int64_t>::max();
  }
};

/// What orders jobs in a source, and where the job is.
struct job_place {
  std::int64_t time = 0;
  std::int64_t created_at = 0;
  uuid id;
  std::int64_t row = 0;
};

/// Reads along sources.
class source_reader {
public:
  explicit source_reader(connection& db) : db_{db} {
    // nop
  }

  /// How many jobs of a source lie within the bounds. Errors: `io`.
  result<std::size_t> count(const job_source& from, const time_bounds& within);

  /// Appends the places that come after one in the wanted direction, at most `limit`. Errors: `io`.
  result<void> read(const job_source& from, const time_bounds& within, bool is_descending,
                    const job_place& after, std::size_t limit, std::vector<job_place>& to);

  /// The place before all others of a walk.
  static job_place before_all(const time_bounds& within, bool is_descending) noexcept;

private:
  connection& db_;
  // Made when they are first needed; walks by direction.
  std::array<std::unique_ptr<statement>, source_kind_count> counts_;
  std::array<std::array<std::unique_ptr<statement>, 2>, source_kind_count> walks_;
};

} // namespace callboard::sqlite
