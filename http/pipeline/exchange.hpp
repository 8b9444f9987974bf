#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <callboard/time.hpp>

#include "http/message/head.hpp"
#include "http/message/message.hpp"
#include "http/pipeline/in_flight.hpp"
#include "http/pipeline/screening.hpp"

namespace callboard::http {

/// What the log is told of an answered request; owns its texts.
struct log_record {
  std::string request_id;
  std::string method;
  std::string path;
  std::string key_name;
  std::string job_id;
  int status = 0;
  std::chrono::microseconds took{0};
};

/// The bytes of an answer, ready to go out.
struct outgoing {
  /// Status line, headers and the empty line.
  std::string head;
  std::string body;
  /// Whether the connection ends with it.
  bool closes = false;
  /// For the log, once it has been sent; null: no log.
  std::shared_ptr<const log_record> record;
  /// What it counts as among large answers; to be kept with the bytes. Null if it is small.
  std::shared_ptr<backpressure::place> counted;
};

/// A body that is printed bit by bit: appends the next bit to the text, and says whether there is more.
using body_portions = std::function<bool(std::string& to)>;

class event_stream;

/// One request and the way back to its client. Answered exactly once: by the first `answer`, or
/// with 500 when the last owner lets go of it. Owned by `shared_ptr`.
class exchange : public std::enable_shared_from_this<exchange> {
public:
  exchange(const exchange&) = delete;
  exchange& operator=(const exchange&) = delete;
  virtual ~exchange();

  /// Enters the request into the traffic: the first thing to do with a new one.
  void begin() {
    shared_->add(*this);
  }

  /// The request. Only for the thread that handles it, until the handler has returned.
  request& received() noexcept {
    return received_;
  }

  /// When it came.
  steady_time came_at() const noexcept {
    return came_at_;
  }

  /// Headers that the answer gets whatever it is; set by the middleware before anybody answers.
  response& every_answer() noexcept {
    return every_answer_;
  }

  /// What was found when its head arrived; null: not checked yet. Only for the thread that handles it.
  const std::unique_ptr<screening>& screened() const noexcept {
    return screened_;
  }

  /// Sends the answer; does nothing if there was one. From any thread.
  void answer(response made) noexcept;

  /// The same with a list, which is made on a server thread, soon: bodies that take long to print are
  /// nothing for engine threads. 503 if clients leave too many answers unread for one so large.
  /// @param bytes its size, as far as it is known before it is made
  void answer_later(std::size_t bytes, std::function<response()> make) noexcept;

  /// The same with a list of any size: it is printed in portions, the next one when the client has taken
  /// the last, so that no more than one of them is held. A body of one portion has a length; a longer
  /// one is chunked, or ends with the connection (HTTP/1.0). 503 as above, for the first portion.
  /// @param head status, type and headers
  void answer_in_portions(std::size_t bytes, response head, body_portions next) noexcept;

  /// Sends the head and the body's beginning of an answer that is written as things happen. Null: there
  /// was an answer, or the request wants no body (HEAD).
  /// @param head status 200, type `text/event-stream`, and headers
  std::shared_ptr<event_stream> open_stream(response head) noexcept;

  /// Lets the answer take so much longer than others may. From any thread.
  void allow(std::chrono::milliseconds more) noexcept {
    allowance_.store(more, std::memory_order_relaxed);
  }

  /// See `allow`.
  std::chrono::milliseconds allowance() const noexcept {
    return allowance_.load(std::memory_order_relaxed);
  }

  /// Most bytes of a list that is not sent in portions: larger ones would be refused in any case.
  std::size_t list_bytes_max() const noexcept {
    return shared_->gate().bytes_max();
  }

  /// Gives the request up: its connection is let go without an answer. From any thread.
  void abandon() noexcept;

protected:
  exchange(std::shared_ptr<in_flight> shared, request received,
           std::unique_ptr<screening> screened = nullptr);

  /// To be called first in the destructor of the last derived class: answers 500 if there was no response yet.
  void close() noexcept;

  /// Hands the bytes to the connection and lets go of it. Called at most once. Sees to it that
  /// `in_flight::finish` is called once they are out, or can never go out; not if it throws. What
  /// `received` points to must stay.
  virtual void write(outgoing made) = 0;

  /// Hands some bytes to the connection, which are not the last: `write` or `release` follows.
  /// @param counted what they count as; may be null
  /// @param done told once they are out, or can never go out; on any thread
  virtual void write_portion(std::string bytes, std::shared_ptr<backpressure::place> counted,
                             std::function<void(bool is_out)> done)
    = 0;

  /// Does some work on a server thread, soon.
  /// @param is_long whether it takes so long that no other request may wait for it
  virtual void run_later(bool is_long, std::function<void()> work) = 0;

  /// Lets go of the connection. Called at most once, instead of `write`.
  virtual void release() noexcept = 0;

  const std::shared_ptr<in_flight> shared_;

private:
  friend class in_flight;
  friend class event_stream;

  struct portions;

  outgoing render(response made, body_end end = body_end::length);
  /// Null if the log is not to be told.
  std::shared_ptr<const log_record> record_of(const response& made) const;

  /// Makes a list and writes it.
  void write_made(const std::function<response()>& make) noexcept;

  void begin_portions(const std::shared_ptr<portions>& of) noexcept;
  void go_on(const std::shared_ptr<portions>& of) noexcept;
  std::function<void(bool)> when_taken(std::shared_ptr<portions> of);

  /// A list for which there is no room.
  response refuse_list() const;

  /// Ends a request whose answer could not even be made.
  void fail() noexcept;

  request received_;
  std::unique_ptr<screening> screened_;
  response every_answer_{0};
  const steady_time came_at_;
  std::atomic<bool> is_answered_{false};
  std::atomic<std::chrono::milliseconds> allowance_{};
  /// What a list that is being made counts as.
  std::shared_ptr<backpressure::place> counted_;
  // The traffic's list of requests without an answer; guarded by the list's mutex.
  bool is_listed_ = false;
  exchange* previous_ = nullptr;
  exchange* next_ = nullptr;
};

/// The right to answer a request. Copies share it; when the last one goes unused the client gets 500.
class responder {
public:
  explicit responder(std::shared_ptr<exchange> to) : to_(std::move(to)) {
    // nop
  }

  /// Sends the answer; the first one counts. From any thread.
  void send(response made) const noexcept {
    to_->answer(std::move(made));
  }

  /// Sends a list of about this many bytes that is made on a server thread, or 503.
  void send_later(std::size_t bytes, std::function<response()> make) const noexcept {
    to_->answer_later(bytes, std::move(make));
  }

  /// Sends a list of about this many bytes in portions, or 503.
  void send_in_portions(std::size_t bytes, response head, body_portions next) const noexcept {
    to_->answer_in_portions(bytes, std::move(head), std::move(next));
  }

  /// Sends an answer that is written as things happen; see `exchange::open_stream`.
  std::shared_ptr<event_stream> open_stream(response head) const noexcept {
    return to_->open_stream(std::move(head));
  }

  /// Lets the answer take so much longer than others may.
  void allow(std::chrono::milliseconds more) const noexcept {
    to_->allow(more);
  }

  /// See `exchange::list_bytes_max`.
  std::size_t list_bytes_max() const noexcept {
    return to_->list_bytes_max();
  }

private:
  std::shared_ptr<exchange> to_;
};

} // namespace callboard::http
