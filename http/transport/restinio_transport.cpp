#include "http/transport/transport.hpp"

#include <atomic>
#include <type_traits>
#include <utility>

#include <asio/ssl/stream.hpp>
#include <restinio/all.hpp>

#include "http/transport/framed_socket.hpp"
#include "http/transport/listener.hpp"

namespace callboard::http {

namespace {

/// How much of a body that is too large is read, so that the connection can go on after its 413:
/// clients that send a body before they look at the answer read it for any sane mistake. Beyond that
/// the 413 ends the connection.
constexpr std::uint64_t refused_body_bytes_max = 64 * 1024 * 1024;

/// Marks the type for which the parser gets our callbacks; the methods are RESTinio's.
struct parser_methods : restinio::default_http_methods_t {};

// What the parser calls. Each gets the context that RESTinio keeps its progress in.

restinio::impl::http_parser_ctx_t& context_of(const http_parser* parser) noexcept {
  return *static_cast<restinio::impl::http_parser_ctx_t*>(parser->data);
}

/// Where the method gives a body no meaning, it is kept as far as it takes to see that there is one.
constexpr std::uint64_t meaningless_bytes_max = 4096;

/// Of a body that is longer than that nothing is kept.
std::uint64_t kept_bytes_max(const http_parser& parser) noexcept {
  if (arriving->screened && !arriving->screened->wants_body)
    return 0;
  const auto most = context_of(&parser).m_limits.max_body_size();
  const auto has_meaning
    = parser.method != HTTP_GET && parser.method != HTTP_HEAD && parser.method != HTTP_OPTIONS;
  return has_meaning ? most : std::min(most, meaningless_bytes_max);
}

/// What the parser is told when memory runs out: that the request cannot be read.
template <class Function>
int guarded(Function&& run) noexcept {
  try {
    run();
    return 0;
  } catch (const std::exception&) {
    return -1;
  }
}

int on_headers_complete(http_parser* parser) noexcept {
  auto& context = context_of(parser);
  context.m_header.http_major(parser->http_major);
  context.m_header.http_minor(parser->http_minor);
  // RESTinio gives requests that ask for an upgrade to their handler without any time limit. As far
  // as it is concerned there are none: the server ignores them, as it may (RFC 9110, 7.8).
  parser->upgrade = 0;
  context.m_leading_headers_completed = true;
  // Bodies are kept by the connection, not by RESTinio, which would keep them until they are answered.
  arriving->body.clear();
  const auto has_length = parser->content_length != ULLONG_MAX;
  if (has_length && parser->content_length <= kept_bytes_max(*parser))
    return guarded([&] { arriving->body.reserve(parser->content_length); });
  return 0;
}

int on_body(http_parser* parser, const char* at, std::size_t length) noexcept {
  auto& context = context_of(parser);
  const auto bytes = context.m_header.content_length() + length;
  context.m_header.content_length(bytes);
  // The rest will not come: the request ends with one more byte.
  if (arriving->fault != nullptr)
    parser->content_length = std::min<std::uint64_t>(parser->content_length, 1);
  if (bytes <= kept_bytes_max(*parser))
    return guarded([&] { arriving->body.append(at, length); });
  std::string{}.swap(arriving->body);
  return 0;
}

int on_chunk_header(http_parser*) noexcept {
  // Nobody asks where chunks began; RESTinio would note it, many bytes for each byte of body.
  return 0;
}

} // namespace

} // namespace callboard::http

namespace restinio::impl {

/// RESTinio's callbacks, with ours in place of those that hide what we must know.
template <>
inline http_parser_settings create_parser_settings<callboard::http::parser_methods>() noexcept {
  auto made = create_parser_settings<default_http_methods_t>();
  made.on_headers_complete = callboard::http::on_headers_complete;
  made.on_body = callboard::http::on_body;
  made.on_chunk_header = callboard::http::on_chunk_header;
  return made;
}

} // namespace restinio::impl

namespace callboard::http {

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

/// Up to this size head and body go out as one piece: a copy is cheaper than a second buffer.
constexpr std::size_t joined_bytes_max = 4096;

/// Whether this thread is inside a request handler: RESTinio loses pipelined requests when one is
/// answered there.
thread_local bool is_handling = false;

/// One request that RESTinio has read.
class restinio_exchange final : public exchange {
public:
  restinio_exchange(asio::io_context& io, asio::io_context& aside,
                    std::shared_ptr<in_flight> shared, restinio::request_handle_t from)
    : exchange(std::move(shared), view(*from), std::move(arriving->screened)),
      io_(io),
      aside_(aside),
      id_(from->request_id()),
      output_(arriving->way_out),
      connection_(std::move(restinio::impl::access_req_connection(*from))),
      bytes_(std::move(from)),
      body_(std::move(arriving->body)) {
    arriving->body.clear();
    received().body = body_;
  }

  ~restinio_exchange() override {
    close();
  }

  /// The handler has returned. A body can be large, and its answer be waited for.
  void forget_body() noexcept {
    std::string{}.swap(body_);
  }

protected:
  void write(outgoing made) override {
    restinio::writable_items_container_t items;
    if (made.body.size() <= joined_bytes_max) {
      made.head += made.body;
      made.body.clear();
    }
    // The connection is held, and with it its outlet.
    if (made.counted)
      made.counted->begin(output_.shared_from_this());
    items.reserve(2);
    items.emplace_back(std::move(made.head));
    if (!made.body.empty())
      items.emplace_back(std::move(made.body));
    restinio::write_group_t group{std::move(items)};
    // RESTinio calls it exactly once, at the latest when it destroys the group.
    group.after_write_notificator(when_out(std::move(made.record), std::move(made.counted)));
    hand_over(std::move(connection_), std::move(group),
              restinio::response_parts_attr_t::final_parts, made.closes);
  }

  void write_portion(std::string bytes, std::shared_ptr<backpressure::place> counted,
                     std::function<void(bool is_out)> done) override {
    if (counted)
      counted->begin(output_.shared_from_this());
    restinio::writable_items_container_t items;
    items.emplace_back(std::move(bytes));
    restinio::write_group_t group{std::move(items)};
    // The connection holds the group, and the group this exchange, which must not hold the connection
    // meanwhile: a server that stops then would leave all three behind.
    const std::weak_ptr<restinio::impl::connection_handle_t::element_type> held{connection_};
    group.after_write_notificator([this, held, done = std::move(done),
                                   counted = std::move(counted)](const asio::error_code& fault) {
      if (!fault)
        connection_ = held.lock();
      done(!fault);
    });
    hand_over(std::move(connection_), std::move(group),
              restinio::response_parts_attr_t::not_final_parts, false);
  }

  void run_later(bool is_long, std::function<void()> work) override {
    asio::post(is_long ? aside_ : io_, std::move(work));
  }

  void release() noexcept override {
    connection_.reset();
  }

private:
  /// The request as views into RESTinio's, which stays until this object goes.
  static request view(const restinio::request_t& from) {
    const auto& header = from.header();
    request made;
    made.verb_name = header.method().c_str();
    made.verb = parse_method(made.verb_name);
    made.target = header.request_target();
    made.headers.reserve(header.fields_count());
    header.for_each_field([&made](const restinio::http_header_field_t& field) {
      made.headers.push_back({field.name(), field.value()});
    });
    made.body_bytes = header.content_length();
    made.version = header.http_major() * 10 + header.http_minor();
    made.keeps_alive = header.should_keep_alive();
    made.fault = arriving->fault;
    made.is_beyond_limit = arriving->is_beyond_limit;
    made.from = source_of(from.remote_endpoint().address());
    return made;
  }

  restinio::write_status_cb_t when_out(std::shared_ptr<const log_record> record,
                                       std::shared_ptr<const backpressure::place> large) const {
    // A bare pointer fits into the function object without an allocation; the traffic outlives the
    // io_context, which outlives this function.
    auto* counted = shared_.get();
    if (!record && !large)
      return [counted](const asio::error_code&) { counted->finish(); };
    return
      [counted, record = std::move(record), large = std::move(large)](const asio::error_code&) {
        if (!record)
          return counted->finish();
        counted->log({.request_id = record->request_id,
                      .method = record->method,
                      .path = record->path,
                      .status = record->status,
                      .took = record->took,
                      .key_name = record->key_name,
                      .job_id = record->job_id});
        counted->finish();
      };
  }

  /// From here on the group itself sees to it that it is counted, so nothing may be thrown.
  void hand_over(restinio::impl::connection_handle_t to, restinio::write_group_t group,
                 restinio::response_parts_attr_t parts, bool closes) noexcept {
    const restinio::response_output_flags_t flags{
      parts, closes ? restinio::response_connection_attr_t::connection_close
                    : restinio::response_connection_attr_t::connection_keepalive};
    try {
      if (!is_handling)
        return to->write_response_parts(id_, flags, std::move(group));
      asio::defer(io_, [to, flags, id = id_, group = std::move(group)]() mutable {
        to->write_response_parts(id, flags, std::move(group));
      });
    } catch (...) {
      // Out of memory: the connection ends with its last handle.
    }
  }

  asio::io_context& io_;
  asio::io_context& aside_;
  restinio::request_id_t id_;
  connection_output& output_;
  restinio::impl::connection_handle_t connection_;
  restinio::request_handle_t bytes_;
  /// Only until the handler has returned.
  std::string body_;
};

/// What RESTinio calls for each request.
struct request_handler {
  asio::io_context* io;
  asio::io_context* aside;
  std::shared_ptr<in_flight> shared;
  request_sink sink;

  restinio::request_handling_status_t operator()(restinio::request_handle_t received) const {
    is_handling = true;
    const auto done = restinio::utils::at_scope_exit([] { is_handling = false; });
    const auto made = std::make_shared<restinio_exchange>(*io, *aside, shared, std::move(received));
    made->begin();
    sink(made);
    made->forget_body();
    return restinio::request_accepted();
  }
};

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
