#pragma once

#include <memory>

#include <asio/ip/tcp.hpp>

namespace callboard::http {

/// Ends a connection whose client may still be sending: takes no notice of what comes, and closes
/// once the client does, or after a second or two. Closed at once, the connection would be reset by
/// the next bytes that come, and the client might never read its answer.
/// @param held released when the connection is closed
void close_lingering(asio::ip::tcp::socket from, std::shared_ptr<const void> held);

} // namespace callboard::http
