#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include <asio/associated_executor.hpp>
#include <asio/bind_executor.hpp>
#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>

#include "http/framing/request_framer.hpp"
#include "http/message/head_view.hpp"
#include "http/transport/connection_places.hpp"
#include "http/transport/connection_rules.hpp"
#include "http/transport/discard.hpp"
#include "http/transport/lingering_close.hpp"
#include "http/transport/read_deadline.hpp"

namespace callboard::http {

/// What stays in place when a `framed_socket` is moved. Handlers of reads own the socket, so that it
/// outlives them; the timer's do not.
template <class Stream>
class socket_core final : public connection_output, private head_judge {
public:
  socket_core(Stream from, connection_places::place its_place, const client_source& source,
              bool is_beyond_limit, std::shared_ptr<const connection_rules> rules)
    : stream(std::move(from)),
      in(rules->bodies, this),
      rules_(std::move(rules)),
      client_{source, is_beyond_limit},
      held_(rules_->arrivals),
      place_(std::move(its_place)),
      timer_(stream.get_executor()),
      deadline_(is_beyond_limit ? rules_->times_beyond_limit : rules_->times) {
    // nop
  }

  /// Whether there was no room for the connection.
  bool is_beyond_limit() const noexcept {
    return client_.is_beyond_limit;
  }

  /// Whether the client may be in the middle of sending, and must not be cut off before it has read why
  /// nobody listens.
  bool must_linger() const noexcept {
    return in.fault() != nullptr || client_.is_beyond_limit;
  }

  /// Whether it goes on existing for itself alone.
  bool is_closed() const noexcept {
    return doing_.is_leaving;
  }

  /// Whether the client can still be told, within TLS, that nothing more comes: without that it takes the
  /// end for one that somebody on the way has made.
  bool can_take_leave() const {
    // Reads begin when the handshake is done.
    return !is_plain && on_ && !doing_.is_reading && !doing_.is_writing && !doing_.is_leaving
           && stream.lowest_layer().is_open();
  }

  void close() {
    timer_.cancel();
    held_.release();
    if constexpr (!is_plain)
      if (can_take_leave())
        return take_leave();
    close_transport(must_linger());
  }

  template <class Handler>
  void read(asio::mutable_buffer into, Handler handler) {
    auto on = executor_of(handler);
    if (!on_)
      on_ = on;
    const auto count = in.take(static_cast<char*>(into.data()), into.size());
    if (count == 0)
      return read_more(into, std::move(handler));
    asio::post(on, [this, count, handler = std::move(handler)]() mutable {
      go_on(count, std::move(handler));
    });
  }

  /// Writes a part of an answer.
  /// @param answer its number if it is a large one; else 0
  template <class Buffers, class Handler>
  void write(std::uint64_t answer, const Buffers& from, Handler&& handler) {
    auto on = executor_of(handler);
    doing_.is_writing = true;
    stream.async_write_some(
      from, asio::bind_executor(on, [this, answer, handler = std::forward<Handler>(handler)](
                                      const asio::error_code& fault, std::size_t count) mutable {
        doing_.is_writing = false;
        if (answer != 0)
          rules_->answers.progress(answer);
        handler(fault, count);
      }));
  }

  void drop(std::uint64_t answer) noexcept override {
    try {
      auto self = std::static_pointer_cast<socket_core>(shared_from_this());
      asio::post(on_, [self = std::move(self), answer] {
        if (self->going() == answer)
          self->reset();
      });
    } catch (...) {
      // Out of memory: RESTinio's own time limit ends the connection.
    }
  }

  void crowd_out(std::uint64_t request) noexcept override {
    try {
      auto self = std::static_pointer_cast<socket_core>(shared_from_this());
      asio::post(on_, [self = std::move(self), request] {
        if (!self->held_.is(request))
          return;
        if (self->doing_.is_reading)
          self->refuse(faults::too_much_unread);
        else
          self->held_.release(); // if it still holds something it asks for room again
      });
    } catch (...) {
      // Out of memory: the request's own time limit ends it.
    }
  }

  static constexpr bool is_plain = std::is_same_v<Stream, asio::ip::tcp::socket>;

  Stream stream;
  request_framer in;

private:
  using steady_clock = std::chrono::steady_clock;

  /// What is worth a wake-up in the middle of a body; fast clients send more at a time anyway.
  static constexpr std::uint64_t wake_bytes_max = 16 * 1024;
  /// How long a client may take to answer that it, too, has nothing more to say: it need not.
  static constexpr std::chrono::seconds leave_limit{2};

  template <class Handler>
  auto executor_of(const Handler& handler) {
    return asio::get_associated_executor(handler, stream.get_executor());
  }

  template <class Handler>
  void read_more(asio::mutable_buffer into, Handler handler) {
    if (const auto* fault = in.fault())
      return fail(*fault, into, std::move(handler));
    if (!held_.hold(in.held_bytes() + in.parsed_bytes(), shared_from_this()))
      return fail(faults::too_much_unread, into, std::move(handler));
    deadline_.begin(in);
    set_wake_bytes();
    auto on = executor_of(handler);
    doing_.is_reading = true;
    watch(on);
    if constexpr (is_plain)
      if (in.discardable() > 0)
        return discard(into, std::move(handler));
    stream.async_read_some(
      into, asio::bind_executor(on, [this, into, handler = std::move(handler)](
                                      const asio::error_code& fault, std::size_t count) mutable {
        doing_.is_reading = false;
        came(into, fault, count, std::move(handler));
      }));
  }

  /// Throws away what comes of a body that was refused. Read into the parser's buffer of 2 KiB, a few
  /// clients that send as fast as they can would keep a thread busy with nothing.
  template <class Handler>
  void discard(asio::mutable_buffer into, Handler handler) {
    auto on = executor_of(handler);
    stream.async_wait(asio::socket_base::wait_read,
                      asio::bind_executor(on, [this, into, handler = std::move(handler)](
                                                const asio::error_code& fault) mutable {
                        doing_.is_reading = false;
                        if (fault)
                          return came(into, fault, 0, std::move(handler));
                        const auto count = discard_bytes(stream.native_handle(), in.discardable());
                        if (!count)
                          return handler(asio::error::eof, 0);
                        in.discard(*count);
                        read_more(into, std::move(handler));
                      }));
  }

  template <class Handler>
  void came(asio::mutable_buffer into, const asio::error_code& fault, std::size_t count,
            Handler handler) {
    const auto* refused = std::exchange(doing_.refused, nullptr);
    if (fault && (refused == nullptr || !stream.lowest_layer().is_open()))
      return handler(fault, 0);
    if (fault)
      return fail(*refused, into, std::move(handler));
    count = in.came(static_cast<char*>(into.data()), count, into.size());
    if (count > 0)
      go_on(count, std::move(handler));
    else
      read_more(into, std::move(handler));
  }

  /// Ends what comes with a fault that is not in the bytes. Without a request, or of one that has been
  /// answered, nobody waits for an answer: the connection just ends.
  template <class Handler>
  void fail(const framing_fault& why, asio::mutable_buffer into, Handler handler) {
    const auto is_asked = in.waits_for() != request_framer::phase::idle || client_.is_beyond_limit;
    if (is_asked)
      in.fail(why);
    const auto count
      = is_asked ? in.take(static_cast<char*>(into.data()), into.size()) : std::size_t{0};
    auto on = executor_of(handler);
    asio::post(on, [this, count, handler = std::move(handler)]() mutable {
      if (count > 0)
        go_on(count, std::move(handler));
      else
        handler(asio::error::eof, 0);
    });
  }

  /// Has the read that is under way end with a fault.
  void refuse(const framing_fault& why) noexcept {
    doing_.refused = &why;
    asio::error_code ignored;
    stream.lowest_layer().cancel(ignored);
  }

  verdict judge(std::string_view head) noexcept override {
    try {
      auto asked = view_head(head);
      asked.from = client_.source;
      asked.is_beyond_limit = client_.is_beyond_limit;
      // Who waits for a 100 is told at once that a body is too large, others when it has been read.
      if (asked.body_bytes <= rules_->bodies.body_bytes_max && !asked.header("Expect"))
        asked.body_bytes = 0;
      arrived_.screened = rules_->screen(asked, steady_clock::now());
      if (!arrived_.screened || !arrived_.screened->refused)
        return verdict::go_on;
      if (!asked.keeps_alive)
        arrived_.screened->refused->close_connection();
      return arrived_.screened->refused->closes_connection() ? verdict::answer_and_end
                                                             : verdict::answer;
    } catch (...) {
      // Out of memory: it is judged when it is whole.
      return verdict::go_on;
    }
  }

  /// Lets the parser have what is in its buffer.
  template <class Handler>
  void go_on(std::size_t count, Handler handler) {
    if (!in.must_say_continue())
      return give(count, handler);
    // Nothing else is being written: the answers to all earlier requests are out.
    static constexpr std::string_view go = "HTTP/1.1 100 Continue\r\n\r\n";
    auto on = executor_of(handler);
    asio::async_write(
      stream, asio::const_buffer(go.data(), go.size()),
      asio::bind_executor(on, [this, count, handler = std::move(handler)](
                                const asio::error_code& fault, std::size_t) mutable {
        if (fault)
          handler(fault, 0);
        else
          give(count, handler);
      }));
  }

  template <class Handler>
  void give(std::size_t count, Handler& handler) {
    arrival with{*this, in.fault(), client_.is_beyond_limit, arrived_.body, arrived_.screened};
    arriving = &with;
    handler(asio::error_code{}, count);
    arriving = nullptr;
    // Until it is answered a request is no longer under way.
    if (in.waits_for() == request_framer::phase::idle)
      held_.release();
  }

  void take_leave() {
    doing_.is_leaving = true;
    auto self = std::static_pointer_cast<socket_core>(shared_from_this());
    timer_.expires_after(leave_limit);
    timer_.async_wait(asio::bind_executor(on_, [self](const asio::error_code& canceled) {
      if (!canceled)
        self->close_transport(false);
    }));
    stream.async_shutdown(asio::bind_executor(on_, [self](const asio::error_code& fault) {
      self->timer_.cancel();
      // It may be a client that goes on sending.
      self->close_transport(static_cast<bool>(fault));
    }));
  }

  void close_transport(bool lingers) {
    asio::error_code ignored;
    if (!lingers || !stream.lowest_layer().is_open()) {
      stream.lowest_layer().close(ignored);
      return;
    }
    auto& socket = static_cast<asio::ip::tcp::socket&>(stream.lowest_layer());
    close_lingering(std::move(socket),
                    std::make_shared<connection_places::place>(std::move(place_)));
  }

  /// What is written fails; what the system still holds for the client is thrown away, too.
  void reset() {
    auto& socket = stream.lowest_layer();
    asio::error_code ignored;
    socket.set_option(asio::socket_base::linger{true, 0}, ignored);
    timer_.cancel();
    socket.close(ignored);
  }

  /// Thousands of clients that send their bodies a few bytes at a time would keep a thread busy with
  /// nothing: these bytes stay in the system until there are enough of them, or all of the content.
  /// An end or a fault of the connection is told at once all the same.
  void set_wake_bytes() {
    // With TLS bytes of content are no bytes of the connection.
    if constexpr (is_plain) {
      const auto wanted = std::clamp<std::uint64_t>(in.content_missing(), 1, wake_bytes_max);
      if (wanted == doing_.wake_bytes)
        return;
      doing_.wake_bytes = wanted;
      asio::error_code ignored; // where it cannot be set there is no connection any more
      stream.set_option(asio::socket_base::receive_low_watermark{static_cast<int>(wanted)},
                        ignored);
    }
  }

  /// Sees to it that the timer looks no later than at the deadline. Most deadlines are later than
  /// when it looks anyway, so that a busy connection costs one timer a minute.
  template <class Executor>
  void watch(const Executor& on) {
    if (doing_.is_watched && timer_.expiry() <= deadline_.at())
      return;
    doing_.is_watched = true;
    timer_.expires_at(deadline_.at());
    timer_.async_wait(asio::bind_executor(
      on, [weak = this->weak_from_this(), this, on](const asio::error_code& canceled) {
        if (const auto self = weak.lock(); self && !canceled)
          look(on);
      }));
  }

  template <class Executor>
  void look(const Executor& on) {
    doing_.is_watched = false;
    if (!doing_.is_reading)
      return;
    if (steady_clock::now() < deadline_.at())
      return watch(on);
    refuse(read_deadline::fault_of(in.waits_for()));
  }

  /// Who has connected.
  struct client {
    client_source source;
    bool is_beyond_limit;
  };

  /// What comes with the request that the parser is being given.
  struct arrived {
    std::string body;
    std::unique_ptr<screening> screened;
  };

  /// What is under way.
  struct activity {
    bool is_reading = false;
    bool is_writing = false;
    bool is_leaving = false;
    bool is_watched = false;
    /// The system reports that there are bytes only once this many have come.
    std::uint64_t wake_bytes = 1;
    /// Why the read that is under way has to end.
    const framing_fault* refused = nullptr;
  };

  const std::shared_ptr<const connection_rules> rules_;
  const client client_;
  arrived arrived_;
  arrival_gate::place held_;
  /// Where everything of this connection runs. Set by the first read and never changed.
  asio::any_io_executor on_;
  connection_places::place place_;
  asio::steady_timer timer_;
  read_deadline deadline_;
  activity doing_;
};

} // namespace callboard::http
