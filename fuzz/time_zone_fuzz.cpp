// Files of time zones: none does harm, and the periods of what is one hold the times asked for.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "core/calendar/time_zone.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace callboard;
  using namespace std::chrono;

  const auto zone = core::parse_tzif("fuzz", {reinterpret_cast<const char*>(bytes), size});
  if (!zone)
    return 0;
  for (const auto y : {1, 1900, 2026, 2100, 9999}) {
    const sys_seconds time = sys_days{year{y} / July / 1};
    const auto period = zone->period_at(time);
    if (period.begin > time || period.end <= time)
      std::abort();
    zone->instant_of(local_days{year{y} / July / 1});
  }
  return 0;
}
