#include "http/framing/message_reader.hpp"

#include <algorithm>
#include <utility>

namespace callboard::http {

message_reader::outcome message_reader::read(std::string_view bytes) noexcept {
  outcome made;
  if (fault_ == nullptr && part_ == part::before_head) {
    made.skip = skip_empty_lines(bytes);
    const auto rest = bytes.substr(made.skip);
    if (rest.empty() || (rest == "\r" && empty_lines_ < empty_lines_max))
      return made;
    part_ = part::head;
    head_ = {};
  }
  auto rest = bytes.substr(made.skip);
  if (fault_ == nullptr && part_ == part::head) {
    const auto found = head_.read(rest);
    fault_ = found.fault;
    if (found.size > 0) {
      rest.remove_prefix(found.size);
      begin_body(made, rest);
      if (!made.is_end)
        made.head = found.size;
      if (fault_ == nullptr)
        made.pass = found.size;
    }
    if (found.size == 0 || made.is_end || fault_ != nullptr) {
      made.fault = fault_;
      return made;
    }
  }
  const auto drops_body = drops_body_;
  if (fault_ == nullptr)
    read_body(made, rest);
  if (made.is_end)
    made.head = 0;
  if (drops_body)
    made.skip += std::exchange(made.pass, 0);
  // What is good before a fault goes on first.
  if (made.pass == 0)
    made.fault = fault_;
  return made;
}

std::size_t message_reader::skip_empty_lines(std::string_view bytes) noexcept {
  std::size_t skipped = 0;
  while (empty_lines_ < empty_lines_max && bytes.substr(skipped).starts_with("\r\n")) {
    ++empty_lines_;
    skipped += 2;
  }
  return skipped;
}

void message_reader::begin_body(outcome& made, std::string_view rest) noexcept {
  content_left_ = head_.content_length();
  const auto most
    = head_.expects_continue() ? allowed_.asked_body_bytes_max : allowed_.body_bytes_max;
  if (content_left_ > most) {
    fault_ = &faults::large_body;
    return;
  }
  if (!head_.is_chunked() && content_left_ == 0)
    return end_message(made);
  // A client that has sent some of the body already does not wait.
  made.asks_to_continue = head_.expects_continue() && rest.empty();
  part_ = head_.is_chunked() ? part::chunks : part::content;
  chunks_ = chunk_reader{allowed_.body_bytes_max};
}

void message_reader::read_body(outcome& made, std::string_view rest) noexcept {
  if (part_ == part::content) {
    const auto count = std::min<std::uint64_t>(content_left_, rest.size());
    content_left_ -= count;
    made.pass += static_cast<std::size_t>(count);
    if (content_left_ == 0)
      end_message(made);
    return;
  }
  const auto next = chunks_.read(rest);
  fault_ = next.fault;
  // Trailers are never skipped in the call that passes the head: the last chunk comes before them.
  made.skip += next.skip;
  made.pass += next.pass;
  if (next.is_end)
    end_message(made);
}

void message_reader::end_message(outcome& made) noexcept {
  made.is_end = true;
  part_ = part::before_head;
  empty_lines_ = 0;
  drops_body_ = false;
}

std::string message_reader::missing_end(std::string_view left) const {
  if (part_ == part::chunks)
    return std::string{chunks_.missing_end()};
  if (part_ == part::content)
    return {};
  // No client can send this one: the asterisk is for OPTIONS alone.
  return has_request_line() ? stand_in(left) : "GET * HTTP/1.1\r\n\r\n";
}

std::string message_reader::stand_in(std::string_view head) const {
  return std::string{head.substr(0, head_.request_line_size())}.append("\r\n\r\n");
}

} // namespace callboard::http
