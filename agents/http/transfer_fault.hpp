#pragma once

#include "agents/http/outbound_http.hpp"
#include "agents/http/response_reader.hpp"
#include "agents/http/transfer_connection.hpp"

#include <curl/curl.h>

namespace callboard::agents {

/// What it means that libcurl ended a transfer with this code.
http_fault fault_of(CURL* handle, CURLcode code, const response_reader& reader,
                    const transfer_connection& connection);

} // namespace callboard::agents
