#include "core/sessions/message_page.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace callboard::core {

namespace {

std::size_t text_bytes(const session_message& one) {
  return one.content->size() + one.metadata.text().size();
}

} // namespace

message_page::message_page(const session_message_query& query)
  : limit_(query.limit),
    bytes_left_(query.text_bytes_max > 0 ? query.text_bytes_max
                                         : std::numeric_limits<std::size_t>::max()),
    is_oldest_first_(is_oldest_first(query)) {
  // nop
}

bool message_page::take(session_message one) {
  const auto bytes = text_bytes(one);
  const auto is_full
    = made_.messages.size() == limit_ || (!made_.messages.empty() && bytes > bytes_left_);
  if (is_full) {
    made_.has_more = true;
    return false;
  }
  bytes_left_ -= std::min(bytes, bytes_left_);
  made_.messages.push_back(std::move(one));
  return true;
}

session_message_page message_page::done() && {
  if (is_oldest_first_)
    std::reverse(made_.messages.begin(), made_.messages.end());
  return std::move(made_);
}

history_window::history_window(const history_query& query)
  : entries_max_(query.entries_max), bytes_left_(query.text_bytes_max) {
  // nop
}

bool history_window::take(bool is_agent, shared_text content) {
  if (made_.size() == entries_max_ || content->size() > bytes_left_)
    return false;
  bytes_left_ -= content->size();
  made_.push_back({is_agent ? "assistant" : "user", std::move(content)});
  return made_.size() < entries_max_;
}

std::vector<history_entry> history_window::done() && {
  std::reverse(made_.begin(), made_.end());
  return std::move(made_);
}

} // namespace callboard::core
