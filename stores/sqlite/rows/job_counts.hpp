#pragma once

#include <callboard/job.hpp>

#include "stores/sqlite/file/connection.hpp"
#include "stores/sqlite/file/statement.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace callboard::sqlite {

/// What agent jobs are counted by, besides their state; the numbers are what files hold.
enum class facet : std::uint8_t { job_type, channel, tag };

/// What a job is counted under, whatever its state.
struct counted_job {
  job_kind kind = job_kind::message;
  std::string_view organisation;
  /// These for kind `agent` alone.
  std::string_view job_type_id;
  std::string_view channel_code;
  /// Each once.
  std::vector<std::string> tags;
};

/// What a job of that spec is counted under; views into the spec.
counted_job counted(const job_spec& spec);

/// Keeps the counts of jobs up to date: gathers the changes of a transaction and writes each count
/// that has changed once.
class job_counts {
public:
  explicit job_counts(connection& db);

  /// Forgets what was gathered.
  void begin() noexcept {
    shelves_.clear();
    facets_.clear();
  }

  /// Notes that there is a job more (1) or less (-1) in a state.
  void change(const counted_job& job, job_state state, std::int64_t by);

  /// Errors: `io`.
  result<void> write();

private:
  using shelf = std::tuple<job_kind, std::string, job_state>;
  using facet_place = std::tuple<std::string, facet, std::string, std::string, job_state>;

  void change_facet(std::string_view organisation, facet of, std::string_view name,
                    std::string_view part, job_state state, std::int64_t by);

  statement change_shelf_;
  statement drop_empty_shelf_;
  statement change_facet_;
  statement drop_empty_facet_;
  std::map<shelf, std::int64_t, std::less<>> shelves_;
  std::map<facet_place, std::int64_t, std::less<>> facets_;
};

} // namespace callboard::sqlite
