#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace callboard::core {

/// How many there are of something, all in all and of each organisation.
class organisation_counts {
public:
  organisation_counts() = default;

  explicit organisation_counts(std::map<std::string, std::size_t> counts) {
    for (const auto& [organisation, count] : counts) {
      counts_.emplace(organisation, count);
      total_ += count;
    }
  }

  void add(std::string_view organisation) {
    if (const auto found = counts_.find(organisation); found != counts_.end())
      ++found->second;
    else
      counts_.emplace(organisation, 1);
    ++total_;
  }

  /// @pre there is one
  void remove(std::string_view organisation) noexcept {
    const auto found = counts_.find(organisation);
    if (--found->second == 0)
      counts_.erase(found);
    --total_;
  }

  std::size_t of(std::string_view organisation) const noexcept {
    const auto found = counts_.find(organisation);
    return found != counts_.end() ? found->second : 0;
  }

  std::size_t total() const noexcept {
    return total_;
  }

private:
  std::map<std::string, std::size_t, std::less<>> counts_;
  std::size_t total_ = 0;
};

} // namespace callboard::core
