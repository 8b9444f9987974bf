#include "text/unique_names.hpp"

#include <algorithm>
#include <deque>
#include <string>

#include "text/json_string.hpp"

namespace callboard::json {

namespace {

/// Up to here comparing each pair is quicker than sorting. Objects of hostile size must not take the
/// square of their size.
constexpr std::size_t compared_members_max = 16;

struct named {
  std::string_view name;
  std::size_t position;

  friend auto operator<=>(const named&, const named&) = default;
};

/// The names without escapes, each with its position, in order.
std::vector<named> sorted(std::span<const member> members, std::deque<std::string>& texts) {
  std::vector<named> all;
  all.reserve(members.size());
  for (std::size_t i = 0; i < members.size(); ++i) {
    auto name = members[i].name.substr(1, members[i].name.size() - 2);
    if (members[i].has_escapes)
      name = texts.emplace_back(decoded(members[i].name));
    all.push_back({name, i});
  }
  std::sort(all.begin(), all.end());
  return all;
}

bool has_same_name(const named& left, const named& right) {
  return left.name == right.name;
}

} // namespace

bool has_twins(std::span<const member> members) {
  const auto has_escapes = std::any_of(members.begin(), members.end(),
                                       [](const member& each) { return each.has_escapes; });
  if (has_escapes || members.size() > compared_members_max) {
    std::deque<std::string> texts;
    const auto all = sorted(members, texts);
    return std::adjacent_find(all.begin(), all.end(), has_same_name) != all.end();
  }
  for (std::size_t i = 1; i < members.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (members[i].name == members[j].name)
        return true;
  return false;
}

std::vector<standing> without_twins(std::span<const member> members) {
  std::deque<std::string> texts;
  std::vector<standing> remaining;
  const auto all = sorted(members, texts);
  for (auto from = all.begin(); from != all.end();) {
    const auto to
      = std::find_if(from, all.end(), [&](const named& each) { return each.name != from->name; });
    remaining.push_back({from->position, std::prev(to)->position});
    from = to;
  }
  std::sort(remaining.begin(), remaining.end(),
            [](const standing& left, const standing& right) { return left.first < right.first; });
  return remaining;
}

} // namespace callboard::json
