#include "http/stream.hpp"

#include <atomic>
#include <future>
#include <utility>

#include <restinio/all.hpp>
#include <restinio/tls.hpp>

namespace callboard::http {

namespace {

/// How much of a body that is too large is read before the connection is cut instead of answered:
/// clients that send a body before they look at the answer get their 413 for any sane mistake.
constexpr std::uint64_t refused_body_bytes_max = 64 * 1024 * 1024;

/// Marks the type for which the parser gets our callbacks; the methods are RESTinio's.
struct parser_methods : restinio::default_http_methods_t {};

// What the parser calls. Each gets the context that RESTinio keeps its progress in.

restinio::impl::http_parser_ctx_t& context_of(http_parser* parser) noexcept {
  return *static_cast<restinio::impl::http_parser_ctx_t*>(parser->data);
}

int on_headers_complete(http_parser* parser) noexcept {
  auto& context = context_of(parser);
  context.m_header.http_major(parser->http_major);
  context.m_header.http_minor(parser->http_minor);
  // RESTinio gives requests that ask for an upgrade to their handler without any time limit. As far
  // as it is concerned there are none; the middleware refuses them.
  parser->upgrade = 0;
  const auto has_length = parser->content_length != ULLONG_MAX;
  if (!has_length || parser->content_length <= context.m_limits.max_body_size())
    return restinio::impl::restinio_headers_complete_cb(parser);
  context.m_leading_headers_completed = true;
  return parser->content_length > refused_body_bytes_max ? -1 : 0;
}

int on_body(http_parser* parser, const char* at, std::size_t length) noexcept {
  auto& context = context_of(parser);
  const auto bytes = context.m_header.content_length() + length;
  context.m_header.content_length(bytes);
  if (bytes <= context.m_limits.max_body_size())
    return restinio::impl::restinio_body_cb(parser, at, length);
  std::string{}.swap(context.m_body);
  return bytes > refused_body_bytes_max ? -1 : 0;
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

namespace {

// Limits of what is read. http.md promises the first three.
constexpr std::size_t target_bytes_max = 8192;
constexpr std::size_t field_bytes_max = 8192;
constexpr std::size_t field_count_max = 100;
/// Longest time from a request to its answer. Waiting takes up to 60 s and the server itself answers
/// 504 after 75 s; this is for the case that even that fails.
constexpr std::chrono::seconds handling_limit{90};
/// How long a client may take to read an answer: a list of a thousand jobs can be 50 MB.
constexpr std::chrono::seconds write_limit{60};
/// How long a TLS handshake may take. RESTinio itself sets no limit and would wait for ever.
constexpr std::chrono::seconds handshake_limit{10};

/// Up to this size head and body go out as one piece: a copy is cheaper than a second buffer.
constexpr std::size_t joined_bytes_max = 4096;

/// Whether this thread is inside a request handler: RESTinio loses pipelined requests when one is
/// answered there.
thread_local bool is_handling = false;

/// Counts the connections of a stream. Shared with them, so that it lives as long as they do.
class connection_count {
public:
  explicit connection_count(std::size_t limit) : limit_(limit) {
    // nop
  }

  std::atomic<std::size_t> open{0};

  /// RESTinio asks this about each new connection. Its own limiter leaks a place with each
  /// connection that is reset before it is accepted, and leaves clients beyond the limit waiting.
  restinio::ip_blocker::inspection_result_t inspect(
    const restinio::ip_blocker::incoming_info_t&) const noexcept {
    return open.load() < limit_ ? restinio::ip_blocker::allow() : restinio::ip_blocker::deny();
  }

private:
  std::size_t limit_;
};

/// RESTinio's timers, one per connection; each is also the connection's entry in the count.
class counting_timers {
public:
  using count_ptr = std::shared_ptr<connection_count>;

  class timer_guard_t {
  public:
    timer_guard_t(const restinio::asio_timer_manager_t& timers, count_ptr count)
      : timer_(timers.create_timer_guard()), count_(std::move(count)) {
      count_->open.fetch_add(1);
    }

    timer_guard_t(const timer_guard_t&) = delete;
    timer_guard_t& operator=(const timer_guard_t&) = delete;

    ~timer_guard_t() {
      count_->open.fetch_sub(1);
    }

    void schedule(restinio::tcp_connection_ctx_weak_handle_t connection) {
      timer_.schedule(std::move(connection));
    }

    void cancel() noexcept {
      timer_.cancel();
    }

  private:
    restinio::asio_timer_manager_t::timer_guard_t timer_;
    count_ptr count_;
  };

  struct factory_t {
    count_ptr count;

    std::shared_ptr<counting_timers> create(asio::io_context& io) const {
      return std::make_shared<counting_timers>(io, count);
    }
  };

  counting_timers(asio::io_context& io, count_ptr count)
    // How often a connection looks whether its time is up.
    : timers_(io, std::chrono::seconds{1}), count_(std::move(count)) {
    // nop
  }

  timer_guard_t create_timer_guard() const {
    return {timers_, count_};
  }

  void start() const noexcept {
    // nop
  }

  void stop() const noexcept {
    // nop
  }

private:
  restinio::asio_timer_manager_t timers_;
  count_ptr count_;
};

/// One request that RESTinio has read.
class restinio_exchange final : public exchange {
public:
  restinio_exchange(asio::io_context& io, std::shared_ptr<traffic> shared,
                    restinio::request_handle_t from)
    : exchange(std::move(shared), view(*from)),
      io_(io),
      id_(from->request_id()),
      connection_(std::move(restinio::impl::access_req_connection(*from))),
      bytes_(std::move(from)) {
    // nop
  }

  ~restinio_exchange() override {
    close();
  }

protected:
  void write(outgoing made) override {
    restinio::writable_items_container_t items;
    if (made.body.size() <= joined_bytes_max) {
      made.head += made.body;
      made.body.clear();
    }
    items.reserve(2);
    items.emplace_back(std::move(made.head));
    if (!made.body.empty())
      items.emplace_back(std::move(made.body));
    restinio::write_group_t group{std::move(items)};
    // RESTinio calls it exactly once, at the latest when it destroys the group.
    group.after_write_notificator(when_out(std::move(made.record)));
    hand_over(std::move(group), made.closes);
  }

  void write_later(std::function<response()> make) override {
    auto work = [self = shared_from_this(), this, make = std::move(make)] { write_made(make); };
    asio::post(io_, std::move(work));
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
    made.body = from.body();
    made.body_bytes = header.content_length();
    made.version = header.http_major() * 10 + header.http_minor();
    made.keeps_alive = header.should_keep_alive();
    return made;
  }

  restinio::write_status_cb_t when_out(std::shared_ptr<const log_record> record) const {
    // A bare pointer fits into the function object without an allocation; the traffic outlives the
    // io_context, which outlives this function.
    auto* counted = shared_.get();
    if (!record)
      return [counted](const asio::error_code&) { counted->finish(); };
    return [counted, record = std::move(record)](const asio::error_code&) {
      counted->log({.request_id = record->request_id,
                    .method = record->method,
                    .path = record->path,
                    .status = record->status,
                    .took = record->took,
                    .key_name = record->key_name});
      counted->finish();
    };
  }

  /// From here on the group itself sees to it that it is counted, so nothing may be thrown.
  void hand_over(restinio::write_group_t group, bool closes) noexcept {
    const restinio::response_output_flags_t flags{
      restinio::response_parts_attr_t::final_parts,
      closes ? restinio::response_connection_attr_t::connection_close
             : restinio::response_connection_attr_t::connection_keepalive};
    const auto to = std::move(connection_);
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
  restinio::request_id_t id_;
  restinio::impl::connection_handle_t connection_;
  restinio::request_handle_t bytes_;
};

/// What RESTinio calls for each request.
struct request_handler {
  asio::io_context* io;
  std::shared_ptr<traffic> shared;
  request_sink sink;

  restinio::request_handling_status_t operator()(restinio::request_handle_t received) const {
    is_handling = true;
    const auto done = restinio::utils::at_scope_exit([] { is_handling = false; });
    const auto made = std::make_shared<restinio_exchange>(*io, shared, std::move(received));
    made->begin();
    sink(made);
    return restinio::request_accepted();
  }
};

template <class Base>
struct stream_traits : Base {
  using timer_manager_t = counting_timers;
  using ip_blocker_t = connection_count;
  using request_handler_t = request_handler;
  using http_methods_mapper_t = parser_methods;
};

struct plain_traits : stream_traits<restinio::default_traits_t> {};
struct tls_traits : stream_traits<restinio::default_tls_traits_t> {};

/// RESTinio finds this in place of its own, which would wait for a handshake without limit.
template <class Started, class Failed>
void prepare_connection_and_start_read(restinio::impl::tls_socket_t& socket,
                                       restinio::impl::connection_t<tls_traits>& connection,
                                       Started started, Failed failed) {
  const auto& strand = connection.get_executor();
  const auto self = connection.shared_from_this();
  const auto timer = std::make_shared<asio::steady_timer>(strand, handshake_limit);
  timer->async_wait([&socket, self](const asio::error_code& canceled) {
    if (!canceled)
      socket.close();
  });
  socket.async_handshake(
    asio::ssl::stream_base::server,
    asio::bind_executor(strand, [timer, self, started, failed](const asio::error_code& fault) {
      timer->cancel();
      if (fault)
        failed(fault);
      else
        started();
    }));
}

asio::ip::tcp::endpoint bound_to(const asio::ip::tcp::acceptor& acceptor) {
  return acceptor.local_endpoint();
}

template <class Traits>
class restinio_stream final : public stream {
public:
  restinio_stream(asio::io_context& io, const stream_options& options,
                  std::shared_ptr<traffic> shared, request_sink sink)
    : count_(std::make_shared<connection_count>(options.connections_max)),
      server_(restinio::external_io_context(io), [&](auto& settings) {
        configure(settings, options);
        settings.request_handler(request_handler{&io, std::move(shared), std::move(sink)});
      }) {
    server_.open_sync();
  }

  std::uint16_t port() const noexcept override {
    return port_;
  }

  std::size_t connections() const noexcept override {
    return count_->open.load();
  }

  void close_listener() override {
    std::promise<void> closed;
    server_.close_async(
      [&closed]() noexcept { closed.set_value(); },
      [&closed](std::exception_ptr fault) noexcept { closed.set_exception(std::move(fault)); });
    closed.get_future().get();
  }

private:
  using settings_t = restinio::server_settings_t<Traits>;

  void configure(settings_t& settings, const stream_options& options) {
    settings.address(options.address)
      .port(options.port)
      .acceptor_post_bind_hook(
        [this](asio::ip::tcp::acceptor& acceptor) { port_ = bound_to(acceptor).port(); })
      .socket_options_setter([](auto& socket) { socket.set_option(asio::ip::tcp::no_delay{true}); })
      .ip_blocker(count_)
      .timer_manager(count_)
      // With one request at a time a client may close its side and still gets its answer.
      .max_pipelined_requests(1)
      .read_next_http_message_timelimit(options.idle_limit)
      .handle_request_timeout(handling_limit)
      .write_http_response_timelimit(write_limit)
      .incoming_http_msg_limits(restinio::incoming_http_msg_limits_t{}
                                  .max_url_size(target_bytes_max)
                                  .max_field_name_size(field_bytes_max)
                                  .max_field_value_size(field_bytes_max)
                                  .max_field_count(field_count_max)
                                  .max_body_size(options.body_bytes_max));
    if constexpr (std::is_same_v<Traits, tls_traits>)
      settings.tls_context(options.tls);
  }

  std::uint16_t port_ = 0;
  std::shared_ptr<connection_count> count_;
  restinio::http_server_t<Traits> server_;
};

} // namespace

result<std::unique_ptr<stream>> open_stream(asio::io_context& io, const stream_options& options,
                                            std::shared_ptr<traffic> shared, request_sink sink) {
  try {
    if (options.tls)
      return std::make_unique<restinio_stream<tls_traits>>(io, options, std::move(shared),
                                                           std::move(sink));
    return std::make_unique<restinio_stream<plain_traits>>(io, options, std::move(shared),
                                                           std::move(sink));
  } catch (const std::exception& fault) {
    return fail(errc::io, "cannot listen on " + options.address + " port "
                            + std::to_string(options.port) + ": " + fault.what());
  }
}

} // namespace callboard::http
