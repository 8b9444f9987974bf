#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "http/pipeline/exchange.hpp"
#include "http/pipeline/open_streams.hpp"

namespace callboard::http {

/// An answer that is written as things happen: `text/event-stream`. Costs a connection and this object, and
/// no thread. Owned by `shared_ptr`, by whoever has something to send; when the last owner lets go of it the
/// connection ends. All members may be called from any thread.
class event_stream : public std::enable_shared_from_this<event_stream> {
public:
  /// As much may wait until the client has taken what was sent before: larger than any event but the
  /// one with an agent's answer, which comes last.
  static constexpr std::size_t unread_bytes_max = 64 * 1024;

  /// How its bytes go out.
  struct framing {
    body_end end = body_end::chunks;
    /// Whether the connection ends with it.
    bool closes = false;
    /// For the log, once it has been sent; null: no log.
    std::shared_ptr<const log_record> record = nullptr;
  };

  /// `exchange::open_stream` makes it.
  event_stream(std::shared_ptr<exchange> through, framing how);
  event_stream(const event_stream&) = delete;
  event_stream& operator=(const event_stream&) = delete;
  ~event_stream();

  /// Writes the head. Called once, first.
  void open(std::string head);

  /// Sends an event. False, and nothing is sent: the stream has ended, or so much waits for its client
  /// that there is no room.
  /// @param data without line ends, as compact JSON is
  bool send(std::string_view event, std::string_view data);

  /// Sends an event whatever waits, and ends the stream. Does nothing if it has ended.
  void end(std::string_view event, std::string_view data);

  /// The same with events that `render_event` has made.
  void end(std::string events);

  /// Sends a comment if nothing else is on its way: those in between see that the connection is alive, and
  /// the server that its client is still there.
  void send_comment();

  /// Lets go of the connection without an end.
  void cut() noexcept;

  /// Told on any thread when the client has gone, or takes nothing any more; at once if it has. Not if
  /// the stream has ended. Must not own the stream.
  void on_gone(std::function<void()> told);

  /// Where it stands in the list of open streams.
  open_streams::place& listed() noexcept {
    return listed_;
  }

private:
  enum class phase : std::uint8_t {
    open,
    /// What waits is the last.
    ending,
    /// The last was handed to the connection, or there is none any more.
    over,
  };

  /// Appends to what waits, and has it written unless something is on its way.
  bool append(std::string bytes, bool is_last);
  void write_next() noexcept;
  void written(bool is_out) noexcept;
  std::string framed(std::string bytes) const;

  const std::shared_ptr<exchange> through_;
  const framing how_;
  std::mutex mutex_;
  // The next five are guarded by the mutex.
  std::string waiting_;
  std::function<void()> gone_;
  phase phase_ = phase::open;
  bool is_writing_ = false;
  bool is_gone_ = false;
  open_streams::place listed_;
};

/// An event as it goes out.
/// @param data without line ends, as compact JSON is
std::string render_event(std::string_view event, std::string_view data);

} // namespace callboard::http
