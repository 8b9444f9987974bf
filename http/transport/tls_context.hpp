#pragma once

#include <memory>

#include <asio/ssl/context.hpp>

#include <callboard/error.hpp>
#include <callboard/http_server.hpp>

namespace callboard::http {

/// What TLS connections of a server are made with: TLS 1.2 and up, with the ciphers and groups of Mozilla's
/// intermediate configuration, and the certificate of the options. Null: there is none, and no TLS.
result<std::shared_ptr<asio::ssl::context>> make_tls(const http_options& options);

} // namespace callboard::http
