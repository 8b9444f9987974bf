#pragma once

#include <atomic>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "http/message/client_source.hpp"
#include "sync/mutex.hpp"

namespace callboard::http {

/// Counts the connections of a listener, all of them and those from each address. From any thread.
class connection_places : public std::enable_shared_from_this<connection_places> {
public:
  using source = client_source;

  /// A connection's place; free again when it goes.
  class place {
  public:
    place(place&&) noexcept = default;
    place& operator=(place&&) = delete;

    ~place() {
      if (of_)
        of_->leave(from_);
    }

  private:
    friend class connection_places;

    place(std::shared_ptr<connection_places> of, const source& from)
      : of_(std::move(of)), from_(from) {
      // nop
    }

    std::shared_ptr<connection_places> of_;
    source from_;
  };

  /// @param per_source_max connections from one address at once; 0: as many as there are at all
  connection_places(std::size_t count_max, std::size_t per_source_max)
    : count_max_(count_max), per_source_max_(per_source_max) {
    // nop
  }

  /// A place for a connection from an address; none if there is no room.
  std::optional<place> take(const source& from);

  /// Places taken.
  std::size_t taken() const noexcept {
    return taken_.load();
  }

private:
  void leave(const source& from) noexcept;

  const std::size_t count_max_;
  const std::size_t per_source_max_;
  std::atomic<std::size_t> taken_{0};
  sync::mutex mutex_;
  /// Empty unless connections per address are limited.
  std::map<source, std::size_t> per_source_ GUARDED_BY(mutex_);
};

} // namespace callboard::http
