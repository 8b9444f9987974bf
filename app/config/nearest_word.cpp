#include "app/config/nearest_word.hpp"

#include <algorithm>

namespace callboard::app {

namespace {

/// With more of its letters wrong a word is rather another one: "port" is no "store".
constexpr std::size_t letters_per_edit = 3;
/// Long names are made of words; more edits make another word of one of them.
constexpr std::size_t edits_max = 3;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

} // namespace

std::size_t edit_distance(std::string_view left, std::string_view right) {
  // Rows of the optimal string alignment table: before last, last, current.
  std::vector<std::size_t> older(right.size() + 1);
  std::vector<std::size_t> last(right.size() + 1);
  std::vector<std::size_t> current(right.size() + 1);
  for (std::size_t j = 0; j <= right.size(); ++j)
    last[j] = j;
  for (std::size_t i = 1; i <= left.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const bool is_same = lower(left[i - 1]) == lower(right[j - 1]);
      current[j] = std::min({last[j] + 1, current[j - 1] + 1, last[j - 1] + (is_same ? 0 : 1)});
      if (i > 1 && j > 1 && lower(left[i - 1]) == lower(right[j - 2])
          && lower(left[i - 2]) == lower(right[j - 1]))
        current[j] = std::min(current[j], older[j - 2] + 1);
    }
    older.swap(last);
    last.swap(current);
  }
  return last[right.size()];
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates,
                         std::string_view prefix) {
  word.remove_prefix(prefix.size());
  auto distance_max = std::min(word.size() / letters_per_edit, edits_max);
  const std::string* nearest = nullptr;
  for (const auto& candidate : candidates)
    if (const auto distance
        = edit_distance(word, std::string_view{candidate}.substr(prefix.size()));
        distance < distance_max || (nearest == nullptr && distance == distance_max)) {
      nearest = &candidate;
      distance_max = distance;
    }
  return nearest == nullptr ? std::string{} : ", did you mean " + *nearest + '?';
}

} // namespace callboard::app
