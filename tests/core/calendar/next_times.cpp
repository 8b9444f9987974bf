// Answers questions about schedules, so that tests in other languages can compare: each line of the
// input is a zone, an instant (RFC 3339), a count and an expression, separated by tabs; the answer is
// a line with that many next times, or "error: …".

#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>

#include "core/calendar/timing.hpp"

namespace {

using namespace callboard;

std::string answer(const std::string& question) {
  std::istringstream fields{question};
  std::string zone_name, after, count, text;
  if (!std::getline(fields, zone_name, '\t') || !std::getline(fields, after, '\t')
      || !std::getline(fields, count, '\t') || !std::getline(fields, text))
    return "error: four fields expected";
  const auto zone = core::find_zone(zone_name);
  if (!zone)
    return "error: " + zone.error().message;
  const auto instant = parse_instant(after);
  if (!instant)
    return "error: " + instant.error().message;
  auto rule = core::parse_timing(text);
  if (!rule)
    return "error: " + rule.error().message;
  const auto schedule = core::make_timing(*std::move(rule), *zone, *instant);
  std::string made;
  for (const auto time : core::due_between(schedule, *instant, system_time::max(),
                                           std::strtoul(count.c_str(), nullptr, 10)))
    made += (made.empty() ? "" : " ") + to_rfc3339(time);
  return made;
}

} // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);)
    std::cout << answer(line) << '\n';
}
