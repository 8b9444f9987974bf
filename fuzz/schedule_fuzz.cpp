// Texts of schedules: none does harm, what is understood prints as a text that means the same, and is
// due only after the time asked for.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/calendar/timing.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace callboard;
  // 8 March 2026, two hours before clocks change in New York.
  constexpr system_time after{std::chrono::milliseconds{1'772'946'000'123}};
  static const auto zone = core::find_zone("America/New_York").value_or(core::utc_zone());

  const auto rule = core::parse_timing({reinterpret_cast<const char*>(bytes), size});
  if (!rule)
    return 0;
  if (core::parse_timing(to_string(*rule)) != rule)
    std::abort();
  const auto when = core::make_timing(*rule, zone, after);
  auto last = after;
  for (const auto time : core::due_between(when, after, system_time::max(), 5)) {
    if (time <= last)
      std::abort();
    last = time;
  }
  return 0;
}
