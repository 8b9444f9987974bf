#include "stores/sqlite/lists/commit_probe.hpp"

#include <algorithm>
#include <utility>

namespace callboard::sqlite {

result<bool> commit_probe::has_seen(const column_changes& commit) {
  // One job that is not as the commit leaves it is enough to tell that it is not seen. If there is none,
  // all of it is seen, or none of it changes anything.
  const auto& erased = commit.erased;
  for (const auto& snapshot : commit.snapshots) {
    const auto& id = snapshot->spec->id;
    if (std::find(erased.begin(), erased.end(), id) != erased.end())
      continue;
    auto stored = version_of(id);
    if (!stored)
      return tl::unexpected(std::move(stored.error()));
    if (*stored < snapshot->version)
      return false;
  }
  for (const auto& id : erased) {
    auto stored = version_of(id);
    if (!stored)
      return tl::unexpected(std::move(stored.error()));
    if (*stored > 0)
      return false;
  }
  return true;
}

result<std::uint64_t> commit_probe::version_of(const uuid& id) {
  auto found = version_of_.start(id);
  auto is_there = found.next();
  if (!is_there)
    return tl::unexpected(std::move(is_there.error()));
  return *is_there ? static_cast<std::uint64_t>(found.integer()) : 0;
}

} // namespace callboard::sqlite
