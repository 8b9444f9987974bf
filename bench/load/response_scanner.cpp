#include "bench/load/response_scanner.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace callboard::bench {

namespace {

/// No server that is worth measuring sends a longer head, and endless heads must end somewhere.
constexpr std::size_t head_bytes_max = 64 * 1024;

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view head_end = "\r\n\r\n";

bool equals_without_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x))
           == std::tolower(static_cast<unsigned char>(y));
  });
}

std::string_view trimmed(std::string_view text) {
  auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

} // namespace

response_scanner::response_scanner(std::string* body_sink, std::string* head_sink)
  : body_sink_(body_sink), head_sink_(head_sink) {
}

void response_scanner::reset() {
  state_ = state::head;
  head_.clear();
  line_.clear();
  remaining_ = 0;
}

response_scanner::progress response_scanner::scan(std::string_view& input) {
  while (!input.empty()) {
    auto made = state_ == state::head ? scan_head(input) : scan_body(input);
    if (made != progress::more)
      return made;
  }
  return progress::more;
}

response_scanner::progress response_scanner::end_of_stream() {
  if (state_ != state::open_body)
    return progress::fault;
  return finish();
}

response_scanner::progress response_scanner::finish() {
  state_ = state::head;
  return progress::answer;
}

response_scanner::progress response_scanner::scan_head(std::string_view& input) {
  if (head_.empty()) {
    // Nearly always the whole head is here and nothing needs to be copied.
    auto end = input.find(head_end);
    if (end != std::string_view::npos) {
      auto head = input.substr(0, end + head_end.size());
      input.remove_prefix(head.size());
      return on_head(head);
    }
    head_.assign(input);
    input = {};
  } else {
    auto known = head_.size();
    head_.append(input);
    auto from = known < head_end.size() ? 0 : known - (head_end.size() - 1);
    auto end = head_.find(head_end, from);
    if (end != std::string::npos) {
      input.remove_prefix(end + head_end.size() - known);
      head_.resize(end + head_end.size());
      auto head = std::move(head_);
      head_.clear();
      return on_head(head);
    }
    input = {};
  }
  return head_.size() > head_bytes_max ? progress::fault : progress::more;
}

response_scanner::progress response_scanner::on_head(std::string_view head) {
  if (head_sink_ != nullptr)
    head_sink_->append(head);
  has_length_ = false;
  is_chunked_ = false;
  remaining_ = 0;
  auto is_first = true;
  while (head.size() > line_end.size()) {
    auto end = head.find(line_end);
    auto line = head.substr(0, end);
    if (!(is_first ? on_status_line(line) : on_field(line)))
      return progress::fault;
    is_first = false;
    head.remove_prefix(end + line_end.size());
  }
  if (status_ < 200) // An interim answer; the real one follows.
    return progress::more;
  if (status_ == 204 || status_ == 304)
    return finish();
  if (is_chunked_) {
    state_ = state::chunk_size;
    return progress::more;
  }
  if (!has_length_) {
    keeps_alive_ = false;
    state_ = state::open_body;
    return progress::more;
  }
  if (remaining_ == 0)
    return finish();
  state_ = state::sized_body;
  return progress::more;
}

bool response_scanner::on_status_line(std::string_view line) {
  // "HTTP/1.1 200 OK"
  constexpr std::size_t shortest = 12;
  if (line.size() < shortest || !line.starts_with("HTTP/1.") || line[8] != ' ')
    return false;
  auto digits = line.substr(9, 3);
  auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), status_);
  keeps_alive_ = line[7] != '0';
  return fault == std::errc{} && end == digits.data() + digits.size() && status_ >= 100;
}

bool response_scanner::on_field(std::string_view line) {
  auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0)
    return false;
  auto name = line.substr(0, colon);
  // Three names matter; their lengths sort out nearly all others.
  if (name.size() == 14 && equals_without_case(name, "content-length")) {
    auto value = trimmed(line.substr(colon + 1));
    auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), remaining_);
    has_length_ = true;
    return fault == std::errc{} && end == value.data() + value.size();
  }
  if (name.size() == 10 && equals_without_case(name, "connection")) {
    auto value = trimmed(line.substr(colon + 1));
    if (equals_without_case(value, "close"))
      keeps_alive_ = false;
    else if (equals_without_case(value, "keep-alive"))
      keeps_alive_ = true;
  } else if (name.size() == 17 && equals_without_case(name, "transfer-encoding")) {
    is_chunked_ = equals_without_case(trimmed(line.substr(colon + 1)), "chunked");
  }
  return true;
}

response_scanner::progress response_scanner::scan_body(std::string_view& input) {
  std::string_view line;
  switch (state_) {
    case state::sized_body:
    case state::chunk_body: {
      auto part = input.substr(
        0, static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, input.size())));
      if (body_sink_ != nullptr)
        body_sink_->append(part);
      input.remove_prefix(part.size());
      remaining_ -= part.size();
      if (remaining_ > 0)
        return progress::more;
      if (state_ == state::sized_body)
        return finish();
      state_ = state::chunk_end;
      return progress::more;
    }
    case state::open_body:
      if (body_sink_ != nullptr)
        body_sink_->append(input);
      input = {};
      return progress::more;
    default:
      if (!take_line(input, line))
        return line_.size() > head_bytes_max ? progress::fault : progress::more;
      auto made = on_chunk_line(line);
      line_.clear();
      return made;
  }
}

bool response_scanner::take_line(std::string_view& input, std::string_view& line) {
  auto end = input.find('\n');
  auto taken = std::min(input.size(), end == std::string_view::npos ? end : end + 1);
  line_.append(input.substr(0, taken));
  input.remove_prefix(taken);
  if (end == std::string_view::npos)
    return false;
  line = line_;
  line.remove_suffix(line.ends_with(line_end) ? line_end.size() : 1);
  return true;
}

response_scanner::progress response_scanner::on_chunk_line(std::string_view line) {
  if (state_ == state::chunk_end) {
    state_ = state::chunk_size;
    return line.empty() ? progress::more : progress::fault;
  }
  if (state_ == state::trailer)
    return line.empty() ? finish() : progress::more;
  auto [end, fault] = std::from_chars(line.data(), line.data() + line.size(), remaining_, 16);
  if (fault != std::errc{} || (end != line.data() + line.size() && *end != ';' && *end != ' '))
    return progress::fault;
  state_ = remaining_ == 0 ? state::trailer : state::chunk_body;
  return progress::more;
}

} // namespace callboard::bench
