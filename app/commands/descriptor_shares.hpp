#pragma once

#include <cstddef>

namespace callboard::app {

/// How the file descriptors of the process are shared out, so that no user of them takes those of others.
struct descriptor_shares {
  /// The limit on open files.
  std::size_t limit = 0;
  /// Connections of clients.
  std::size_t clients = 0;
  /// Connections to agents; requests beyond that wait.
  std::size_t outbound = 0;
  /// Pipes of programs.
  std::size_t programs = 0;
  /// Store, logs, listener.
  std::size_t own = 0;
};

/// Shares descriptors out.
/// @param limit on open files.
/// @param clients_wanted connections of clients, as configured. They get fewer if the limit is low.
descriptor_shares share_descriptors(std::size_t limit, std::size_t clients_wanted) noexcept;

/// The limit on open files, after raising the soft one to the hard one; 0: it cannot be read.
std::size_t raise_open_files() noexcept;

} // namespace callboard::app
