#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "http/message/client_source.hpp"
#include "http/pipeline/rate_limit.hpp"

namespace callboard::http {

/// What each of many clients has used of a quota. Takes the same memory for any number of them: where
/// there is no room for one more, whoever has used least is forgotten, and who has used nothing for a
/// while is forgotten anyway. From any thread.
class rate_limit_table {
public:
  /// Clients that are remembered: more than there can be connections by default, in 400 KB.
  static constexpr std::size_t clients_max = 16'384;

  /// @param of no memory is taken if it has no limit
  explicit rate_limit_table(const rate_limit& of);

  /// Whether there is a limit at all.
  bool is_limited() const noexcept {
    return of_.count > 0;
  }

  const rate_limit& limit() const noexcept {
    return of_;
  }

  /// Takes one for a client. @pre `is_limited()`
  rate_state take(const client_source& client, steady_time now);

private:
  struct entry {
    client_source client{};
    rate_use use;
  };

  /// A client can be in one of this many places: few enough to look at all of them, enough that those
  /// of two busy clients rarely are the same.
  static constexpr std::size_t places = 8;
  using row = std::array<entry, places>;
  static constexpr std::size_t row_count = clients_max / places;
  /// Rows share a mutex with every so-manieth other.
  static constexpr std::size_t mutex_count = 64;

  std::size_t row_of(const client_source& client) const noexcept;

  const rate_limit of_;
  /// Random, so that an attacker cannot choose addresses that all share a row.
  const std::uint64_t salt_;
  std::array<std::mutex, mutex_count> mutexes_;
  std::vector<row> rows_;
};

} // namespace callboard::http
