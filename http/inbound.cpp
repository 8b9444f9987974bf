#include "http/inbound.hpp"

#include <algorithm>
#include <cstring>

namespace callboard::http {

std::size_t inbound::came(char* buffer, std::size_t count, std::size_t room) {
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
  held_.assign(bytes.substr(found.skip + found.pass));
  if (found.fault != nullptr) {
    fail(*found.fault);
    return take(buffer, room);
  }
  if (found.skip > 0)
    std::memmove(buffer, buffer + found.skip, found.pass);
  return found.pass;
}

std::size_t inbound::take(char* buffer, std::size_t room) {
  if (approved_ == 0 && !is_refused_ && !left().empty()) {
    const auto found = reader_.read(left());
    note(found);
    held_from_ += found.skip;
    approved_ = found.pass;
    if (found.fault != nullptr)
      fail(*found.fault);
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

void inbound::drop_given() {
  // A new string, not an erased one: what a long head once needed must not stay for the small ones
  // after it.
  if (held_from_ > 0)
    held_ = std::string{left()};
  held_from_ = 0;
}

void inbound::fail(const framing_fault& why) {
  if (is_refused_)
    return;
  reader_.fail(why);
  is_refused_ = true;
  auto end = reader_.missing_end(left());
  fillers_ = static_cast<std::size_t>(std::min<std::uint64_t>(reader_.content_left(), 2));
  held_ = std::string(fillers_, ' ') + end;
  held_from_ = 0;
  approved_ = held_.size();
}

void inbound::note(const message_reader::outcome& found) noexcept {
  asks_to_continue_ = asks_to_continue_ || found.asks_to_continue;
  if (found.is_end)
    ++count_;
}

} // namespace callboard::http
