#include "http/api/timestamp.hpp"

#include <string>

#include <callboard/date_time.hpp>

namespace callboard::http {

std::optional<system_time> parse_timestamp(std::string_view text) {
  constexpr std::size_t date_size = 10; // "2026-03-01"
  auto read = parse_date_time(std::string{text} + (text.size() == date_size ? "T00:00" : ""));
  if (!read)
    return std::nullopt;
  if (!read->offset)
    read->offset = std::chrono::minutes{0};
  // An offset can lead out of the years that four digits write.
  const auto instant = parse_instant(to_string(*read));
  return instant ? std::optional{*instant} : std::nullopt;
}

} // namespace callboard::http
