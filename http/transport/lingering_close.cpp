#include "http/transport/lingering_close.hpp"

#include <array>
#include <chrono>
#include <utility>

#include <asio/bind_executor.hpp>
#include <asio/buffer.hpp>
#include <asio/steady_timer.hpp>
#include <asio/strand.hpp>

namespace callboard::http {

namespace {

/// Long enough for an answer to cross the world and for the client to close.
constexpr std::chrono::seconds linger_limit{2};

class lingering_close : public std::enable_shared_from_this<lingering_close> {
public:
  lingering_close(asio::ip::tcp::socket from, std::shared_ptr<const void> held)
    : strand_(asio::make_strand(from.get_executor())),
      from_(std::move(from)),
      timer_(strand_, linger_limit),
      held_(std::move(held)) {
    // nop
  }

  void begin() {
    asio::error_code ignored;
    from_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    timer_.async_wait([self = shared_from_this()](const asio::error_code&) {
      asio::error_code closed;
      self->from_.close(closed);
    });
    drop_next();
  }

private:
  void drop_next() {
    from_.async_read_some(
      asio::buffer(dropped_),
      asio::bind_executor(strand_,
                          [self = shared_from_this()](const asio::error_code& fault, std::size_t) {
                            if (fault)
                              self->timer_.cancel();
                            else
                              self->drop_next();
                          }));
  }

  asio::strand<asio::any_io_executor> strand_;
  asio::ip::tcp::socket from_;
  asio::steady_timer timer_;
  std::shared_ptr<const void> held_;
  std::array<char, 4096> dropped_;
};

} // namespace

void close_lingering(asio::ip::tcp::socket from, std::shared_ptr<const void> held) {
  std::make_shared<lingering_close>(std::move(from), std::move(held))->begin();
}

} // namespace callboard::http
