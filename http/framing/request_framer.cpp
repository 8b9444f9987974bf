#include "http/framing/request_framer.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace callboard::http {

std::size_t request_framer::came(char* buffer, std::size_t count, std::size_t room) {
  if (is_refused_)
    return 0;
  const std::string_view bytes{buffer, count};
  if (!held_.empty()) {
    drop_given();
    held_.append(bytes);
    return take(buffer, room);
  }
  const auto found = reader_.read(bytes);
  note(found);
  if (is_answered_early(found, bytes))
    return take(buffer, room);
  held_.assign(bytes.substr(found.skip + found.pass));
  if (found.fault != nullptr)
    fail(*found.fault);
  if (found.pass == 0)
    return take(buffer, room);
  if (found.skip > 0)
    std::memmove(buffer, buffer + found.skip, found.pass);
  return found.pass;
}

std::size_t request_framer::take(char* buffer, std::size_t room) {
  while (approved_ == 0 && !is_refused_ && !left().empty()) {
    const auto found = reader_.read(left());
    note(found);
    if (is_answered_early(found, left()))
      break;
    held_from_ += found.skip;
    approved_ = found.pass;
    if (found.fault != nullptr)
      fail(*found.fault);
    else if (found.skip == 0)
      break;
  }
  const auto count = std::min(approved_, fillers_ > 0 ? 1 : room);
  std::memcpy(buffer, held_.data() + held_from_, count);
  approved_ -= count;
  fillers_ -= std::min(fillers_, count);
  held_from_ += count;
  // Connections are many and mostly idle: one that holds nothing keeps no memory for it.
  if (held_from_ == held_.size()) {
    std::string{}.swap(held_);
    held_from_ = 0;
  }
  return count;
}

void request_framer::drop_given() {
  // A new string, not an erased one: what a long head once needed must not stay for the small ones
  // after it.
  if (held_from_ > 0)
    held_ = std::string{left()};
  held_from_ = 0;
}

void request_framer::fail(const framing_fault& why) {
  if (is_refused_)
    return;
  is_refused_ = true;
  const auto was_answered = reader_.is_dropping();
  reader_.fail(why);
  if (was_answered) {
    std::string{}.swap(held_);
    held_from_ = 0;
    return;
  }
  auto end = reader_.missing_end(left());
  fillers_ = static_cast<std::size_t>(std::min<std::uint64_t>(reader_.content_left(), 2));
  held_ = std::string(fillers_, ' ') + end;
  held_from_ = 0;
  approved_ = held_.size();
}

bool request_framer::lacks_more(std::string_view rest) const noexcept {
  auto ahead = reader_;
  for (;;) {
    const auto found = ahead.read(rest);
    if (found.is_end || found.fault != nullptr)
      return false;
    if (found.skip + found.pass == 0)
      return true;
    rest.remove_prefix(found.skip + found.pass);
  }
}

bool request_framer::is_answered_early(const message_reader::outcome& found,
                                       std::string_view bytes) {
  if (found.head == 0 || judge_ == nullptr)
    return false;
  // What is wrong with the bytes, and has come, goes first, however they are cut.
  if (found.fault == nullptr && !lacks_more(bytes.substr(found.skip + found.pass)))
    return false;
  const auto head = bytes.substr(found.skip, found.head);
  const auto verdict = judge_->judge(head);
  if (verdict == head_judge::verdict::go_on)
    return false;
  auto made = reader_.stand_in(head);
  approved_ = made.size();
  // A client that waits for a 100 may never send its body. Where that ends could not be told from the
  // next request.
  is_refused_ = verdict == head_judge::verdict::answer_and_end || found.asks_to_continue
                || found.fault != nullptr;
  if (is_refused_) {
    reader_.fail(faults::answered_early);
  } else {
    reader_.drop_body();
    made.append(bytes.substr(found.skip + found.pass));
  }
  asks_to_continue_ = false;
  held_ = std::move(made);
  held_from_ = 0;
  return true;
}

void request_framer::note(const message_reader::outcome& found) noexcept {
  if (found.head > 0)
    head_bytes_ = found.head;
  asks_to_continue_ = asks_to_continue_ || found.asks_to_continue;
  if (found.is_end)
    ++count_;
}

} // namespace callboard::http
