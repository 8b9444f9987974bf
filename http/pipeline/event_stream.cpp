#include "http/pipeline/event_stream.hpp"

#include <chrono>
#include <utility>

namespace callboard::http {

namespace {

using std::chrono::steady_clock;

constexpr std::string_view comment = ":\n\n";

} // namespace

std::string render_event(std::string_view event, std::string_view data) {
  std::string made;
  made.reserve(event.size() + data.size() + 16);
  made.append("event: ").append(event).append("\ndata: ").append(data).append("\n\n");
  return made;
}

event_stream::event_stream(std::shared_ptr<exchange> through, framing how)
  : through_(std::move(through)), how_(std::move(how)) {
  // nop
}

event_stream::~event_stream() {
  cut();
}

void event_stream::open(std::string head) {
  through_->shared_->streams().add(shared_from_this(), steady_clock::now());
  {
    const std::lock_guard guard{mutex_};
    is_writing_ = true;
  }
  through_->write_portion(std::move(head), nullptr,
                          [self = shared_from_this()](bool is_out) { self->written(is_out); });
}

bool event_stream::send(std::string_view event, std::string_view data) {
  return append(render_event(event, data), false);
}

void event_stream::end(std::string_view event, std::string_view data) {
  append(render_event(event, data), true);
}

void event_stream::end(std::string events) {
  append(std::move(events), true);
}

void event_stream::send_comment() {
  {
    const std::lock_guard guard{mutex_};
    if (is_writing_)
      return; // the client is being waited for
  }
  append(std::string{comment}, false);
}

bool event_stream::append(std::string bytes, bool is_last) {
  {
    const std::lock_guard guard{mutex_};
    if (phase_ != phase::open
        || (!is_last && !waiting_.empty() && waiting_.size() + bytes.size() > unread_bytes_max))
      return false;
    waiting_ += bytes;
    if (is_last)
      phase_ = phase::ending;
    if (is_writing_)
      return true;
    is_writing_ = true;
  }
  through_->shared_->streams().touch(*this, steady_clock::now());
  write_next();
  return true;
}

void event_stream::write_next() noexcept {
  std::string bytes;
  bool is_last = false;
  {
    const std::lock_guard guard{mutex_};
    if (phase_ == phase::over)
      return;
    if (waiting_.empty() && phase_ == phase::open) {
      is_writing_ = false;
      return;
    }
    bytes.swap(waiting_);
    is_last = phase_ == phase::ending;
    if (is_last)
      phase_ = phase::over;
  }
  try {
    auto& shared = *through_->shared_;
    if (is_last)
      shared.streams().remove(*this);
    // What has been done is told, whoever does not read.
    auto counted = shared.gate().admit(bytes.size(), backpressure::importance::must_go_out).counted;
    if (!is_last)
      return through_->write_portion(
        framed(std::move(bytes)), std::move(counted),
        [self = shared_from_this()](bool is_out) { self->written(is_out); });
    outgoing last;
    last.head = framed(std::move(bytes));
    if (how_.end == body_end::chunks)
      last.head += "0\r\n\r\n";
    last.closes = how_.closes || shared.is_closing();
    last.record = how_.record;
    last.counted = std::move(counted);
    through_->write(std::move(last));
  } catch (...) {
    // Out of memory: only a connection that ends too early tells that it was not all.
    is_last ? through_->fail() : cut();
  }
}

void event_stream::written(bool is_out) noexcept {
  bool is_over = false;
  std::function<void()> gone;
  {
    const std::lock_guard guard{mutex_};
    is_over = phase_ == phase::over;
    if (is_over || !is_out)
      is_writing_ = false;
    if (!is_over && !is_out) {
      is_gone_ = true;
      gone.swap(gone_);
    }
  }
  if (is_over)
    return through_->release(); // it was cut meanwhile
  if (is_out)
    return write_next();
  cut();
  if (gone)
    gone();
}

void event_stream::cut() noexcept {
  bool is_writing = false;
  {
    const std::lock_guard guard{mutex_};
    if (phase_ == phase::over)
      return;
    phase_ = phase::over;
    is_writing = is_writing_;
    std::string{}.swap(waiting_);
  }
  through_->shared_->streams().remove(*this);
  // What is being written has the connection until it is out.
  if (!is_writing)
    through_->release();
  through_->shared_->finish();
}

void event_stream::on_gone(std::function<void()> told) {
  {
    const std::lock_guard guard{mutex_};
    if (!is_gone_) {
      gone_ = std::move(told);
      return;
    }
  }
  told();
}

std::string event_stream::framed(std::string bytes) const {
  return how_.end == body_end::chunks && !bytes.empty() ? frame_chunk(bytes) : std::move(bytes);
}

} // namespace callboard::http
