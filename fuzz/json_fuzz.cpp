// Texts that should be JSON: none does harm. What is kept means what the text says to another library,
// and is kept the same again.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <callboard/json_view.hpp>

#include "fuzz/require.hpp"

namespace {

std::size_t depth_of(const nlohmann::json& value) {
  if (!value.is_structured())
    return 0;
  std::size_t deepest = 0;
  for (const auto& each : value)
    deepest = std::max(deepest, depth_of(each));
  return deepest + 1;
}

/// What our rules refuse of valid JSON; the library takes it.
bool is_refused_on_purpose(std::string_view text) {
  return text.find('\0') != std::string_view::npos || text.find("\\u0000") != std::string_view::npos
         || text.starts_with("\xEF\xBB\xBF");
}

/// A value put together from its parts as `json_cursor` finds them.
std::string from_parts(callboard::json_view value) {
  if (!value.is_object() && !value.is_array())
    return std::string{value.text()};
  std::string made{value.text().front()};
  for (callboard::json_cursor each{value}; each.next();) {
    made += made.size() > 1 ? "," : "";
    if (value.is_object())
      made.append(each.spelled_name()).append(":");
    made += from_parts(each.value());
  }
  return made + value.text().back();
}

void require_kept_well(std::string_view text) {
  using namespace callboard;
  using fuzz::require;

  const auto kept = compact_json(text);
  const auto theirs = nlohmann::json::parse(text, nullptr, false);
  if (!kept) {
    require(!kept.error().message.empty());
    require(theirs.is_discarded() || is_refused_on_purpose(text)
            || depth_of(theirs) > json_limits{}.depth_max);
    return;
  }
  const auto again = compact_json(kept->text());
  require(again.has_value() && *again == *kept);
  require(from_parts(json_view{*kept}) == kept->text());
  // The library refuses numbers that no double holds; nothing else.
  const auto ours = to_document(json_view{*kept});
  require(theirs.is_discarded() != parse_json(text).has_value());
  require(theirs.is_discarded() || theirs == ours);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace callboard;
  using fuzz::require;

  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  require_kept_well(text);
  const auto value = parse_json(text);
  if (!value) {
    require(!value.error().message.empty());
    return 0;
  }
  require(depth_of(*value) <= json_limits{}.depth_max);
  const auto printed = dump_json(*value);
  require(printed.find('\0') == std::string::npos);
  const auto again = parse_json(printed);
  require(again.has_value());
  require(*again == *value);
  const auto number = to_int64(*value);
  require(!number || value->is_number());
  return 0;
}
