#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <restinio/all.hpp>

#include "http/transport/socket_core.hpp"
#include "http/transport/transport.hpp"

// A request that RESTinio has read. For `restinio_transport.cpp` alone.

namespace callboard::http {

/// Up to this size head and body go out as one piece: a copy is cheaper than a second buffer.
inline constexpr std::size_t joined_bytes_max = 4096;

/// Whether this thread is inside a request handler: RESTinio loses pipelined requests when one is
/// answered there.
inline thread_local bool is_handling = false;

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

} // namespace callboard::http
