#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>

#include "core/calendar/time_zone.hpp"

// The one file of core/ that reads files, as the layering test knows: the zones are constants of the
// system, not state.

namespace callboard::core {

namespace {

constexpr auto usual_directory = "/usr/share/zoneinfo";
/// The longest name of the tz database has 32.
constexpr std::size_t name_bytes_max = 64;
/// Zones have 1–4 KB; whatever is larger is none.
constexpr std::size_t zone_bytes_max = 256 * 1024;

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'
         || c == '-' || c == '+' || c == '/';
}

/// Whether a name can only mean a file below the database's folder. Names begin with a capital letter:
/// in lower case there are lists, copies of zones and zones that count leap seconds (right/).
bool is_zone_name(std::string_view name) {
  return !name.empty() && name.size() <= name_bytes_max && name.front() >= 'A'
         && name.front() <= 'Z' && name.back() != '/'
         && std::all_of(name.begin(), name.end(), is_name_character);
}

/// The file's bytes; none if it cannot be read, or is a folder.
std::string read_zone_file(const std::string& directory, std::string_view name) {
  std::ifstream file{directory + '/' + std::string{name}, std::ios::binary};
  std::string bytes(zone_bytes_max, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  return bytes;
}

auto unknown() {
  return fail(errc::invalid_argument,
              "unknown time zone; allowed are names from the tz database, spelled exactly, such "
              "as UTC, Europe/Berlin or America/New_York");
}

} // namespace

zone_database::zone_database(std::string directory) : directory_(std::move(directory)) {
  // nop
}

result<zone_ptr> zone_database::find(std::string_view name) const {
  if (name == utc_zone()->name())
    return utc_zone();
  if (!is_zone_name(name))
    return unknown();
  const auto bytes = read_zone_file(directory_, name);
  if (bytes.empty()) {
    if (read_zone_file(directory_, "UTC").empty())
      return fail(errc::unavailable, "the server has no time zone database and supports UTC only");
    return unknown();
  }
  auto zone = parse_tzif(std::string{name}, bytes);
  if (!zone)
    return unknown();
  return std::make_shared<const time_zone>(std::move(*zone));
}

const zone_database& system_zones() {
  static const zone_database zones = [] {
    const auto* const chosen = std::getenv("TZDIR");
    return zone_database{chosen && *chosen ? chosen : usual_directory};
  }();
  return zones;
}

zone_database zones_in(const std::string& directory) {
  return directory.empty() ? system_zones() : zone_database{directory};
}

result<zone_ptr> find_zone(std::string_view name) {
  return system_zones().find(name);
}

} // namespace callboard::core
