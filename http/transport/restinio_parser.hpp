#pragma once

#include <algorithm>
#include <cstdint>
#include <exception>
#include <string>

#include <restinio/all.hpp>

#include "http/transport/socket_core.hpp"

// What RESTinio's parser calls. For `restinio_transport.cpp` alone.

namespace callboard::http {

/// Marks the type for which the parser gets our callbacks; the methods are RESTinio's.
struct parser_methods : restinio::default_http_methods_t {};

// What the parser calls. Each gets the context that RESTinio keeps its progress in.

inline restinio::impl::http_parser_ctx_t& context_of(const http_parser* parser) noexcept {
  return *static_cast<restinio::impl::http_parser_ctx_t*>(parser->data);
}

/// Where the method gives a body no meaning, it is kept as far as it takes to see that there is one.
inline constexpr std::uint64_t meaningless_bytes_max = 4096;

/// Of a body that is longer than that nothing is kept.
inline std::uint64_t kept_bytes_max(const http_parser& parser) noexcept {
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

inline int on_headers_complete(http_parser* parser) noexcept {
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

inline int on_body(http_parser* parser, const char* at, std::size_t length) noexcept {
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

inline int on_chunk_header(http_parser*) noexcept {
  // RESTinio would record where each chunk begins, many bytes for each byte of body. Nothing uses that.
  return 0;
}

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
