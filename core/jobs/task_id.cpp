#include "core/jobs/task_id.hpp"

namespace callboard::core {

namespace {

/// Where the random part of a UUID begins whose bits are all ours but for the first two.
constexpr std::size_t tail_begin = 8;
constexpr std::size_t tail_size = 8;
constexpr unsigned byte_bits = 8;

/// The finalizer of SplitMix64: each bit of the result depends on all of the value, and no two values
/// have one result.
std::uint64_t mixed(std::uint64_t value) noexcept {
  value = (value ^ (value >> 30)) * 0xbf58'476d'1ce4'e5b9;
  value = (value ^ (value >> 27)) * 0x94d0'49bb'1331'11eb;
  return value ^ (value >> 31);
}

} // namespace

uuid task_id_for(const uuid& job, std::uint32_t attempt, task_kind kind) noexcept {
  std::uint64_t tail = 0;
  for (std::size_t i = 0; i < tail_size; ++i)
    tail = tail << byte_bits | job.bytes[tail_begin + i];
  tail = mixed(tail) ^ (std::uint64_t{attempt} << byte_bits | static_cast<std::uint8_t>(kind));
  tail = mixed(tail);
  auto made = job;
  for (std::size_t i = tail_size; i-- > 0; tail >>= byte_bits)
    made.bytes[tail_begin + i] = static_cast<std::uint8_t>(tail);
  // The variant of RFC 9562, 4.1.
  made.bytes[tail_begin] = static_cast<std::uint8_t>((made.bytes[tail_begin] & 0x3f) | 0x80);
  return made;
}

} // namespace callboard::core
