#pragma once

#include <string_view>

namespace callboard::http {

/// Why a request cannot be taken as it came. Where one is found nothing further can be read from the
/// connection: the client gets an answer that says so, and the connection ends. All are constants;
/// two are the same if they are the same object.
struct framing_fault {
  /// 400 … 505.
  int status;
  /// What problems are branched on.
  std::string_view code;
  /// For people; says nothing that the client did not send.
  std::string_view detail;
};

namespace faults {

inline constexpr framing_fault bare_cr{400, "bad_request", "a carriage return without a line feed"};
inline constexpr framing_fault bare_lf{400, "bad_request", "a line feed without a carriage return"};
inline constexpr framing_fault forbidden_byte{400, "bad_request",
                                              "a byte that is not allowed in a request head"};
inline constexpr framing_fault bad_request_line{
  400, "bad_request", "the request line must be a method, a target and a version"};
inline constexpr framing_fault bad_target{
  400, "bad_target", "the request target must be a path or an http URL without user information"};
inline constexpr framing_fault long_request_line{414, "target_too_long",
                                                 "the request line is longer than 8192 bytes"};
inline constexpr framing_fault unsupported_version{505, "unsupported_version",
                                                   "this server supports HTTP/1.0 and HTTP/1.1"};
inline constexpr framing_fault unknown_method{501, "not_implemented", "unknown method"};
inline constexpr framing_fault no_tunnels{501, "not_implemented",
                                          "this server does not support CONNECT"};
inline constexpr framing_fault folded_line{400, "bad_request",
                                           "a header line must not begin with whitespace"};
inline constexpr framing_fault spaced_colon{400, "bad_request",
                                            "whitespace before the colon of a header"};
inline constexpr framing_fault bad_field_name{400, "bad_request",
                                              "a header line must be a name, a colon and a value"};
inline constexpr framing_fault long_field{431, "headers_too_large",
                                          "a header line is longer than 8192 bytes"};
inline constexpr framing_fault many_fields{431, "headers_too_large", "more than 100 header lines"};
inline constexpr framing_fault long_head{431, "headers_too_large",
                                         "the head of the request is longer than 81920 bytes"};
inline constexpr framing_fault bad_host{
  400, "bad_host", "the request must have exactly one Host header, naming a host"};
inline constexpr framing_fault other_host{
  400, "bad_host", "the Host header must name the host of the request target"};
inline constexpr framing_fault bad_length{400, "bad_request", "Content-Length must be one number"};
inline constexpr framing_fault two_framings{
  400, "bad_request", "a request has either a Content-Length or a Transfer-Encoding"};
inline constexpr framing_fault bad_coding{400, "bad_request",
                                          "Transfer-Encoding must be chunked, once, and HTTP/1.1"};
inline constexpr framing_fault unknown_coding{501, "not_implemented",
                                              "the only supported transfer coding is chunked"};
inline constexpr framing_fault bad_expectation{417, "expectation_failed",
                                               "the only supported expectation is 100-continue"};
inline constexpr framing_fault large_body{413, "too_large", "the request body is too large"};
inline constexpr framing_fault bad_chunk_size{
  400, "bad_request", "a chunk must begin with a line with its size in hex digits"};
inline constexpr framing_fault long_chunk_line{400, "bad_request",
                                               "the size line of a chunk is too long"};
inline constexpr framing_fault long_extensions{400, "bad_request",
                                               "the chunk extensions of a body are too long"};
inline constexpr framing_fault bad_chunk_end{400, "bad_request",
                                             "the data of a chunk must match its size"};
inline constexpr framing_fault forbidden_trailer{
  400, "bad_request", "a trailer must not affect how the request is framed or routed"};
inline constexpr framing_fault slow_head{408, "request_timeout",
                                         "the head of the request took too long to arrive"};
inline constexpr framing_fault slow_body{408, "request_timeout",
                                         "the body of the request took too long to arrive"};
/// Too many requests that have not come as a whole.
inline constexpr framing_fault too_much_unread{503, "too_much_unread",
                                               "too many requests are incomplete; retry later"};
inline constexpr framing_fault no_room{503, "too_many_connections",
                                       "the server has no room for another connection"};
/// Nothing is wrong with the bytes: the request has been judged by its head, and its answer is known.
inline constexpr framing_fault answered_early{400, "bad_request",
                                              "the request is answered without its body"};

} // namespace faults

} // namespace callboard::http
