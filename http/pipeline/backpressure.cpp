#include "http/pipeline/backpressure.hpp"

#include <chrono>
#include <utility>
#include <vector>

namespace callboard::http {

namespace {

using std::chrono::steady_clock;

/// A client that reads takes something many times a second, and one that asks for more than fits must not
/// drive it out. Short, so that those who do not read have to ask again and again to be in the way.
constexpr std::chrono::milliseconds patience{500};

} // namespace

backpressure::backpressure(std::size_t bytes_max)
  : bytes_max_(bytes_max), answers_({.bytes_max = bytes_max, .patience = patience}) {
  // nop
}

backpressure::place::~place() {
  if (to_)
    to_->end(answer_);
  of_.release(*this);
}

void backpressure::place::begin(std::shared_ptr<connection_output> to) {
  to_ = std::move(to);
  to_->begin(answer_);
  const sync::lock_guard guard{of_.mutex_};
  of_.outputs_[answer_] = to_;
  of_.answers_.progress(answer_, steady_clock::now());
}

backpressure::admission backpressure::admit(std::size_t bytes, importance matters,
                                            std::shared_ptr<place> had) {
  if (bytes <= unsent_budget::small_bytes_max)
    return {};
  std::vector<std::pair<unsent_budget::number, std::shared_ptr<connection_output>>> ended;
  admission made;
  {
    const sync::lock_guard guard{mutex_};
    const auto answer = had ? had->answer_ : last_ + 1;
    if (!had)
      had = std::make_shared<place>(*this, ++last_);
    const auto found = answers_.admit(answer, bytes, matters, steady_clock::now());
    made.is_admitted = found.is_admitted;
    for (const auto each : found.dropped) {
      const auto to = outputs_.find(each);
      ended.emplace_back(each, to->second.lock());
      outputs_.erase(to);
    }
  }
  for (const auto& [answer, to] : ended)
    if (to)
      to->drop(answer);
  if (made.is_admitted)
    made.counted = std::move(had);
  return made;
}

void backpressure::progress(unsent_budget::number answer) {
  const sync::lock_guard guard{mutex_};
  answers_.progress(answer, steady_clock::now());
}

std::size_t backpressure::bytes() const {
  const sync::lock_guard guard{mutex_};
  return answers_.bytes();
}

void backpressure::release(const place& over) noexcept {
  const sync::lock_guard guard{mutex_};
  answers_.release(over.answer_);
  outputs_.erase(over.answer_);
}

} // namespace callboard::http
