#include "http/pipeline/router.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace callboard::http {

namespace {

bool is_parameter(std::string_view segment) noexcept {
  return segment.starts_with(':');
}

bool matches(const std::vector<std::string_view>& pattern, const path_segments& path) noexcept {
  if (pattern.size() != path.size())
    return false;
  for (std::size_t i = 0; i < pattern.size(); ++i)
    if (is_parameter(pattern[i]) ? path[i].empty() : pattern[i] != path[i])
      return false;
  return true;
}

} // namespace

router::router(std::vector<route> routes) : routes_(std::move(routes)) {
  for (const auto& each : routes_) {
    pattern made;
    auto rest = each.pattern.substr(1);
    while (!rest.empty()) {
      made.push_back(rest.substr(0, rest.find('/')));
      rest.remove_prefix(std::min(rest.size(), made.back().size() + 1));
    }
    assert(std::count_if(made.begin(), made.end(), is_parameter)
           <= static_cast<std::ptrdiff_t>(request::parameters_max));
    patterns_.push_back(std::move(made));
  }
}

router::finding router::find(request& asked) const {
  const auto wanted = asked.verb == method::head ? method::get : asked.verb;
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    if (routes_[i].verb != wanted || !matches(patterns_[i], asked.segments))
      continue;
    std::size_t next = 0;
    for (std::size_t at = 0; at < patterns_[i].size(); ++at)
      if (is_parameter(patterns_[i][at]))
        asked.parameters[next++] = asked.segments[at];
    return {.found = &routes_[i], .allow = {}};
  }
  return {.found = nullptr, .allow = allowed_methods(asked.segments)};
}

std::string router::allowed_methods(const path_segments& path) const {
  std::array<bool, static_cast<std::size_t>(method::other) + 1> has{};
  for (std::size_t i = 0; i < routes_.size(); ++i)
    if (matches(patterns_[i], path))
      has[static_cast<std::size_t>(routes_[i].verb)] = true;
  has[static_cast<std::size_t>(method::head)] = has[static_cast<std::size_t>(method::get)];
  std::string list;
  for (std::size_t i = 0; i < has.size(); ++i) {
    if (!has[i])
      continue;
    if (!list.empty())
      list += ", ";
    list += to_string(static_cast<method>(i));
  }
  return list;
}

} // namespace callboard::http
