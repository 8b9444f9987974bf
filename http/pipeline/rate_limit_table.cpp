#include "http/pipeline/rate_limit_table.hpp"

#include <algorithm>
#include <cstring>
#include <random>

namespace callboard::http {

namespace {

std::uint64_t random_salt() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

/// The finaliser of SplitMix64: each bit of the result depends on each bit of the value.
std::uint64_t mixed(std::uint64_t value) noexcept {
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9U;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBU;
  return value ^ (value >> 31);
}

} // namespace

rate_limit_table::rate_limit_table(const rate_limit& of)
  : of_(of), salt_(random_salt()), rows_(of.count > 0 ? row_count : 0) {
  // nop
}

std::size_t rate_limit_table::row_of(const client_source& client) const noexcept {
  std::array<std::uint64_t, 2> words{};
  std::memcpy(words.data(), client.data(), client.size());
  return mixed(mixed(words[0] ^ salt_) ^ words[1]) % row_count;
}

rate_state rate_limit_table::take(const client_source& client, steady_time now) {
  const auto index = row_of(client);
  const std::lock_guard guard{mutexes_[index % mutex_count]};
  auto& in = rows_[index];
  auto found
    = std::find_if(in.begin(), in.end(), [&](const entry& each) { return each.client == client; });
  if (found == in.end()) {
    found = std::min_element(in.begin(), in.end(), [](const entry& a, const entry& b) {
      return a.use.all_back_at() < b.use.all_back_at();
    });
    *found = {client, {}};
  }
  return found->use.take(of_, now);
}

} // namespace callboard::http
