#include "http/transport/transport.hpp"

#include <atomic>
#include <type_traits>
#include <utility>

#include <asio/ssl/stream.hpp>
#include <restinio/all.hpp>

#include "http/transport/framed_socket.hpp"
#include "http/transport/listener.hpp"
#include "http/transport/restinio_exchange.hpp"
#include "http/transport/restinio_parser.hpp"

namespace callboard::http {

namespace {

/// How much of a body that is too large is read, so that the connection can go on after its 413:
/// clients that send a body before they look at the answer read it for any sane mistake. Beyond that
/// the 413 ends the connection.
constexpr std::uint64_t refused_body_bytes_max = 64 * 1024 * 1024;

} // namespace

/// RESTinio asks this about a socket that is not its own; found by the socket's namespace.
template <class Stream>
restinio::tls_socket_t* make_tls_socket_pointer_for_state_listener(
  framed_socket<Stream>&) noexcept {
  return nullptr;
}

namespace {

/// Longest time from a request to its answer. A message of a session is waited for up to 300 s, all else is
/// answered 504 after 75 s by the server itself; this is for the case that even that fails.
constexpr std::chrono::seconds handling_limit{400};
/// How long a client may take to read an answer: a list of a thousand jobs can be 50 MB.
constexpr std::chrono::seconds write_limit{60};
/// How often a connection looks whether its time is up, which it then is so much late at most. It does
/// so while it idles, too, and there may be many thousands.
constexpr std::chrono::seconds timer_period{5};
/// What a connection is read by: most requests are smaller, and an idle one keeps it.
constexpr std::size_t read_buffer_bytes = 2048;
/// How long a TLS handshake may take. RESTinio itself sets no limit and would wait for ever.
constexpr std::chrono::seconds handshake_limit{10};
/// The same, and how long a client has for its request, where there is no room for the connection: it
/// has one of a few places, for which others wait, and there is little to say.
constexpr std::chrono::seconds limit_beyond_limit{1};

using plain_socket = framed_socket<asio::ip::tcp::socket>;
using tls_stream = asio::ssl::stream<asio::ip::tcp::socket>;
using tls_socket = framed_socket<tls_stream>;

template <class Socket>
struct stream_traits : restinio::default_traits_t {
  using stream_socket_t = Socket;
  using request_handler_t = request_handler;
  using http_methods_mapper_t = parser_methods;
};

// What RESTinio does with a new connection; found by the namespace of the traits.

template <class Connection, class Started, class Failed>
void prepare_connection_and_start_read(plain_socket&, Connection&, Started started, Failed) {
  started();
}

template <class Connection, class Started, class Failed>
void prepare_connection_and_start_read(tls_socket& socket, Connection& connection, Started started,
                                       Failed failed) {
  const auto& strand = connection.get_executor();
  const auto self = connection.shared_from_this();
  const auto timer = std::make_shared<asio::steady_timer>(
    strand, socket.is_beyond_limit() ? limit_beyond_limit : handshake_limit);
  timer->async_wait([&socket, self](const asio::error_code& canceled) {
    if (!canceled)
      socket.close();
  });
  socket.stream().async_handshake(
    asio::ssl::stream_base::server,
    asio::bind_executor(strand, [timer, self, started, failed](const asio::error_code& fault) {
      timer->cancel();
      if (fault)
        failed(fault);
      else
        started();
    }));
}

/// Connections as RESTinio serves them, under a listener of ours: its own takes no connection any
/// more once the process has run out of descriptors, even when it has some again.
template <class Socket>
class restinio_transport final : public transport {
public:
  restinio_transport(asio::io_context& io, asio::io_context& aside,
                     const transport_options& options, std::shared_ptr<in_flight> shared,
                     request_sink sink, head_screen screen)
    : rules_(make_rules(options, *shared, std::move(screen))),
      tls_(options.tls),
      settings_(make_settings(io, options,
                              request_handler{&io, &aside, std::move(shared), std::move(sink)})),
      listener_(
        io,
        {.address = options.address,
         .port = options.port,
         .connections_max = options.connections_max,
         .connections_per_address_max = options.connections_per_address_max,
         .answers_refused = tls_ == nullptr},
        [this](asio::ip::tcp::socket from, connection_places::place place, bool is_beyond_limit) {
          connect(std::move(from), std::move(place), is_beyond_limit);
        }) {
    // nop
  }

  std::uint16_t port() const noexcept override {
    return listener_.port();
  }

  std::size_t connections() const noexcept override {
    return listener_.connections();
  }

  std::uint64_t seen() const noexcept override {
    return listener_.seen();
  }

  std::optional<std::size_t> waiting() const noexcept override {
    return listener_.waiting();
  }

  void expect_own(std::uint16_t port) noexcept override {
    listener_.expect_own(port);
  }

  void close_listener() override {
    listener_.close();
  }

private:
  using traits = stream_traits<Socket>;
  using settings = restinio::impl::connection_settings_t<traits>;
  using connection = restinio::impl::connection_t<traits>;
  /// RESTinio's own count of connections, which is off.
  using no_monitor = typename restinio::connection_count_limit_types<traits>::lifetime_monitor_t;

  static std::shared_ptr<settings> make_settings(asio::io_context& io,
                                                 const transport_options& options,
                                                 request_handler handler) {
    restinio::server_settings_t<traits> made;
    made
      .request_handler(std::move(handler))
      // With one request at a time a client may close its side and still gets its answer, and a
      // request that cannot be taken is answered after all that came before it.
      .max_pipelined_requests(1)
      // The socket has limits for each part of a request; this is for the case that they fail.
      .read_next_http_message_timelimit(2 * options.idle_limit + options.head_limit
                                        + handling_limit)
      .handle_request_timeout(handling_limit)
      .write_http_response_timelimit(write_limit)
      .buffer_size(read_buffer_bytes)
      .incoming_http_msg_limits(
        restinio::incoming_http_msg_limits_t{}.max_body_size(options.body_bytes_max));
    const auto timers = std::make_shared<restinio::asio_timer_manager_t>(io, timer_period);
    return std::make_shared<settings>(
      std::move(made), restinio::impl::create_parser_settings<parser_methods>(), timers);
  }

  static std::shared_ptr<const connection_rules> make_rules(const transport_options& options,
                                                            in_flight& shared, head_screen screen) {
    const message_reader::limits bodies{
      .body_bytes_max = std::max<std::uint64_t>(refused_body_bytes_max, options.body_bytes_max),
      .asked_body_bytes_max = options.body_bytes_max};
    return std::make_shared<const connection_rules>(connection_rules{
      .bodies = bodies,
      .times = {.head = options.head_limit, .idle = options.idle_limit},
      .times_beyond_limit = {.head = limit_beyond_limit, .idle = limit_beyond_limit},
      .answers = shared.gate(),
      .arrivals = shared.arrivals(),
      .screen = std::move(screen)});
  }

  void connect(asio::ip::tcp::socket from, connection_places::place place, bool is_beyond_limit) {
    from.set_option(asio::ip::tcp::no_delay{true});
    const auto peer = from.remote_endpoint();
    Socket checked{with_tls(std::move(from)), std::move(place), source_of(peer.address()),
                   is_beyond_limit, rules_};
    const auto made = std::make_shared<connection>(next_id_++, std::move(checked), settings_, peer,
                                                   no_monitor{nullptr});
    asio::dispatch(made->get_executor(), [made] { made->init(); });
  }

  auto with_tls(asio::ip::tcp::socket from) {
    if constexpr (std::is_same_v<Socket, tls_socket>)
      return tls_stream{std::move(from), *tls_};
    else
      return from;
  }

  const std::shared_ptr<const connection_rules> rules_;
  const std::shared_ptr<asio::ssl::context> tls_;
  const std::shared_ptr<settings> settings_;
  restinio::connection_id_t next_id_ = 1;
  listener listener_;
};

} // namespace

result<std::unique_ptr<transport>> open_transport(asio::io_context& io, asio::io_context& aside,
                                                  const transport_options& options,
                                                  std::shared_ptr<in_flight> shared,
                                                  request_sink sink, head_screen screen) {
  try {
    if (options.tls)
      return std::make_unique<restinio_transport<tls_socket>>(io, aside, options, std::move(shared),
                                                              std::move(sink), std::move(screen));
    return std::make_unique<restinio_transport<plain_socket>>(io, aside, options, std::move(shared),
                                                              std::move(sink), std::move(screen));
  } catch (const std::exception& fault) {
    return fail(errc::io, "cannot listen on " + options.address + " port "
                            + std::to_string(options.port) + ": " + fault.what());
  }
}

} // namespace callboard::http
