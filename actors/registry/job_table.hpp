#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "actors/interfaces.hpp"
#include "actors/registry/agent_directory.hpp"
#include "actors/registry/waiters.hpp"
#include "actors/registry/write_behind.hpp"
#include "core/jobs/text_budget.hpp"
#include "core/timer_heap.hpp"

namespace callboard::actors {

/// What the registry holds of one job. As a timer: a live job's next wake-up, a finished job's end
/// of retention.
struct job_entry : core::timer_node {
  /// Where its newest snapshot stands.
  batch_place batch;
  /// Whether its newest snapshot is terminal, be it visible or not.
  bool is_over = false;
  /// Whether its actor is there: not while it is delayed, nor once it has ended.
  bool has_actor = false;
  /// Null if it is not configured any more.
  listed_agent* agent = nullptr;
  /// What a messaging job counts as in the registry's text budget.
  core::text_share texts{};
  /// What callers see: with a durable store a terminal state only once it is stored.
  job_ptr visible;
  /// The job's actor, for the outbox alone.
  job_actor handle;
  /// Null for none.
  std::unique_ptr<entry_calls> calls;

  /// Lets go of the actor, which has ended or is told to.
  void forget_actor() {
    has_actor = false;
    handle = nullptr;
  }
};

/// The jobs that the registry holds, by id. The registry alone changes it; any thread may look up a
/// snapshot, so that reading a job costs a lock of its own part of the table and no message.
class job_table {
public:
  // -- for any thread ----------------------------------------------------------

  /// What callers see of a job; null if it is not held.
  job_ptr visible(const uuid& id) const {
    const auto& place = shard_of(id);
    const std::lock_guard guard{place.mutex};
    const auto found = place.entries.find(id);
    return found == place.entries.end() ? nullptr : found->second.visible;
  }

  // -- for the registry alone --------------------------------------------------
  // There is no other writer, so reads here need no lock.

  /// Null if the job is not held. The address stays the same until `remove`.
  job_entry* find(const uuid& id) {
    auto& entries = shard_of(id).entries;
    const auto found = entries.find(id);
    return found == entries.end() ? nullptr : &found->second;
  }

  job_entry& add(job_ptr visible) {
    const auto& id = visible->spec->id;
    auto& place = shard_of(id);
    const std::lock_guard guard{place.mutex};
    auto& entry = place.entries[id];
    entry.visible = std::move(visible);
    return entry;
  }

  void show(job_entry& entry, job_ptr visible) {
    // What is replaced goes when the lock is free again: it may be the last of a large text.
    auto& place = shard_of(visible->spec->id);
    const std::lock_guard guard{place.mutex};
    entry.visible.swap(visible);
  }

  void remove(const uuid& id) {
    auto& place = shard_of(id);
    std::unique_lock lock{place.mutex};
    const auto removed = place.entries.extract(id);
    lock.unlock();
  }

  template <class Call>
  void for_each(Call call) {
    for (auto& place : shards_)
      for (auto& [id, entry] : place.entries)
        call(entry);
  }

private:
  struct alignas(64) shard {
    mutable std::mutex mutex;
    std::unordered_map<uuid, job_entry> entries;
  };

  /// So many that a reader seldom meets another one or the writer; empty they cost 8 KB together.
  static constexpr std::size_t shard_count = 64;

  // The last byte of an id is random in every version that we make.
  shard& shard_of(const uuid& id) {
    return shards_[id.bytes.back() % shard_count];
  }

  const shard& shard_of(const uuid& id) const {
    return shards_[id.bytes.back() % shard_count];
  }

  std::array<shard, shard_count> shards_;
};

} // namespace callboard::actors
