#include "http/pipeline/open_streams.hpp"

#include "http/pipeline/event_stream.hpp"

namespace callboard::http {

void open_streams::add(const std::shared_ptr<event_stream>& opened, steady_time now) {
  const std::lock_guard guard{mutex_};
  opened->listed() = entries_.insert(entries_.end(), {opened, now});
}

void open_streams::touch(event_stream& sent_in, steady_time now) noexcept {
  const std::lock_guard guard{mutex_};
  auto& at = sent_in.listed();
  if (!at)
    return;
  (*at)->sent_at = now;
  entries_.splice(entries_.end(), entries_, *at);
}

void open_streams::remove(event_stream& ended) noexcept {
  const std::lock_guard guard{mutex_};
  auto& at = ended.listed();
  if (at)
    entries_.erase(*at);
  at.reset();
}

std::vector<std::shared_ptr<event_stream>> open_streams::silent_since(
  std::optional<steady_time> time) {
  std::vector<std::shared_ptr<event_stream>> found;
  const std::lock_guard guard{mutex_};
  for (const auto& each : entries_) {
    if (time && each.sent_at > *time)
      break;
    if (auto held = each.of.lock())
      found.push_back(std::move(held));
  }
  return found;
}

void open_streams::comment(steady_time silent_since_time) {
  for (const auto& each : silent_since(silent_since_time))
    each->send_comment();
}

void open_streams::cut_all() {
  for (const auto& each : silent_since(std::nullopt))
    each->cut();
}

} // namespace callboard::http
