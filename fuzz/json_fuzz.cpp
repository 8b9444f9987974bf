// Texts that should be JSON: none does harm, and what is taken prints as JSON that is taken again and
// means the same.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <nlohmann/json.hpp>

#include <callboard/json_text.hpp>

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

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace callboard;
  using fuzz::require;

  const auto value = parse_json({reinterpret_cast<const char*>(bytes), size});
  if (!value) {
    require(!value.error().message.empty());
    return 0;
  }
  require(depth_of(*value) <= json_limits{}.depth_max);
  const auto printed = dump_json(*value);
  require(printed.find('\0') == std::string::npos);
  const auto again = parse_json(printed);
  require(again.has_value());
  require(dump_json(*again) == printed);
  const auto number = to_int64(*value);
  require(!number || value->is_number());
  return 0;
}
