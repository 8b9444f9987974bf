#pragma once

#include "agents/http/client_context.hpp"
#include "agents/http/outbound_http.hpp"

#include <curl/curl.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace callboard::agents {

/// One request on its way: a libcurl easy handle with all that it points to. Used by one thread.
class http_transfer {
public:
  http_transfer(outbound_http::request_id id, http_request request, client_context& context,
                outbound_http::response_handler done);

  http_transfer(const http_transfer&) = delete;
  http_transfer& operator=(const http_transfer&) = delete;

  /// Makes the handle ready to be run. False: out of memory, or libcurl takes no such request.
  bool prepare();

  /// The handle; its private pointer is this object. Null before `prepare`.
  CURL* handle() const {
    return handle_.get();
  }

  outbound_http::request_id id() const {
    return id_;
  }

  /// Whether nothing was sent, since the kept connection that was to be used turned out to be closed
  /// (or about to be). Then it makes the handle ready to be run again, with a new connection.
  bool renew();

  /// Hands the response to the handler: what was received, and the fault that libcurl's code means.
  void finish(CURLcode code);

  /// Hands over a response that is nothing but a fault.
  void fail(http_fault fault);

private:
  struct handle_closer {
    void operator()(CURL* handle) const {
      curl_easy_cleanup(handle);
    }
  };

  struct list_closer {
    void operator()(curl_slist* list) const {
      curl_slist_free_all(list);
    }
  };

  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int close_socket(void* sockets, curl_socket_t socket);
  static int before_sending(void* self, char* remote_ip, char* local_ip, int remote_port,
                            int local_port);
  static int on_progress(void* self, curl_off_t to_receive, curl_off_t received, curl_off_t to_send,
                         curl_off_t sent);
  static std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* self);
  bool add_header(const char* line);
  bool set_request_options();
  bool set_connection_options();
  bool set_trust_options();
  /// Whether the request may go out on the connection with these ends.
  bool may_send(const std::string& ends, int local_port);
  bool was_sent() const;
  bool is_malformed(CURLcode code) const;
  http_fault fault_of(CURLcode code) const;
  http_fault fault_meant_by(CURLcode code) const;

  outbound_http::request_id id_;
  http_request request_;
  client_context& context_;
  outbound_http::response_handler done_;
  std::unique_ptr<curl_slist, list_closer> headers_;
  std::unique_ptr<CURL, handle_closer> handle_;
  http_response response_;
  /// Of all heads and of the trailers.
  std::size_t head_bytes_ = 0;
  std::size_t head_lines_ = 0;
  bool is_head_complete_ = false;
  bool is_head_too_large_ = false;
  bool is_too_large_ = false;
  /// Those that were opened for this transfer; all but one are closed again.
  std::vector<int> opened_;
  int socket_ = -1;
  std::uint64_t received_before_ = 0;
  std::uint32_t progress_calls_ = 0;
  bool is_stale_ = false;
  /// Whether an address was refused, and whether one was not.
  bool was_refused_ = false;
  bool was_tried_ = false;
};

} // namespace callboard::agents
