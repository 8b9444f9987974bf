// Dates and times: none does harm, and what is understood prints as a text that means the same.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <callboard/date_time.hpp>

#include "fuzz/require.hpp"
#include "http/timestamp.hpp"
#include "http/waiting.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace callboard;
  using fuzz::require;
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};

  if (const auto value = parse_date_time(text))
    require(parse_date_time(to_string(*value)) == value);
  if (const auto instant = parse_instant(text)) {
    const auto printed = to_rfc3339(*instant);
    // An offset can lead out of the years that can be written.
    if (const auto again = parse_instant(printed))
      require(*again == *instant);
  }
  if (const auto time = http::parse_timestamp(text)) {
    const auto printed = http::to_timestamp(*time);
    if (const auto again = http::parse_timestamp(printed))
      require(*again == *time);
  }
  if (const auto wait = http::parse_wait_seconds(text))
    require(wait->count() >= 0 && wait->count() <= 60'000);
  if (const auto wait = http::parse_wait_preference(text))
    require(wait->count() >= 0 && wait->count() <= 60'000);
  return 0;
}
