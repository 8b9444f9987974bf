#include "tests/http/test_exchange.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace callboard::tests {

sample_request sample_request::with(std::string name, std::string value) const {
  auto made = *this;
  made.headers.emplace_back(std::move(name), std::move(value));
  return made;
}

http::request sample_request::view() const {
  http::request made;
  made.verb_name = method;
  made.verb = http::parse_method(method);
  made.target = target;
  for (const auto& [name, value] : headers)
    made.headers.push_back({name, value});
  made.body = body;
  made.body_bytes = body.size();
  made.version = version;
  made.fault = fault;
  made.from = from;
  return made;
}

sample_request post_json(std::string target, std::string body) {
  sample_request made;
  made.method = "POST";
  made.target = std::move(target);
  made.headers.emplace_back("Content-Type", "application/json");
  made.body = std::move(body);
  return made;
}

test_exchange::test_exchange(sample_request from, std::shared_ptr<http::in_flight> shared)
  : request_texts{std::move(from)}, exchange(std::move(shared), request_texts::sample.view()) {
  // nop
}

test_exchange::~test_exchange() {
  close();
}

void test_exchange::write(http::outgoing made) {
  made.head.insert(0, portions_);
  *written_ = std::move(made);
  shared_->finish();
}

void test_exchange::write_portion(std::string bytes,
                                  std::shared_ptr<http::backpressure::place> counted,
                                  std::function<void(bool is_out)> done) {
  largest_portion_ = std::max(largest_portion_, bytes.size());
  portions_ += bytes;
  counted.reset();
  ++portion_count_;
  if (holds_portions)
    held_ = std::move(done);
  else
    done(portion_count_ < portions_max);
}

void test_exchange::end_portion(bool is_out) {
  std::exchange(held_, nullptr)(is_out);
}

void test_exchange::run_later(bool is_long, std::function<void()> work) {
  was_long_ = is_long;
  work();
}

void test_exchange::release() noexcept {
  is_released_ = true;
}

raw_response test_exchange::answered() const {
  if (!is_answered())
    throw std::runtime_error{"there is no answer"};
  return take_apart(**written_, sample.method == "HEAD");
}

raw_response take_apart(const http::outgoing& written, bool is_head) {
  auto bytes = written.head + written.body;
  auto made = take_response(bytes, is_head);
  if (!made || !bytes.empty())
    throw std::runtime_error{"the answer's length is wrong: " + written.head};
  return std::move(*made);
}

raw_response ask(http::application& app, const sample_request& sample) {
  const auto received = std::make_shared<test_exchange>(sample);
  received->begin();
  app.handle(received);
  return received->answered();
}

} // namespace callboard::tests
