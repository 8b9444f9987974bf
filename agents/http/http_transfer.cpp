#include "agents/http/http_transfer.hpp"

#include "agents/http/transfer_fault.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace callboard::agents {

namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

/// Connections that were idle for longer are not used again: common servers close theirs after five
/// seconds, and may do so while a request is on its way. libcurl drops fractions before it compares,
/// so that this excludes all of 4 s and more.
constexpr long idle_seconds_max = 3;

/// Whether all of some libcurl calls worked.
template <class... Codes>
bool all_ok(Codes... codes) {
  return ((codes == CURLE_OK) && ...);
}

/// libcurl takes 0 as "no limit" and sums up in 31 bits of milliseconds at the least.
long milliseconds_left(steady_time until, steady_time now) {
  constexpr milliseconds limit_max{std::chrono::hours{24 * 24}};
  const auto left = std::chrono::ceil<milliseconds>(until - now);
  return left > limit_max ? 0 : static_cast<long>(std::max(left, 1ms).count());
}

/// Appends a line to a list of libcurl's. False: out of memory.
template <class List>
bool append(List& list, const char* line) {
  auto* longer = curl_slist_append(list.get(), line);
  if (!longer)
    return false;
  // The list may be a new one or the one that we hold, grown.
  static_cast<void>(list.release());
  list.reset(longer);
  return true;
}

} // namespace

http_transfer::http_transfer(outbound_http::request_id id, http_request request,
                             client_context& context, outbound_http::response_handler done)
  : id_(id),
    request_(std::move(request)),
    host_(host_of(request_.url)),
    context_(context),
    done_(std::move(done)),
    posted_at_(std::chrono::steady_clock::now()) {
  // nop
}

std::optional<steady_time> http_transfer::deadline() const {
  // Whoever waits longer than that waits for ever; keeps the sum within the clock's range.
  constexpr milliseconds limit_max{std::chrono::hours{24 * 366 * 100}};
  if (!request_.timeout || *request_.timeout > limit_max)
    return std::nullopt;
  return posted_at_ + *request_.timeout;
}

bool http_transfer::prepare(open_sockets& sockets, const std::string* addresses, steady_time now) {
  handle_.reset(curl_easy_init());
  connection_.emplace(context_.policy, sockets);
  return handle_ && make_lists(addresses) && set_request_options() && set_connection_options(now)
         && set_trust_options(now);
}

bool http_transfer::make_lists(const std::string* addresses) {
  lists_.addresses.reset();
  if (addresses
      && !append(lists_.addresses, (host_.name + ':' + host_.port + ':' + *addresses).c_str()))
    return false;
  if (lists_.headers)
    return true;
  // Without this line large bodies wait for a "100 Continue" that many servers never send.
  return append(lists_.headers, "Expect:")
         && std::all_of(request_.headers.begin(), request_.headers.end(),
                        [this](const auto& line) { return append(lists_.headers, line.c_str()); });
}

bool http_transfer::set_request_options() {
  auto* handle = handle_.get();
  return all_ok(curl_easy_setopt(handle, CURLOPT_PRIVATE, this),
                curl_easy_setopt(handle, CURLOPT_URL, request_.url.c_str()),
                curl_easy_setopt(handle, CURLOPT_POST, 1L),
                curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request_.body.data()),
                curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                                 static_cast<curl_off_t>(request_.body.size())),
                curl_easy_setopt(handle, CURLOPT_HTTPHEADER, lists_.headers.get()),
                curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L))
         && reader_.apply_to(handle);
}

bool http_transfer::set_connection_options(steady_time now) {
  auto* handle = handle_.get();
  const auto until = deadline();
  return connection_->apply_to(handle)
         && all_ok(
           curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https"),
           curl_easy_setopt(handle, CURLOPT_RESOLVE, lists_.addresses.get()),
           curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, &http_transfer::before_sending),
           curl_easy_setopt(handle, CURLOPT_PREREQDATA, this),
           curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, &http_transfer::on_progress),
           curl_easy_setopt(handle, CURLOPT_XFERINFODATA, this),
           curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L),
           curl_easy_setopt(handle, CURLOPT_MAXAGE_CONN, idle_seconds_max),
           // One request on a connection at a time: then giving a request up closes it for the agent
           // too.
           curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1)),
           curl_easy_setopt(handle, CURLOPT_PROXY, ""),
           curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L),
           curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS,
                            until ? milliseconds_left(*until, now) : 0L),
           curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, milliseconds_left(reach_by_, now)),
           // Notices peers that vanished while an answer without a time limit is awaited.
           curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L),
           // Else giving up a request whose host is being looked up waits for the name server.
           curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L));
}

bool http_transfer::set_trust_options(steady_time now) {
  constexpr std::string_view tls_scheme = "https:";
  if (curl_strnequal(request_.url.c_str(), tls_scheme.data(), tls_scheme.size()) == 0)
    return true;
  sessions_ = context_.sessions(now);
  auto* handle = handle_.get();
  // libcurl would read all certificates for each connection, and keep them with it.
  return all_ok(
    curl_easy_setopt(handle, CURLOPT_CAINFO, nullptr),
    curl_easy_setopt(handle, CURLOPT_CAPATH, nullptr),
    // Else a lane goes on using the store that its first connection was given.
    curl_easy_setopt(handle, CURLOPT_CA_CACHE_TIMEOUT, 0L),
    curl_easy_setopt(handle, CURLOPT_SSL_CTX_FUNCTION, &http_transfer::use_trust),
    curl_easy_setopt(handle, CURLOPT_SSL_CTX_DATA, &context_),
    // A kept connection is not looked at again: it ends with the certificates that it was made by.
    curl_easy_setopt(handle, CURLOPT_MAXLIFETIME_CONN, context_.connection_seconds_max(now)),
    curl_easy_setopt(handle, CURLOPT_SHARE, sessions_.get()));
}

CURLcode http_transfer::use_trust(CURL* /*handle*/, void* tls_context, void* context) {
  static_cast<client_context*>(context)->trust().apply_to(*static_cast<SSL_CTX*>(tls_context));
  return CURLE_OK;
}

int http_transfer::before_sending(void* self, char* remote_ip, char* local_ip, int remote_port,
                                  int local_port) {
  auto& transfer = *static_cast<http_transfer*>(self);
  const auto ends = connection_ends(local_ip, local_port, remote_ip, remote_port);
  return transfer.connection_->may_send(transfer.handle_.get(), ends, local_port)
           ? CURL_PREREQFUNC_OK
           : CURL_PREREQFUNC_ABORT;
}

int http_transfer::on_progress(void* self, curl_off_t /*to_receive*/, curl_off_t /*received*/,
                               curl_off_t /*to_send*/, curl_off_t sent) {
  auto& transfer = *static_cast<http_transfer*>(self);
  const auto size = static_cast<curl_off_t>(transfer.request_.body.size());
  if (size > 0 && sent >= size)
    transfer.drop_request();
  // Heads are counted line by line.
  if (transfer.reader_.is_head_complete())
    transfer.connection_->check_flood();
  return transfer.connection_->is_flooded() ? 1 : 0;
}

void http_transfer::drop_request() {
  // An answer may take hours, and the request is never sent again: it is not needed any more.
  auto* handle = handle_.get();
  curl_easy_setopt(handle, CURLOPT_POSTFIELDS, "");
  curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t{0});
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, nullptr);
  lists_.headers.reset();
  request_ = {};
}

bool http_transfer::renew() {
  return connection_->take_stale()
         && curl_easy_setopt(handle_.get(), CURLOPT_FRESH_CONNECT, 1L) == CURLE_OK;
}

bool http_transfer::lacks_descriptor(CURLcode code) const {
  return code == CURLE_COULDNT_CONNECT && connection_->lacks_descriptor()
         && !was_sent(handle_.get());
}

void http_transfer::finish(CURLcode code) {
  auto response = reader_.take(handle_.get());
  response.fault = fault_of(handle_.get(), code, reader_, *connection_);
  done_(std::move(response));
}

void http_transfer::fail(http_fault fault) {
  http_response response;
  response.fault = fault;
  done_(std::move(response));
}

} // namespace callboard::agents
