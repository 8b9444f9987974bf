#include <callboard/json_text.hpp>

#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

#include <callboard/json_view.hpp>

#include "text/compactor.hpp"

namespace callboard {

namespace {

result<json_text> compacted(std::string_view text, const json_limits& limits,
                            json::number_rule numbers) {
  if (text.size() > limits.bytes_max)
    return fail(errc::capacity,
                "JSON text is longer than " + std::to_string(limits.bytes_max) + " bytes");
  if (text.starts_with("\xEF\xBB\xBF"))
    return fail(errc::invalid_argument, "JSON text must not begin with a byte order mark");
  return json::compactor{text, limits.depth_max, numbers}.read().map(json_text::from_valid);
}

} // namespace

result<json_text> compact_json(std::string_view text, const json_limits& limits) {
  return compacted(text, limits, json::number_rule::any);
}

result<nlohmann::json> parse_json(std::string_view text, const json_limits& limits) {
  return compacted(text, limits, json::number_rule::finite).map([](const json_text& compact) {
    return to_document(json_view{compact});
  });
}

std::string dump_json(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::optional<std::int64_t> to_int64(const nlohmann::json& value) noexcept {
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      return std::nullopt;
    return static_cast<std::int64_t>(number);
  }
  if (value.is_number_integer())
    return value.get<std::int64_t>();
  if (!value.is_number_float())
    return std::nullopt;
  const auto number = value.get<double>();
  // 2^63 is a double, the largest int64 is not; and what reads as -2^63 may be any number near it.
  constexpr double bound = 9223372036854775808.0;
  if (!(number > -bound && number < bound) || std::trunc(number) != number)
    return std::nullopt;
  return static_cast<std::int64_t>(number);
}

std::string pointer_to(std::string_view parent, std::string_view name) {
  return (nlohmann::json::json_pointer{std::string{parent}} / std::string{name}).to_string();
}

} // namespace callboard
