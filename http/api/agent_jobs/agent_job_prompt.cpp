#include "http/api/agent_jobs/agent_job_prompt.hpp"

#include <charconv>
#include <map>
#include <optional>
#include <string>

namespace callboard::http {

namespace {

/// Finds the parts of values by name or position. Looks through each object and array once, however
/// often a template asks.
class part_finder {
public:
  /// None: there is no such part.
  std::optional<json_view> find(json_view whole, std::string_view name) {
    auto& parts = parts_of(whole);
    auto found = parts.find(name);
    if (found == parts.end() && whole.is_array())
      if (const auto position = read_position(name))
        found = parts.find(std::to_string(*position));
    return found == parts.end() ? std::nullopt : std::optional{found->second};
  }

private:
  using parts_by_name = std::map<std::string, json_view, std::less<>>;

  static std::optional<std::size_t> read_position(std::string_view name) {
    std::size_t position = 0;
    const auto* end = name.data() + name.size();
    const auto read = std::from_chars(name.data(), end, position);
    return read.ec == std::errc{} && read.ptr == end ? std::optional{position} : std::nullopt;
  }

  parts_by_name& parts_of(json_view whole) {
    const auto [place, is_new] = known_.try_emplace(whole.text().data());
    if (is_new) {
      std::size_t position = 0;
      for (json_cursor each{whole}; each.next(); ++position)
        place->second.emplace(whole.is_object() ? each.name() : std::to_string(position),
                              each.value());
    }
    return place->second;
  }

  /// By where a value begins.
  std::map<const char*, parts_by_name> known_;
};

} // namespace

result<rendered_prompt> make_agent_job_prompt(std::string_view source, json_view values) {
  part_finder finder;
  return render_prompt(
    source, [&](const std::vector<std::string_view>& path) -> std::optional<std::string> {
      auto found = std::optional{values};
      for (const auto name : path) {
        found = finder.find(*found, name);
        if (!found || found->is_null())
          return std::nullopt;
      }
      return found->is_string() ? found->string() : std::string{found->text()};
    });
}

} // namespace callboard::http
