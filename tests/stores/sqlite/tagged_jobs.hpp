#pragma once

#include <callboard/store.hpp>

#include "tests/stores/sample_jobs.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace callboard::tests {

/// An agent job with one tag.
inline job_ptr tagged_job(std::uint32_t number, std::uint64_t version, job_state state,
                          const std::string& tag = "a") {
  auto spec = plain_spec(job_kind::agent, number);
  agent_job_fields fields;
  fields.job_type_id = "report";
  fields.tags = {tag};
  spec->agent_job = std::make_shared<const agent_job_fields>(fields);
  return snapshot(spec, version, state);
}

/// One that is answered by the column index.
inline job_query two_tags(std::vector<job_state> states = {}) {
  return {.kind = job_kind::agent,
          .organisation = "default",
          .states = std::move(states),
          .tags = {"a", "b"},
          .counts_states = true};
}

} // namespace callboard::tests
