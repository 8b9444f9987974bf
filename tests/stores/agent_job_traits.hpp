#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/stores/store_contract.hpp"

namespace callboard::tests {

/// What filters and orders look at.
struct traits {
  std::string organisation = "default";
  std::string type = "report";
  std::string channel = "C1";
  std::vector<std::string> tags;
  std::int64_t created_ms = 0;
  std::int64_t due_ms = 0;
  std::int64_t updated_ms = 0;
  job_state state = job_state::pending;
};

/// A stored agent job with these traits.
inline job_ptr agent_job(std::uint32_t number, const traits& what, std::uint64_t version = 1) {
  auto spec = plain_spec(job_kind::agent, number);
  spec->organisation = what.organisation;
  spec->created_at = at_ms(what.created_ms);
  spec->due_at = at_ms(what.due_ms);
  agent_job_fields fields;
  fields.job_type_id = what.type;
  fields.channel_code = what.channel;
  fields.tags = what.tags;
  spec->agent_job = std::make_shared<const agent_job_fields>(fields);
  auto made = *snapshot(spec, version, what.state);
  made.updated_at = at_ms(what.updated_ms);
  return std::make_shared<const job>(std::move(made));
}

} // namespace callboard::tests
