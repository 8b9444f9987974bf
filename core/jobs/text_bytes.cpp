#include "core/jobs/text_bytes.hpp"

#include <string>

namespace callboard::core {

namespace {

std::size_t size_of(const shared_text& text) noexcept {
  return text ? text->size() : 0;
}

std::size_t size_of(const agent_job_fields& fields) noexcept {
  auto sum = fields.params.text().size() + fields.target_channel.text().size()
             + fields.config.text().size();
  for (const auto& tag : fields.tags)
    sum += tag.size();
  return sum;
}

} // namespace

std::size_t text_bytes(const job_spec& spec) noexcept {
  auto sum = spec.content.size() + spec.metadata.text().size();
  if (spec.agent_job)
    sum += size_of(*spec.agent_job);
  if (spec.run)
    sum += spec.run->payload.text().size();
  return sum;
}

std::size_t text_bytes(const job& one) noexcept {
  auto sum = text_bytes(*one.spec);
  const shared_text none;
  const auto& outcome = one.outcome ? one.outcome->content : none;
  for (const auto& task : one.tasks)
    sum += (task.result == outcome ? 0 : size_of(task.result)) + size_of(task.error);
  if (one.outcome)
    sum += size_of(outcome) + one.outcome->metadata.text().size() + one.outcome->error_text.size();
  return sum;
}

result<void> page_allowance::take(const job& one) {
  bytes_ += text_bytes(one);
  if (bytes_max_ == 0 || bytes_ <= bytes_max_)
    return {};
  return fail(errc::capacity, "the list holds more than " + std::to_string(bytes_max_)
                                + " bytes of text; request fewer jobs at a time");
}

bool last_ended::take(const job& next) {
  bytes_ += text_bytes(next);
  const auto is_beside_last = count_ > 0 && next.finished_at == ended_at_;
  const auto fits = count_ < limit_ && (count_ == 0 || bytes_ <= bytes_max_);
  if (!fits && !is_beside_last)
    return false;
  ++count_;
  ended_at_ = next.finished_at;
  return true;
}

} // namespace callboard::core
