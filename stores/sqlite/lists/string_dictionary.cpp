#include "stores/sqlite/lists/string_dictionary.hpp"

#include <algorithm>

namespace callboard::sqlite {

std::uint32_t string_dictionary::take(std::string_view text) {
  if (const auto found = find(text))
    return *found;
  const auto number = static_cast<std::uint32_t>(texts_.size());
  texts_.push_back(&numbers_.emplace(text, number).first->first);
  return number;
}

std::optional<std::uint32_t> string_dictionary::find(std::string_view text) const {
  const auto found = numbers_.find(text);
  return found == numbers_.end() ? std::nullopt : std::optional{found->second};
}

const std::vector<std::uint32_t>& string_dictionary::ranks() {
  if (sorted_.size() == texts_.size())
    return ranks_;
  const auto is_before
    = [this](std::uint32_t left, std::uint32_t right) { return *texts_[left] < *texts_[right]; };
  const auto known = static_cast<std::ptrdiff_t>(sorted_.size());
  while (sorted_.size() < texts_.size())
    sorted_.push_back(static_cast<std::uint32_t>(sorted_.size()));
  std::sort(sorted_.begin() + known, sorted_.end(), is_before);
  std::inplace_merge(sorted_.begin(), sorted_.begin() + known, sorted_.end(), is_before);
  ranks_.resize(texts_.size());
  for (std::size_t place = 0; place < sorted_.size(); ++place)
    ranks_[sorted_[place]] = static_cast<std::uint32_t>(place);
  return ranks_;
}

} // namespace callboard::sqlite
