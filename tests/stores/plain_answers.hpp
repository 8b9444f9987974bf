#pragma once

#include <algorithm>
#include <map>
#include <tuple>

#include "tests/stores/store_contract.hpp"

namespace callboard::tests {

/// Answers queries by looking at everything: slow and plain.
class plain_answers {
public:
  void put(const job_ptr& one) {
    jobs_[one->spec->id] = one;
  }

  void erase(const uuid& id) {
    jobs_.erase(id);
  }

  job_page page(const job_query& query) const {
    job_page made;
    std::vector<job_ptr> matching;
    for (const auto& [id, one] : jobs_) {
      if (!query.organisation.empty() && one->spec->organisation != query.organisation)
        continue;
      ++made.total;
      if (!matches(*one, query))
        continue;
      if (query.counts_states)
        ++made.by_state[static_cast<std::size_t>(one->state)];
      if (query.states.empty()
          || std::count(query.states.begin(), query.states.end(), one->state) > 0)
        matching.push_back(one);
    }
    made.matching = matching.size();
    std::sort(matching.begin(), matching.end(),
              [&](const auto& left, const auto& right) { return is_before(*left, *right, query); });
    for (auto i = query.offset; i < matching.size() && made.jobs.size() < query.limit; ++i)
      made.jobs.push_back(matching[i]);
    return made;
  }

private:
  static bool matches(const job& one, const job_query& query) {
    const auto& fields = *one.spec->agent_job;
    const auto has_tag = std::any_of(query.tags.begin(), query.tags.end(), [&](const auto& tag) {
      return std::count(fields.tags.begin(), fields.tags.end(), tag) > 0;
    });
    return (!query.job_type_id || fields.job_type_id == *query.job_type_id)
           && (!query.channel_code || fields.channel_code == *query.channel_code)
           && (query.tags.empty() || has_tag)
           && (!query.due_from || one.spec->due_at >= *query.due_from)
           && (!query.due_to || one.spec->due_at <= *query.due_to)
           && (!query.created_from || one.spec->created_at >= *query.created_from)
           && (!query.created_to || one.spec->created_at <= *query.created_to);
  }

  static std::string word_of(job_state state) {
    static const std::map<job_state, std::string> words{
      {job_state::scheduled, "SCHEDULED"}, {job_state::pending, "WAITING"},
      {job_state::processing, "RUNNING"},  {job_state::completed, "COMPLETED"},
      {job_state::failed, "FAILED"},       {job_state::timeout, "FAILED"},
      {job_state::canceled, "CANCELED"}};
    return words.at(state);
  }

  /// -1, 0, 1
  template <class T>
  static int compared(const T& left, const T& right) {
    return left < right ? -1 : right < left ? 1 : 0;
  }

  static int compared_by(job_field by, const job& left, const job& right) {
    switch (by) {
      case job_field::created_at:
        return compared(left.spec->created_at, right.spec->created_at);
      case job_field::updated_at:
        return compared(left.updated_at, right.updated_at);
      case job_field::due_at:
        return compared(left.spec->due_at, right.spec->due_at);
      case job_field::state:
        return compared(word_of(left.state), word_of(right.state));
      case job_field::job_type_id:
        return compared(left.spec->agent_job->job_type_id, right.spec->agent_job->job_type_id);
      case job_field::channel_code:
        return compared(left.spec->agent_job->channel_code, right.spec->agent_job->channel_code);
    }
    return 0;
  }

  static bool is_before(const job& left, const job& right, const job_query& query) {
    for (const auto& step : query.sort)
      if (const auto found = compared_by(step.by, left, right); found != 0)
        return step.is_descending ? found > 0 : found < 0;
    const auto age = compared(std::tie(left.spec->created_at, left.spec->id),
                              std::tie(right.spec->created_at, right.spec->id));
    return query.sort.empty() || query.sort.front().is_descending ? age > 0 : age < 0;
  }

  std::map<uuid, job_ptr> jobs_;
};

} // namespace callboard::tests
