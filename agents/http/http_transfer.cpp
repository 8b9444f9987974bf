#include "agents/http/http_transfer.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

namespace callboard::agents {

namespace {

using namespace std::chrono_literals;

/// Time to reach an agent, TLS included. Agents stand near or are not there; waiting longer only
/// holds the job's slot.
constexpr std::chrono::milliseconds connect_time_max = 10s;

/// Connections that were idle for longer are not used again: common servers close theirs after five
/// seconds, and may do so while a request is on its way. libcurl drops fractions before it compares,
/// so that this excludes all of 4 s and more.
constexpr long idle_seconds_max = 3;

/// How long it takes until a changed file of trusted certificates counts. Reading it takes some 20 ms.
constexpr long trust_seconds_max = 60;

/// More than any answer within the limits needs with its framing, even if each byte comes as a chunk
/// and a TLS record of its own. Bounds what is never stored: extensions of chunks, blank lines.
constexpr std::uint64_t received_bytes_max = 64 * 1024 * 1024;

/// libcurl calls back each time it has read, and whenever any transfer moves.
constexpr std::uint32_t progress_calls_per_look = 16;

/// Whether all of some libcurl calls worked.
template <class... Codes>
bool all_ok(Codes... codes) {
  return ((codes == CURLE_OK) && ...);
}

long milliseconds_of(std::optional<std::chrono::milliseconds> limit) {
  // libcurl takes 0 as "no limit" and sums up in 31 bits of milliseconds at the least.
  constexpr std::chrono::milliseconds limit_max{std::chrono::hours{24 * 24}};
  if (!limit || *limit > limit_max)
    return 0;
  return static_cast<long>(std::max(*limit, 1ms).count());
}

} // namespace

http_transfer::http_transfer(outbound_http::request_id id, http_request request,
                             client_context& context, outbound_http::response_handler done)
  : id_(id), request_(std::move(request)), context_(context), done_(std::move(done)) {
  // nop
}

bool http_transfer::prepare() {
  // Without this line large bodies wait for a "100 Continue" that many servers never send.
  if (!add_header("Expect:"))
    return false;
  for (const auto& line : request_.headers)
    if (!add_header(line.c_str()))
      return false;
  handle_.reset(curl_easy_init());
  return handle_ && set_request_options() && set_connection_options() && set_trust_options();
}

bool http_transfer::add_header(const char* line) {
  auto* longer = curl_slist_append(headers_.get(), line);
  if (!longer)
    return false;
  // The list may be a new one or the one that we hold, grown.
  static_cast<void>(headers_.release());
  headers_.reset(longer);
  return true;
}

bool http_transfer::set_request_options() {
  auto* handle = handle_.get();
  return all_ok(curl_easy_setopt(handle, CURLOPT_PRIVATE, this),
                curl_easy_setopt(handle, CURLOPT_URL, request_.url.c_str()),
                curl_easy_setopt(handle, CURLOPT_POST, 1L),
                curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request_.body.data()),
                curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                                 static_cast<curl_off_t>(request_.body.size())),
                curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers_.get()),
                curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &http_transfer::take_header),
                curl_easy_setopt(handle, CURLOPT_HEADERDATA, this),
                curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &http_transfer::take_body),
                curl_easy_setopt(handle, CURLOPT_WRITEDATA, this),
                curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L),
                curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, milliseconds_of(request_.timeout)));
}

bool http_transfer::set_connection_options() {
  auto* handle = handle_.get();
  return all_ok(
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https"),
    curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, &http_transfer::open_socket),
    curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, this),
    curl_easy_setopt(handle, CURLOPT_CLOSESOCKETFUNCTION, &http_transfer::close_socket),
    curl_easy_setopt(handle, CURLOPT_CLOSESOCKETDATA, &context_.sockets),
    curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, &http_transfer::before_sending),
    curl_easy_setopt(handle, CURLOPT_PREREQDATA, this),
    curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, &http_transfer::on_progress),
    curl_easy_setopt(handle, CURLOPT_XFERINFODATA, this),
    curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L),
    curl_easy_setopt(handle, CURLOPT_MAXAGE_CONN, idle_seconds_max),
    // One request on a connection at a time: then giving a request up closes it for the agent too.
    curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1)),
    curl_easy_setopt(handle, CURLOPT_PROXY, ""), curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L),
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(connect_time_max.count())),
    // Notices peers that vanished while an answer without a time limit is awaited.
    curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L),
    // Else giving up a request whose host is being looked up waits for the name server.
    curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L));
}

bool http_transfer::set_trust_options() {
  auto* handle = handle_.get();
  // With a folder of certificates beside the file libcurl reads all of them for each connection, and
  // keeps them with it; from the file alone it reads them for all of them.
  return all_ok(curl_easy_setopt(handle, CURLOPT_CAPATH, nullptr),
                curl_easy_setopt(handle, CURLOPT_CA_CACHE_TIMEOUT, trust_seconds_max),
                curl_easy_setopt(handle, CURLOPT_SHARE, context_.sessions()),
                context_.ca_bundle.empty()
                  ? CURLE_OK
                  : curl_easy_setopt(handle, CURLOPT_CAINFO, context_.ca_bundle.c_str()));
}

curl_socket_t http_transfer::open_socket(void* self, curlsocktype /*purpose*/,
                                         curl_sockaddr* address) {
  auto& transfer = *static_cast<http_transfer*>(self);
  // Here, with what is about to be connected to: a name checked before could mean something else now.
  const auto target = ip_address::of(address->addr);
  if (!target || !transfer.context_.policy.accepts(*target)) {
    transfer.was_refused_ = true;
    return CURL_SOCKET_BAD;
  }
  transfer.was_tried_ = true;
  const auto made = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  transfer.opened_.push_back(made);
  return made;
}

int http_transfer::close_socket(void* sockets, curl_socket_t socket) {
  static_cast<open_sockets*>(sockets)->remove(socket);
  return ::close(socket);
}

int http_transfer::before_sending(void* self, char* remote_ip, char* local_ip, int remote_port,
                                  int local_port) {
  const auto ends = connection_ends(local_ip, local_port, remote_ip, remote_port);
  return static_cast<http_transfer*>(self)->may_send(ends, local_port) ? CURL_PREREQFUNC_OK
                                                                       : CURL_PREREQFUNC_ABORT;
}

bool http_transfer::may_send(const std::string& ends, int local_port) {
  // libcurl repeats a request by itself when a kept connection ends before the answer begins. The
  // agent may be at work on it then.
  if (was_sent())
    return false;
  long connects = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_NUM_CONNECTS, &connects);
  if (connects == 0) {
    socket_ = context_.sockets.find(ends);
    // Its end, or something that nobody asked for, like a 408 or the farewell of TLS. libcurl itself
    // sees nothing but a plain end.
    is_stale_ = socket_ >= 0 && has_input(socket_);
    if (is_stale_)
      return false;
  } else {
    const auto made = std::find_if(opened_.rbegin(), opened_.rend(),
                                   [&](int socket) { return local_port_of(socket) == local_port; });
    socket_ = made == opened_.rend() ? -1 : *made;
    if (socket_ >= 0)
      context_.sockets.add(ends, socket_);
  }
  received_before_ = socket_ < 0 ? 0 : bytes_received(socket_);
  return true;
}

bool http_transfer::was_sent() const {
  long sent_bytes = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_REQUEST_SIZE, &sent_bytes);
  return sent_bytes > 0;
}

bool http_transfer::renew() {
  return std::exchange(is_stale_, false)
         && curl_easy_setopt(handle_.get(), CURLOPT_FRESH_CONNECT, 1L) == CURLE_OK;
}

int http_transfer::on_progress(void* self, curl_off_t /*to_receive*/, curl_off_t /*received*/,
                               curl_off_t /*to_send*/, curl_off_t /*sent*/) {
  auto& transfer = *static_cast<http_transfer*>(self);
  // Heads are counted line by line.
  if (!transfer.is_head_complete_ || transfer.socket_ < 0
      || ++transfer.progress_calls_ % progress_calls_per_look != 0)
    return 0;
  if (bytes_received(transfer.socket_) <= transfer.received_before_ + received_bytes_max)
    return 0;
  transfer.is_too_large_ = true;
  return 1;
}

std::size_t http_transfer::take_header(char* bytes, std::size_t size, std::size_t count,
                                       void* self) {
  const std::string_view line{bytes, size * count};
  auto& transfer = *static_cast<http_transfer*>(self);
  transfer.head_bytes_ += line.size();
  if (++transfer.head_lines_ > response_head_lines_max
      || transfer.head_bytes_ > response_head_bytes_max) {
    transfer.is_head_too_large_ = true;
    return 0;
  }
  // After interim responses comes another head; trailers come after the last one.
  if (line.starts_with("HTTP/"))
    transfer.is_head_complete_ = false;
  else if (line == "\r\n" || line == "\n")
    transfer.is_head_complete_ = true;
  return line.size();
}

std::size_t http_transfer::take_body(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<http_transfer*>(self);
  const auto more = size * count;
  if (more > response_bytes_max - transfer.response_.body.size()) {
    transfer.is_too_large_ = true;
    return 0;
  }
  transfer.response_.body.append(bytes, more);
  return more;
}

void http_transfer::finish(CURLcode code) {
  long status = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
  // Interim responses (100–199) are no answer.
  response_.status = status >= 200 ? static_cast<int>(status) : 0;
  curl_header* header = nullptr;
  if (curl_easy_header(handle_.get(), "Retry-After", 0, CURLH_HEADER, -1, &header) == CURLHE_OK)
    response_.retry_after = header->value;
  response_.fault = fault_of(code);
  done_(std::move(response_));
}

void http_transfer::fail(http_fault fault) {
  http_response response;
  response.fault = fault;
  done_(std::move(response));
}

bool http_transfer::is_malformed(CURLcode code) const {
  // Bad chunks have the code of a broken connection, but no system call failed. With TLS the two
  // cannot be told apart.
  long system_error = 0;
  const char* scheme = nullptr;
  curl_easy_getinfo(handle_.get(), CURLINFO_OS_ERRNO, &system_error);
  curl_easy_getinfo(handle_.get(), CURLINFO_SCHEME, &scheme);
  return code == CURLE_RECV_ERROR && system_error == 0 && scheme
         && curl_strequal(scheme, "http") != 0;
}

http_fault http_transfer::fault_of(CURLcode code) const {
  const auto fault = fault_meant_by(code);
  // The connection ended, and libcurl wanted another one to send the request again.
  const auto is_about_connecting = fault == http_fault::unknown_host
                                   || fault == http_fault::refused_address
                                   || fault == http_fault::no_connection || fault == http_fault::tls
                                   || fault == http_fault::untrusted;
  return is_about_connecting && was_sent() ? http_fault::no_response : fault;
}

http_fault http_transfer::fault_meant_by(CURLcode code) const {
  switch (code) {
    case CURLE_OK:
      // libcurl lets a head pass that ends with the connection.
      return is_head_complete_ ? http_fault::none : http_fault::cut_off;
    case CURLE_COULDNT_RESOLVE_HOST:
      return http_fault::unknown_host;
    case CURLE_COULDNT_CONNECT:
      return was_refused_ && !was_tried_ ? http_fault::refused_address : http_fault::no_connection;
    case CURLE_OPERATION_TIMEDOUT: {
      curl_off_t sent_after_us = 0;
      curl_easy_getinfo(handle_.get(), CURLINFO_PRETRANSFER_TIME_T, &sent_after_us);
      return sent_after_us == 0 ? http_fault::no_connection : http_fault::timeout;
    }
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_USE_SSL_FAILED:
      return http_fault::tls;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
      return http_fault::untrusted;
    case CURLE_GOT_NOTHING:
      return http_fault::no_response;
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      if (is_malformed(code))
        return http_fault::not_http;
      return response_.status == 0 ? http_fault::no_response : http_fault::cut_off;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return http_fault::not_http;
    case CURLE_ABORTED_BY_CALLBACK:
      return is_too_large_ ? http_fault::too_large : http_fault::no_response;
    case CURLE_WRITE_ERROR:
      if (is_head_too_large_)
        return http_fault::head_too_large;
      return is_too_large_ ? http_fault::too_large : http_fault::other;
    case CURLE_OUT_OF_MEMORY:
      // What libcurl says of a line that never ends.
      return is_head_complete_ ? http_fault::other : http_fault::head_too_large;
    default:
      return http_fault::other;
  }
}

} // namespace callboard::agents
