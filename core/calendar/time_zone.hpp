#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <callboard/error.hpp>
#include <callboard/time.hpp>

#include "core/calendar/yearly_rule.hpp"

namespace callboard::core {

/// A stretch of time through which clocks differ from UTC by the same offset.
struct offset_period {
  /// Its first second.
  std::chrono::sys_seconds begin;
  /// The first second after it, which begins another period.
  std::chrono::sys_seconds end;
  /// What clocks show less UTC.
  std::chrono::seconds offset{0};
};

/// The clocks of a region: which offset holds when. Immutable, so threads may share it.
class time_zone {
public:
  /// Begins the first period of every zone, and ends the last one: 17,000 years before and after 1970,
  /// beyond all years that the calendar functions take (1–9999), with room to add offsets.
  static constexpr std::chrono::sys_seconds beginning{-std::chrono::seconds{std::int64_t{1} << 39}};
  static constexpr std::chrono::sys_seconds end{std::chrono::seconds{std::int64_t{1} << 39}};

  /// An instant from which on another offset holds.
  struct transition {
    std::chrono::sys_seconds at;
    std::chrono::seconds offset{0};
  };

  /// @param first_offset what holds before the first transition.
  /// @param transitions ascending.
  /// @param later the rule for all times from the last transition on; none: its offset stays.
  time_zone(std::string name, std::chrono::seconds first_offset,
            std::vector<transition> transitions, std::optional<yearly_rule> later);

  /// The zone's name in the tz database.
  const std::string& name() const noexcept {
    return name_;
  }

  /// The period that an instant lies in. Neighbouring periods may have the same offset.
  /// @param time within the years 1–9999.
  offset_period period_at(std::chrono::sys_seconds time) const;

  /// When clocks show a time: of two such instants the first; if they skip it, the instant at which
  /// they do.
  /// @param shown within the years 1–9999.
  system_time instant_of(std::chrono::local_time<std::chrono::milliseconds> shown) const;

private:
  offset_period period_after_table(std::chrono::sys_seconds time) const;

  std::string name_;
  std::chrono::seconds first_offset_;
  std::vector<transition> transitions_;
  std::optional<yearly_rule> later_;
};

/// Zones are shared by the schedules in them.
using zone_ptr = std::shared_ptr<const time_zone>;

/// Reads a zone as the tz database's compiler writes it: TZif, version 2 or later (RFC 8536).
/// Errors: `invalid_argument` for bytes that are no such file, and for those that count leap seconds,
/// which system time does not.
result<time_zone> parse_tzif(std::string name, std::string_view bytes);

/// Where time zones are looked up by name.
class zone_source {
public:
  virtual ~zone_source() = default;

  /// The zone of an IANA name. Errors: `invalid_argument` for names that there are not, `unavailable` if
  /// there are none but UTC.
  virtual result<zone_ptr> find(std::string_view name) const = 0;
};

/// A tz database: a directory with a TZif file for each zone. Any thread may read it.
class zone_database final : public zone_source {
public:
  /// @param directory need not exist, now or later.
  explicit zone_database(std::string directory);

  /// The zone as the database has it at this moment; reads one small file. "UTC" is there without a
  /// database.
  result<zone_ptr> find(std::string_view name) const override;

private:
  std::string directory_;
};

/// Remembers what another source has found, and what it has not: many jobs have few zones, and share them.
/// For one thread, and for as long as the zones are not expected to change.
class zone_memory final : public zone_source {
public:
  /// @param from must outlive it.
  explicit zone_memory(const zone_source& from) : from_(from) {
    // nop
  }

  result<zone_ptr> find(std::string_view name) const override;

private:
  const zone_source& from_;
  mutable std::map<std::string, result<zone_ptr>, std::less<>> known_;
};

/// A zone that has been found already, in front of another source.
class given_zone final : public zone_source {
public:
  /// @param zone null: none is given.
  /// @param others must outlive it.
  given_zone(zone_ptr zone, const zone_source& others) : zone_(std::move(zone)), others_(others) {
    // nop
  }

  result<zone_ptr> find(std::string_view name) const override;

private:
  zone_ptr zone_;
  const zone_source& others_;
};

/// The system's tz database: the directory that the environment variable TZDIR names, else
/// /usr/share/zoneinfo.
const zone_database& system_zones();

/// The database in a directory; empty: the system's.
zone_database zones_in(const std::string& directory);

/// Finds a zone in `system_zones`.
result<zone_ptr> find_zone(std::string_view name);

/// UTC, for whoever asks no database.
const zone_ptr& utc_zone();

} // namespace callboard::core
