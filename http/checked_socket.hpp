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

#include "http/answer_gate.hpp"
#include "http/connection_places.hpp"
#include "http/inbound.hpp"
#include "http/linger.hpp"
#include "http/outlet.hpp"

namespace callboard::http {

/// What the connections of a server are read by.
struct reading_limits {
  message_reader::limits bodies;
  /// From the first byte of a request to the end of its head.
  std::chrono::steady_clock::duration head{0};
  /// For the first byte of a request, and from the end of a head to that of the body.
  std::chrono::steady_clock::duration idle{0};
};

/// The fault for which the parser is being given a request that was never sent. Set while the
/// handler of a read runs, null otherwise.
inline thread_local const framing_fault* arriving_fault = nullptr;

/// The way out of the connection whose request the parser is being given. Set while the handler of a
/// read runs, null otherwise.
inline thread_local outlet* arriving_outlet = nullptr;

/// A connection whose incoming bytes pass an `inbound`: whoever reads from it sees sound requests
/// only. Reads wait for no longer than the limits say; a request that takes longer is a fault, and a
/// connection that idles longer looks as if it had ended. What large answers it writes its gate is told
/// of as the client takes them.
///
/// Looks like an asio stream socket as far as RESTinio asks. Reads run one after the other and on
/// the executor of their handlers, as does all else that is done with it meanwhile.
template <class Stream>
class checked_socket {
public:
  using executor_type = asio::any_io_executor;

  /// @param place freed when the connection is closed for good
  /// @param gate outlives all connections
  checked_socket(Stream stream, connection_places::place place, const reading_limits& limits,
                 answer_gate& gate)
    : core_(std::make_shared<core>(std::move(stream), std::move(place), limits, gate)) {
    // nop
  }

  executor_type get_executor() {
    return lowest_layer().get_executor();
  }

  auto& lowest_layer() {
    return core_->stream.lowest_layer();
  }

  /// The stream below.
  Stream& stream() noexcept {
    return core_->stream;
  }

  bool is_open() const {
    return core_->stream.lowest_layer().is_open();
  }

  void cancel(asio::error_code& fault) {
    lowest_layer().cancel(fault);
  }

  /// Nothing goes out any more. Nothing comes either, unless the client was refused: then it may be
  /// in the middle of sending, and must not be cut off before it has read why.
  void shutdown(asio::socket_base::shutdown_type what, asio::error_code& fault) {
    lowest_layer().shutdown(core_->in.fault() != nullptr ? asio::socket_base::shutdown_send : what,
                            fault);
  }

  void close() {
    core_->close();
  }

  template <class Buffers, class Handler>
  void async_read_some(const Buffers& into, Handler&& handler) {
    core_->read(asio::mutable_buffer(into), std::forward<Handler>(handler));
  }

  template <class Buffers, class Handler>
  void async_write_some(const Buffers& from, Handler&& handler) {
    if (const auto answer = core_->going(); answer != 0)
      core_->write(answer, from, std::forward<Handler>(handler));
    else
      core_->stream.async_write_some(from, std::forward<Handler>(handler));
  }

private:
  /// What stays in place when the socket is moved. Handlers of reads own the socket, so that it
  /// outlives them; the timer's do not.
  class core final : public outlet {
  public:
    core(Stream from, connection_places::place its_place, const reading_limits& limits,
         answer_gate& gate)
      : stream(std::move(from)),
        in(limits.bodies),
        limits_(limits),
        gate_(gate),
        place_(std::move(its_place)),
        timer_(stream.get_executor()) {
      // nop
    }

    void close() {
      timer_.cancel();
      if (in.fault() == nullptr || !stream.lowest_layer().is_open())
        return stream.lowest_layer().close();
      auto& socket = static_cast<asio::ip::tcp::socket&>(stream.lowest_layer());
      linger(std::move(socket), std::make_shared<connection_places::place>(std::move(place_)));
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

    /// Writes a part of a large answer.
    template <class Buffers, class Handler>
    void write(std::uint64_t answer, const Buffers& from, Handler&& handler) {
      auto on = executor_of(handler);
      stream.async_write_some(
        from, asio::bind_executor(on, [this, answer, handler = std::forward<Handler>(handler)](
                                        const asio::error_code& fault, std::size_t count) mutable {
          gate_.progress(answer);
          handler(fault, count);
        }));
    }

    void drop(std::uint64_t answer) noexcept override {
      try {
        auto self = std::static_pointer_cast<core>(shared_from_this());
        asio::post(on_, [self = std::move(self), answer] {
          if (self->going() == answer)
            self->reset();
        });
      } catch (...) {
        // Out of memory: RESTinio's own time limit ends the connection.
      }
    }

    Stream stream;
    inbound in;

  private:
    using steady_clock = std::chrono::steady_clock;

    /// What is worth a wake-up in the middle of a body; fast clients send more at a time anyway.
    static constexpr std::uint64_t wake_bytes_max = 16 * 1024;

    template <class Handler>
    auto executor_of(const Handler& handler) {
      return asio::get_associated_executor(handler, stream.get_executor());
    }

    template <class Handler>
    void read_more(asio::mutable_buffer into, Handler handler) {
      set_deadline();
      set_wake_bytes();
      auto on = executor_of(handler);
      is_reading_ = true;
      watch(on);
      stream.async_read_some(
        into, asio::bind_executor(on, [this, into, handler = std::move(handler)](
                                        const asio::error_code& fault, std::size_t count) mutable {
          is_reading_ = false;
          came(into, fault, count, std::move(handler));
        }));
    }

    template <class Handler>
    void came(asio::mutable_buffer into, const asio::error_code& fault, std::size_t count,
              Handler handler) {
      const auto was_late = std::exchange(is_late_, false);
      auto* buffer = static_cast<char*>(into.data());
      if (!fault)
        count = in.came(buffer, count, into.size());
      else if (!was_late || !stream.lowest_layer().is_open())
        return handler(fault, 0);
      else if (in.waits_for() == inbound::phase::idle)
        return handler(asio::error::eof, 0);
      else {
        in.fail(in.waits_for() == inbound::phase::head ? faults::slow_head : faults::slow_body);
        count = in.take(buffer, into.size());
      }
      if (count > 0)
        go_on(count, std::move(handler));
      else
        read_more(into, std::move(handler));
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
      arriving_fault = in.fault();
      arriving_outlet = this;
      handler(asio::error_code{}, count);
      arriving_fault = nullptr;
      arriving_outlet = nullptr;
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
      if constexpr (std::is_same_v<Stream, asio::ip::tcp::socket>) {
        const auto wanted = std::clamp<std::uint64_t>(in.content_missing(), 1, wake_bytes_max);
        if (wanted == wake_bytes_)
          return;
        wake_bytes_ = wanted;
        asio::error_code ignored; // where it cannot be set there is no connection any more
        stream.set_option(asio::socket_base::receive_low_watermark{static_cast<int>(wanted)},
                          ignored);
      }
    }

    /// A time limit begins when what is waited for changes, that on being idle with each read.
    void set_deadline() {
      const auto phase = in.waits_for();
      if (phase != inbound::phase::idle && phase == phase_ && in.count() == count_)
        return;
      phase_ = phase;
      count_ = in.count();
      deadline_
        = steady_clock::now() + (phase == inbound::phase::head ? limits_.head : limits_.idle);
    }

    /// Sees to it that the timer looks no later than at the deadline. Most deadlines are later than
    /// when it looks anyway, so that a busy connection costs one timer a minute.
    template <class Executor>
    void watch(const Executor& on) {
      if (is_watched_ && timer_.expiry() <= deadline_)
        return;
      is_watched_ = true;
      timer_.expires_at(deadline_);
      timer_.async_wait(asio::bind_executor(
        on, [weak = this->weak_from_this(), this, on](const asio::error_code& canceled) {
          if (const auto self = weak.lock(); self && !canceled)
            look(on);
        }));
    }

    template <class Executor>
    void look(const Executor& on) {
      is_watched_ = false;
      if (!is_reading_)
        return;
      if (steady_clock::now() < deadline_)
        return watch(on);
      is_late_ = true;
      asio::error_code ignored;
      stream.lowest_layer().cancel(ignored);
    }

    const reading_limits limits_;
    answer_gate& gate_;
    /// Where everything of this connection runs. Set by the first read and never changed.
    asio::any_io_executor on_;
    connection_places::place place_;
    asio::steady_timer timer_;
    steady_clock::time_point deadline_{};
    std::uint64_t count_ = 0;
    /// So many bytes must have come for the system to say that there are any.
    std::uint64_t wake_bytes_ = 1;
    inbound::phase phase_ = inbound::phase::idle;
    bool is_reading_ = false;
    bool is_watched_ = false;
    bool is_late_ = false;
  };

  std::shared_ptr<core> core_;
};

} // namespace callboard::http
