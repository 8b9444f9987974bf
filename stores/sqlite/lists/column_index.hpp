#pragma once

#include <callboard/store.hpp>

#include "stores/sqlite/file/connection.hpp"
#include "stores/sqlite/lists/column_scan.hpp"
#include "stores/sqlite/lists/id_index.hpp"
#include "stores/sqlite/lists/string_dictionary.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace callboard::sqlite {

/// What the lists of agent jobs look at.
struct column_entry {
  uuid id;
  std::uint64_t version = 0;
  std::string_view organisation;
  std::string_view job_type_id;
  std::string_view channel_code;
  std::vector<std::string> tags;
  job_state state = job_state::pending;
  system_time created_at;
  system_time due_at;
  system_time updated_at;
};

/// What commits do to agent jobs. `erased` may name others, too.
struct column_changes {
  std::vector<job_ptr> snapshots;
  std::vector<uuid> erased;
};

/// All agent jobs of a store by what they are filtered and ordered by, in memory: some 70 bytes each.
/// Finds a page by looking at all of them, so that no filter and no order is dear.
class column_index {
public:
  column_index() : slots_{jobs_.id} {
    // nop
  }

  /// How many agent jobs there are. Errors: `io`.
  static result<std::size_t> count_jobs(connection& db);

  /// Reads all agent jobs, within a transaction.
  /// @param jobs how many there are, for the room that they take.
  /// @param goes_on asked every thousand jobs; false gives up.
  /// Returns null if it gave up. Errors: `io`.
  static result<std::unique_ptr<column_index>> load(connection& db, std::size_t jobs,
                                                    const std::function<bool()>& goes_on);

  /// Notes a snapshot, unless it is no agent job's or not newer than what is there.
  void put(const job& snapshot);
  void erase(const uuid& id);
  /// Notes all of them. A second time it changes nothing, if all that came since is noted again, too.
  void apply(const column_changes& changes);

  /// How many agent jobs it holds.
  std::size_t size() const noexcept {
    return jobs_.id.size();
  }

  /// What a query for agent jobs finds.
  column_page find(const job_query& query);

  /// Whether names of jobs that are gone take so much room that a new column index were better.
  bool is_worn() const noexcept {
    return erased_ > jobs_.id.size() + worn_after;
  }

private:
  /// Erased jobs that are not worth a thought.
  static constexpr std::size_t worn_after = 100'000;

  void put(const column_entry& entry);
  std::uint32_t tag_set(const std::vector<std::string>& tags);
  /// Nothing: no job has all that is asked for.
  std::optional<column_filter> filter_of(const job_query& query) const;

  index_columns jobs_;
  id_index slots_;
  string_dictionary organisations_;
  string_dictionary job_types_;
  string_dictionary channels_;
  string_dictionary tags_;
  /// Numbers of tags, ascending, to the number of the set.
  std::map<std::vector<std::uint32_t>, std::uint32_t> tag_sets_;
  /// The sets that a tag is in, by its number.
  std::vector<std::vector<std::uint32_t>> sets_with_;
  std::size_t erased_ = 0;
};

} // namespace callboard::sqlite
