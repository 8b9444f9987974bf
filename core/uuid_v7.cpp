#include "core/uuid_v7.hpp"

namespace callboard::core {

namespace {

/// The counter has 12 bits; it starts in the lower half so that there is room to count.
constexpr std::uint32_t counter_end = 1u << 12;
constexpr std::uint32_t counter_start_mask = (1u << 11) - 1;

uuid assemble(std::int64_t ms, std::uint32_t twelve_bits, std::uint64_t random) {
  uuid made;
  const auto time = static_cast<std::uint64_t>(ms);
  for (std::size_t i = 0; i < 6; ++i)
    made.bytes[i] = static_cast<std::uint8_t>(time >> (40 - 8 * i));
  made.bytes[6] = static_cast<std::uint8_t>(0x70 | (twelve_bits >> 8));
  made.bytes[7] = static_cast<std::uint8_t>(twelve_bits);
  for (std::size_t i = 0; i < 8; ++i)
    made.bytes[8 + i] = static_cast<std::uint8_t>(random >> (56 - 8 * i));
  made.bytes[8] = static_cast<std::uint8_t>((made.bytes[8] & 0x3F) | 0x80);
  return made;
}

} // namespace

uuid make_uuid_v7(system_time now, const random_source& random) {
  // One after the other: the order in which arguments are evaluated is anybody's guess.
  const auto twelve_bits = static_cast<std::uint32_t>(random()) & (counter_end - 1);
  return assemble(now.time_since_epoch().count(), twelve_bits, random());
}

uuid uuid_v7_sequence::next(system_time now, const random_source& random) {
  const std::int64_t ms = now.time_since_epoch().count();
  if (ms > last_ms_) {
    last_ms_ = ms;
    counter_ = static_cast<std::uint32_t>(random()) & counter_start_mask;
  } else if (++counter_ == counter_end) {
    // The time of an id may run ahead of the clock; its order may not run back.
    ++last_ms_;
    counter_ = 0;
  }
  return assemble(last_ms_, counter_, random());
}

} // namespace callboard::core
