// Dates and times: none does harm, and what is understood prints as a text that means the same.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <callboard/date_time.hpp>

#include "fuzz/require.hpp"
#include "http/api/timestamp.hpp"
#include "http/pipeline/waiting.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace callboard;
  using fuzz::require;
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};

  if (const auto value = parse_date_time(text))
    require(parse_date_time(to_string(*value)) == value);
  if (const auto instant = parse_instant(text))
    require(parse_instant(to_rfc3339(*instant)) == instant);
  if (const auto time = http::parse_timestamp(text))
    require(http::parse_timestamp(to_rfc3339(*time)) == time);
  if (const auto wait = http::parse_wait_seconds(text))
    require(wait->count() >= 0 && wait->count() <= 60'000);
  if (const auto wait = http::parse_wait_preference(text))
    require(wait->count() >= 0 && wait->count() <= 60'000);
  return 0;
}
