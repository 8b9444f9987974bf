#pragma once

#include "agents/http/outbound_http.hpp"

#include "tests/support/fake_peer.hpp"

#include <string>

namespace callboard::test {

/// Makes a request and waits for what becomes of it.
agents::http_response ask(outbound_http& client, agents::http_request request);

/// A small request to this address.
agents::http_request request_to(const std::string& url);

/// A script that reads one request, says this and closes.
fake_peer::script say(std::string bytes);

} // namespace callboard::test
