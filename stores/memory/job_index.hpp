#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <queue>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <callboard/store.hpp>

namespace callboard::memory {

/// The one place that owns a job's newest snapshot. Its address stays the same.
struct entry {
  // A newer snapshot takes the place of the older one; the id, which is the key, stays the same.
  mutable job_ptr snapshot;
};

/// Where a job stands in a list: by creation, then by id.
bool is_older(const job& left, const job& right) noexcept;

struct creation_order {
  bool operator()(const entry* left, const entry* right) const noexcept {
    return is_older(*left->snapshot, *right->snapshot);
  }
};

/// Jobs of one state, oldest first.
using job_order = std::set<const entry*, creation_order>;

/// Jobs that have something in common, by state. Every list is a merge of some of these, so that a
/// page costs what it shows and every count is a size.
struct state_list {
  std::array<job_order, job_state_count> by_state;

  job_order& of(job_state state) noexcept {
    return by_state[static_cast<std::size_t>(state)];
  }

  const job_order& of(job_state state) const noexcept {
    return by_state[static_cast<std::size_t>(state)];
  }

  std::size_t size() const noexcept;
};

/// One organisation's jobs of one kind: all of them, and agent jobs by what lists are narrowed by.
class job_index {
public:
  const state_list& all() const noexcept {
    return all_;
  }

  /// Puts a job in. Jobs come in the order of their creation, more or less.
  void add(const entry& one);

  /// Takes a job out.
  void remove(const entry& one);

  /// Gives a job its next snapshot.
  void change(const entry& one, job_ptr next);

  /// The shelves that hold all jobs that a query asks for, and as few others as can be; for several
  /// tags one each, so that a job may be found more than once.
  std::vector<const state_list*> narrowest(const job_query& query) const;

private:
  using shelves = std::map<std::string, state_list, std::less<>>;

  template <class Visit>
  void for_each_list(const job& one, Visit visit);

  state_list all_;
  shelves by_type_;
  shelves by_channel_;
  shelves by_tag_;
};

/// Walks several orders as one, newest first.
class newest_first {
public:
  void add(const job_order& order) {
    if (!order.empty())
      heads_.push({order.rbegin(), order.rend()});
  }

  /// The next job; null when there is none left.
  const entry* next();

private:
  struct head {
    job_order::const_reverse_iterator at;
    job_order::const_reverse_iterator end;

    bool operator<(const head& other) const noexcept {
      return creation_order{}(*at, *other.at);
    }
  };

  std::priority_queue<head> heads_;
};

} // namespace callboard::memory
