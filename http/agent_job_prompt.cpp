#include "http/agent_job_prompt.hpp"

#include <algorithm>
#include <charconv>

#include <nlohmann/json.hpp>

#include <callboard/json_text.hpp>

namespace callboard::http {

namespace {

using nlohmann::json;

/// A member by its name, or an element by its position; null if there is none.
const json* part_of(const json& whole, std::string_view name) {
  if (whole.is_object()) {
    const auto found = whole.find(name);
    return found == whole.end() ? nullptr : &*found;
  }
  if (!whole.is_array())
    return nullptr;
  std::size_t position = 0;
  const auto read = std::from_chars(name.data(), name.data() + name.size(), position);
  if (read.ec != std::errc{} || read.ptr != name.data() + name.size() || position >= whole.size())
    return nullptr;
  return &whole[position];
}

} // namespace

result<rendered_prompt> make_agent_job_prompt(std::string_view source, const json& values) {
  return render_prompt(
    source, [&](const std::vector<std::string_view>& path) -> std::optional<std::string> {
      const auto* found = &values;
      for (const auto name : path) {
        found = part_of(*found, name);
        if (!found || found->is_null())
          return std::nullopt;
      }
      return found->is_string() ? found->get<std::string>() : dump_json(*found);
    });
}

} // namespace callboard::http
