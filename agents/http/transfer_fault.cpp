#include "agents/http/transfer_fault.hpp"

namespace callboard::agents {

namespace {

bool is_malformed(CURL* handle, CURLcode code) {
  // Bad chunks have the code of a broken connection, but no system call failed. With TLS the two
  // cannot be told apart.
  long system_error = 0;
  const char* scheme = nullptr;
  curl_easy_getinfo(handle, CURLINFO_OS_ERRNO, &system_error);
  curl_easy_getinfo(handle, CURLINFO_SCHEME, &scheme);
  return code == CURLE_RECV_ERROR && system_error == 0 && scheme
         && curl_strequal(scheme, "http") != 0;
}

http_fault fault_of_broken(CURL* handle, CURLcode code) {
  if (is_malformed(handle, code))
    return http_fault::not_http;
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  // Interim responses (100–199) are no answer.
  return status < 200 ? http_fault::no_response : http_fault::cut_off;
}

http_fault fault_of_timeout(CURL* handle) {
  curl_off_t sent_after_us = 0;
  curl_easy_getinfo(handle, CURLINFO_PRETRANSFER_TIME_T, &sent_after_us);
  return sent_after_us == 0 ? http_fault::no_connection : http_fault::timeout;
}

http_fault fault_of_refusal(const response_reader& reader) {
  if (reader.is_head_too_large())
    return http_fault::head_too_large;
  return reader.is_too_large() ? http_fault::too_large : http_fault::other;
}

http_fault fault_meant_by(CURL* handle, CURLcode code, const response_reader& reader,
                          const transfer_connection& connection) {
  switch (code) {
    case CURLE_OK:
      // libcurl lets a head pass that ends with the connection.
      return reader.is_head_complete() ? http_fault::none : http_fault::cut_off;
    case CURLE_COULDNT_RESOLVE_HOST:
      return http_fault::unknown_host;
    case CURLE_COULDNT_CONNECT:
      return connection.is_refused() ? http_fault::refused_address : http_fault::no_connection;
    case CURLE_OPERATION_TIMEDOUT:
      return fault_of_timeout(handle);
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
      return fault_of_broken(handle, code);
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return http_fault::not_http;
    case CURLE_ABORTED_BY_CALLBACK:
      return connection.is_flooded() ? http_fault::too_large : http_fault::no_response;
    case CURLE_WRITE_ERROR:
      return fault_of_refusal(reader);
    case CURLE_OUT_OF_MEMORY:
      // What libcurl says of a line that never ends.
      return reader.is_head_complete() ? http_fault::other : http_fault::head_too_large;
    default:
      return http_fault::other;
  }
}

} // namespace

http_fault fault_of(CURL* handle, CURLcode code, const response_reader& reader,
                    const transfer_connection& connection) {
  const auto fault = fault_meant_by(handle, code, reader, connection);
  // The connection ended, and libcurl wanted another one to send the request again.
  const auto is_about_connecting = fault == http_fault::unknown_host
                                   || fault == http_fault::refused_address
                                   || fault == http_fault::no_connection || fault == http_fault::tls
                                   || fault == http_fault::untrusted;
  return is_about_connecting && was_sent(handle) ? http_fault::no_response : fault;
}

} // namespace callboard::agents
