#pragma once

#include <array>
#include <cstddef>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "actors/registry/job_entry.hpp"

namespace callboard::actors {

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
  // Nobody else writes, so what only reads here needs no lock.

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
