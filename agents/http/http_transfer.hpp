#pragma once

#include "agents/http/client_context.hpp"
#include "agents/http/outbound_http.hpp"
#include "agents/http/response_reader.hpp"
#include "agents/http/transfer_connection.hpp"
#include "agents/http/url_host.hpp"

#include <curl/curl.h>

#include <memory>
#include <optional>
#include <string>

namespace callboard::agents {

/// Time to reach an agent, looking up its name and TLS included. Agents stand near or are not there;
/// waiting longer only holds the job's slot.
inline constexpr std::chrono::milliseconds connect_time_max{10'000};

/// One request on its way: a libcurl easy handle with all that it points to. Made on any thread, then
/// used by one.
class http_transfer {
public:
  http_transfer(outbound_http::request_id id, http_request request, client_context& context,
                outbound_http::response_handler done);

  http_transfer(const http_transfer&) = delete;
  http_transfer& operator=(const http_transfer&) = delete;

  outbound_http::request_id id() const noexcept {
    return id_;
  }

  const url_host& host() const noexcept {
    return host_;
  }

  /// When its time is up; none: no limit.
  std::optional<steady_time> deadline() const;

  /// Until when its host must be reached, looking up its name included.
  steady_time reach_by() const noexcept {
    return reach_by_;
  }

  /// Lets the time to reach the host begin.
  void begin_to_reach(steady_time now) noexcept {
    reach_by_ = now + connect_time_max;
  }

  /// Makes the handle ready to be run. False: out of memory, or libcurl takes no such request.
  /// @param sockets those of the connections that may be used; they must outlive the transfer.
  /// @param addresses the host's; null: libcurl finds them by itself.
  bool prepare(open_sockets& sockets, const std::string* addresses, steady_time now);

  /// The handle; its private pointer is this object. Null before `prepare`.
  CURL* handle() const noexcept {
    return handle_.get();
  }

  /// Whether nothing was sent, since the kept connection that was to be used turned out to be closed
  /// (or about to be). Then it makes the handle ready to be run again, with a new connection.
  bool renew();

  /// Whether it ended with this code since there was no descriptor for a connection. It can be prepared
  /// again then: nothing was sent.
  bool lacks_descriptor(CURLcode code) const;

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
  using list_ptr = std::unique_ptr<curl_slist, list_closer>;

  /// What the handle points to.
  struct lists {
    list_ptr headers;
    list_ptr addresses;
  };

  static int before_sending(void* self, char* remote_ip, char* local_ip, int remote_port,
                            int local_port);
  static int on_progress(void* self, curl_off_t to_receive, curl_off_t received, curl_off_t to_send,
                         curl_off_t sent);
  static CURLcode use_trust(CURL* handle, void* tls_context, void* context);
  bool make_lists(const std::string* addresses);
  bool set_request_options();
  bool set_connection_options(steady_time now);
  bool set_trust_options(steady_time now);
  void drop_request();

  const outbound_http::request_id id_;
  http_request request_;
  url_host host_;
  client_context& context_;
  outbound_http::response_handler done_;
  const steady_time posted_at_;
  steady_time reach_by_{};
  lists lists_;
  std::shared_ptr<CURLSH> sessions_;
  std::optional<transfer_connection> connection_;
  response_reader reader_;
  std::unique_ptr<CURL, handle_closer> handle_;
};

} // namespace callboard::agents
