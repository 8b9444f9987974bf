#pragma once

#include <memory>
#include <utility>

#include <asio/any_io_executor.hpp>
#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/socket_base.hpp>

#include "http/transport/socket_core.hpp"

namespace callboard::http {

/// A connection whose incoming bytes pass an `request_framer`: whoever reads from it sees sound requests
/// only. Reads wait for no longer than the limits say; a request that takes longer is a fault, and a
/// connection that idles longer looks as if it had ended. What large answers it writes its gate is told
/// of as the client takes them.
///
/// Looks like an asio stream socket as far as RESTinio asks. Reads run one after the other and on
/// the executor of their handlers, as does all else that is done with it meanwhile.
template <class Stream>
class framed_socket {
public:
  using executor_type = asio::any_io_executor;

  /// @param place freed when the connection is closed for good
  /// @param source where it comes from
  /// @param is_beyond_limit there was no room for it: it is to be told so
  framed_socket(Stream stream, connection_places::place place, const client_source& source,
                bool is_beyond_limit, std::shared_ptr<const connection_rules> rules)
    : core_(std::make_shared<core>(std::move(stream), std::move(place), source, is_beyond_limit,
                                   std::move(rules))) {
    // nop
  }

  /// Whether there was no room for it.
  bool is_beyond_limit() const noexcept {
    return core_->is_beyond_limit();
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
    return !core_->is_closed() && core_->stream.lowest_layer().is_open();
  }

  void cancel(asio::error_code& fault) {
    lowest_layer().cancel(fault);
  }

  /// Nothing goes out any more. Nothing comes either, unless the client was refused: then it may be
  /// in the middle of sending, and must not be cut off before it has read why.
  void shutdown(asio::socket_base::shutdown_type what, asio::error_code& fault) {
    if (core_->can_take_leave())
      return; // then so does `close`
    lowest_layer().shutdown(core_->must_linger() ? asio::socket_base::shutdown_send : what, fault);
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
    if (const auto answer = core_->going(); answer != 0 || !core::is_plain)
      core_->write(answer, from, std::forward<Handler>(handler));
    else
      core_->stream.async_write_some(from, std::forward<Handler>(handler));
  }

private:
  using core = socket_core<Stream>;

  std::shared_ptr<core> core_;
};

} // namespace callboard::http
