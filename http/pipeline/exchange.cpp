#include "http/pipeline/exchange.hpp"

#include "http/message/head.hpp"
#include "http/message/job_path.hpp"
#include "http/message/problem.hpp"
#include "http/pipeline/api_area.hpp"
#include "http/pipeline/event_stream.hpp"
#include "http/pipeline/log_rule.hpp"
#include "http/pipeline/waiting.hpp"

namespace callboard::http {

namespace {

using importance = backpressure::importance;

/// Lists up to this size are printed in less time than it takes to write them.
constexpr std::size_t quick_bytes_max = 64 * 1024;

/// Whether the client had the answer held back.
bool has_waited(const request& asked) {
  const auto wait = read_wait(asked);
  return wait && wait->time.count() > 0;
}

/// The path of a `Location` header; empty without one.
std::string_view location_of(std::string_view header_lines) {
  constexpr std::string_view name = "Location: ";
  const auto begin = header_lines.find(name);
  if (begin == header_lines.npos)
    return {};
  const auto value = header_lines.substr(begin + name.size());
  return value.substr(0, value.find('\r'));
}

/// A portion ends with the first item that makes it larger: large enough to be worth its way through the
/// threads, and nothing beside what may be unsent.
constexpr std::size_t portion_bytes = 256 * 1024;

} // namespace

/// An answer that goes out in portions.
struct exchange::portions {
  response head;
  body_portions next;
  body_end end = body_end::chunks;
  bool closes = false;
  std::shared_ptr<const log_record> record = nullptr;

  /// The next portion. False if it is the last one.
  bool print(std::string& to) const {
    while (next(to))
      if (to.size() >= portion_bytes)
        return true;
    return false;
  }

  /// Bytes of the body as they go out.
  std::string framed(std::string bytes) const {
    return end == body_end::chunks && !bytes.empty() ? frame_chunk(bytes) : std::move(bytes);
  }
};

exchange::exchange(std::shared_ptr<in_flight> shared, request received,
                   std::unique_ptr<screening> screened)
  : shared_(std::move(shared)),
    received_(std::move(received)),
    screened_(std::move(screened)),
    came_at_(std::chrono::steady_clock::now()) {
  // nop
}

exchange::~exchange() {
  if (is_listed_) {
    shared_->remove(*this);
    shared_->finish();
  }
}

void exchange::answer(response made) noexcept {
  if (is_answered_.exchange(true))
    return;
  try {
    auto out = render(std::move(made));
    out.counted = shared_->gate().admit(out.body.size(), importance::must_go_out).counted;
    write(std::move(out));
  } catch (...) {
    fail();
  }
  shared_->remove(*this);
}

void exchange::answer_later(std::size_t bytes, std::function<response()> make) noexcept {
  if (is_answered_.exchange(true))
    return;
  try {
    auto admitted = shared_->gate().admit(bytes, importance::can_be_refused);
    counted_ = std::move(admitted.counted);
    if (admitted.is_admitted)
      run_later(bytes > quick_bytes_max,
                [self = shared_from_this(), make = std::move(make)] { self->write_made(make); });
    else
      write(render(refuse_list()));
  } catch (...) {
    fail();
  }
  shared_->remove(*this);
}

void exchange::write_made(const std::function<response()>& make) noexcept {
  try {
    auto made = [&] {
      try {
        return render(make());
      } catch (...) {
        return render(refuse_internal(area_of(received_.segments).form));
      }
    }();
    auto admitted
      = shared_->gate().admit(made.body.size(), importance::can_be_refused, std::move(counted_));
    if (!admitted.is_admitted)
      made = render(refuse_list());
    made.counted = std::move(admitted.counted);
    write(std::move(made));
  } catch (...) {
    fail();
  }
}

void exchange::answer_in_portions(std::size_t bytes, response head, body_portions next) noexcept {
  if (is_answered_.exchange(true))
    return;
  try {
    auto of = std::make_shared<portions>(portions{std::move(head), std::move(next)});
    run_later(bytes > quick_bytes_max,
              [self = shared_from_this(), of = std::move(of)] { self->begin_portions(of); });
  } catch (...) {
    fail();
  }
  shared_->remove(*this);
}

void exchange::begin_portions(const std::shared_ptr<portions>& of) noexcept {
  try {
    std::string first;
    bool has_more = false;
    try {
      has_more = of->print(first);
    } catch (...) {
      return write(render(refuse_internal(area_of(received_.segments).form)));
    }
    auto admitted = shared_->gate().admit(first.size(), importance::can_be_refused);
    if (!admitted.is_admitted)
      return write(render(refuse_list()));
    if (!has_more) {
      of->head.set_body(std::move(first));
      auto made = render(std::move(of->head));
      made.counted = std::move(admitted.counted);
      return write(std::move(made));
    }
    if (received_.version < 11) {
      of->end = body_end::connection;
      of->head.close_connection();
    }
    auto made = render(of->head, of->end);
    if (received_.verb == method::head)
      return write(std::move(made));
    of->closes = made.closes;
    of->record = std::move(made.record);
    write_portion(made.head + of->framed(std::move(first)), std::move(admitted.counted),
                  when_taken(of));
  } catch (...) {
    fail();
  }
}

void exchange::go_on(const std::shared_ptr<portions>& of) noexcept {
  try {
    std::string bytes;
    const auto has_more = of->print(bytes);
    bytes = of->framed(std::move(bytes));
    // The client has begun to read: it gets the rest.
    auto counted = shared_->gate().admit(bytes.size(), importance::must_go_out).counted;
    if (has_more)
      return write_portion(std::move(bytes), std::move(counted), when_taken(of));
    outgoing last;
    last.head = std::move(bytes);
    if (of->end == body_end::chunks)
      last.head += end_of_chunks;
    last.closes = of->closes;
    last.record = of->record;
    last.counted = std::move(counted);
    write(std::move(last));
  } catch (...) {
    // What has gone out says 200: only a connection that ends too early tells that it is not all.
    fail();
  }
}

std::function<void(bool)> exchange::when_taken(std::shared_ptr<portions> of) {
  return [self = shared_from_this(), of = std::move(of)](bool is_out) {
    try {
      if (is_out)
        return self->run_later(true, [self, of] { self->go_on(of); });
    } catch (...) {
      // As if the client had gone.
    }
    self->fail();
  };
}

std::shared_ptr<event_stream> exchange::open_stream(response head) noexcept {
  if (is_answered_.exchange(true))
    return nullptr;
  std::shared_ptr<event_stream> made;
  try {
    event_stream::framing how;
    if (received_.version < 11) {
      how.end = body_end::connection;
      head.close_connection();
    }
    // Proxies neither change events nor keep them back until there are more.
    head.add_header("X-Accel-Buffering", "no");
    auto out = render(std::move(head), how.end);
    if (received_.verb == method::head) {
      write(std::move(out));
    } else {
      how.closes = out.closes;
      how.record = std::move(out.record);
      made = std::make_shared<event_stream>(shared_from_this(), std::move(how));
      made->open(std::move(out.head));
    }
  } catch (...) {
    if (made)
      made->cut();
    else
      fail();
    made = nullptr;
  }
  shared_->remove(*this);
  return made;
}

void exchange::fail() noexcept {
  // Out of memory: without an answer the connection ends, which tells the client as much.
  release();
  shared_->finish();
}

void exchange::abandon() noexcept {
  if (is_answered_.exchange(true))
    return;
  release();
  shared_->finish();
  shared_->remove(*this);
}

void exchange::close() noexcept {
  if (is_answered_.load())
    return;
  try {
    answer(refuse_internal(area_of(received_.segments).form));
  } catch (...) {
    abandon();
  }
}

response exchange::refuse_list() const {
  return refuse_for_now(area_of(received_.segments).form, 503, "too_many_unread",
                        "too many responses are waiting to be read; retry later or ask for fewer");
}

std::shared_ptr<const log_record> exchange::record_of(const response& made) const {
  const auto choice = shared_->logged();
  if (choice == log_choice::off)
    return nullptr;
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(
    std::chrono::steady_clock::now() - came_at_);
  // Whether it has waited is only looked at if it matters: this is done for each request.
  if (choice == log_choice::failures
      && !is_failure(made.status(), took,
                     took > slow_from && (allowance().count() > 0 || has_waited(received_))))
    return nullptr;
  auto record = std::make_shared<log_record>();
  record->request_id = received_.id;
  record->method = received_.verb_name;
  // The query may hold what is none of the log's business.
  record->path = received_.target.substr(0, received_.target.find('?'));
  record->key_name = received_.key_name;
  record->job_id = job_id_in(record->path);
  if (record->job_id.empty())
    record->job_id = job_id_in(location_of(made.header_lines()));
  record->status = made.status();
  record->took = took;
  return record;
}

outgoing exchange::render(response made, body_end end) {
  outgoing out;
  out.closes = made.closes_connection() || !received_.keeps_alive || received_.is_beyond_limit
               || shared_->is_closing();
  out.head = render_head(made, {.request_id = received_.id,
                                .more_lines = every_answer_.header_lines(),
                                .closes = out.closes,
                                .version = received_.version,
                                .end = end});
  out.record = record_of(made);
  if (received_.verb != method::head)
    out.body = made.take_body();
  return out;
}

} // namespace callboard::http
