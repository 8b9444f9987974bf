#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include <callboard/time.hpp>

namespace callboard::http {

class event_stream;

/// The streams of one server, those in which nothing was sent for the longest time first. All members may be
/// called from any thread.
class open_streams {
public:
  struct entry {
    std::weak_ptr<event_stream> of;
    steady_time sent_at{};
  };

  /// Where a stream stands in the list; none: it does not.
  using place = std::optional<std::list<entry>::iterator>;

  /// Takes up a stream.
  void add(const std::shared_ptr<event_stream>& opened, steady_time now);

  /// Something was sent in it.
  void touch(event_stream& sent_in, steady_time now) noexcept;

  /// Forgets a stream that has ended. Does nothing if it is not there.
  void remove(event_stream& ended) noexcept;

  /// Sends a comment in each stream in which nothing was sent since then.
  void comment(steady_time silent_since);

  /// Lets go of all their connections.
  void cut_all();

private:
  std::vector<std::shared_ptr<event_stream>> silent_since(std::optional<steady_time> time);

  std::mutex mutex_;
  std::list<entry> entries_;
};

} // namespace callboard::http
