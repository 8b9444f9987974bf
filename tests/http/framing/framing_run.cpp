#include "tests/http/framing/framing_run.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <http_parser.h>

#include "http/framing/request_framer.hpp"

namespace callboard::tests {

namespace {

using http::message_reader;
using http::request_framer;

/// http_parser, used as the server uses it: it stops after each request.
class parser {
public:
  parser() {
    http_parser_settings_init(&settings_);
    settings_.on_url = [](http_parser* from, const char* at, std::size_t size) {
      self(from).target_.append(at, size);
      return 0;
    };
    settings_.on_body = [](http_parser* from, const char* at, std::size_t size) {
      self(from).body_.append(at, size);
      if (self(from).has_fault)
        from->content_length = std::min<std::uint64_t>(from->content_length, 1);
      return 0;
    };
    settings_.on_headers_complete = [](http_parser* from) {
      from->upgrade = 0;
      return 0;
    };
    settings_.on_message_complete = [](http_parser* from) {
      self(from).is_complete_ = true;
      http_parser_pause(from, 1);
      return 0;
    };
    restart();
  }

  /// Takes bytes of one request; throws if they are wrong or more than that.
  void take(std::string_view bytes) {
    const auto used = http_parser_execute(&state_, &settings_, bytes.data(), bytes.size());
    const auto fault = HTTP_PARSER_ERRNO(&state_);
    if (fault != HPE_OK && fault != HPE_PAUSED)
      throw std::logic_error{std::string{"the parser refuses: "} + http_errno_description(fault)};
    if (used != bytes.size())
      throw std::logic_error{"the parser sees the end of a request where the reader does not"};
  }

  /// Whether what it takes stands for a fault.
  bool has_fault = false;

  bool is_complete() const noexcept {
    return is_complete_;
  }

  bool is_fresh() const noexcept {
    return state_.nread == 0 && target_.empty();
  }

  std::string take_request() {
    std::string made = http_method_str(static_cast<http_method>(state_.method));
    made.append(" ").append(target_).append(" ").append(body_);
    restart();
    return made;
  }

private:
  static parser& self(http_parser* from) {
    return *static_cast<parser*>(from->data);
  }

  void restart() {
    http_parser_init(&state_, HTTP_REQUEST);
    state_.data = this;
    target_.clear();
    body_.clear();
    is_complete_ = false;
  }

  http_parser_settings settings_;
  http_parser state_;
  std::string target_;
  std::string body_;
  bool is_complete_ = false;
};

/// The way from a connection to the parser, as the server goes it.
class server_side {
public:
  explicit server_side(std::size_t room) : buffer_(room, '\0') {
    // nop
  }

  void came(std::string_view piece) {
    while (!piece.empty()) {
      const auto count = std::min(piece.size(), buffer_.size());
      piece.copy(buffer_.data(), count);
      piece.remove_prefix(count);
      parse(in_.came(buffer_.data(), count, buffer_.size()));
      while (const auto held = in_.take(buffer_.data(), buffer_.size()))
        parse(held);
    }
  }

  /// What comes next is too slow.
  void fail(const http::framing_fault& why) {
    in_.fail(why);
    while (const auto held = in_.take(buffer_.data(), buffer_.size()))
      parse(held);
  }

  framing_result result() const {
    return result_;
  }

private:
  void parse(std::size_t count) {
    if (count == 0)
      return;
    parser_.has_fault = in_.fault() != nullptr;
    parser_.take({buffer_.data(), count});
    const auto is_end = in_.count() > result_.requests.size();
    if (!parser_.is_complete())
      return;
    auto request = parser_.take_request();
    if (in_.fault() != nullptr)
      result_.fault = in_.fault();
    else if (!is_end)
      throw std::logic_error{"the parser sees a request where the reader does not"};
    else
      result_.requests.push_back(std::move(request));
  }

  request_framer in_{tested_limits};
  parser parser_;
  std::string buffer_;
  framing_result result_;
};

} // namespace

framing_result read_pieces(const std::vector<std::string_view>& pieces,
                           const message_reader::limits& limits) {
  message_reader reader{limits};
  framing_result made;
  std::string left;
  std::string request;
  for (const auto piece : pieces) {
    left += piece;
    while (made.fault == nullptr) {
      const auto found = reader.read(left);
      request += left.substr(found.skip, found.pass);
      left.erase(0, found.skip + found.pass);
      made.fault = found.fault;
      if (found.is_end)
        made.requests.push_back(std::exchange(request, {}));
      if (found.skip + found.pass == 0)
        break;
    }
  }
  return made;
}

framing_result parse_pieces(const std::vector<std::string_view>& pieces, std::size_t room) {
  server_side server{room};
  for (const auto piece : pieces)
    server.came(piece);
  return server.result();
}

framing_result parse_unfinished(std::string_view bytes, const http::framing_fault& why,
                                std::size_t room) {
  server_side server{room};
  server.came(bytes);
  server.fail(why);
  return server.result();
}

std::string describe(std::string_view request) {
  parser made;
  made.take(request);
  return made.take_request();
}

std::vector<std::string_view> split_everywhere(std::string_view bytes) {
  std::vector<std::string_view> pieces;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    pieces.push_back(bytes.substr(i, 1));
  return pieces;
}

} // namespace callboard::tests
