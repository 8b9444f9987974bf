#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <callboard/job_type.hpp>

namespace callboard::http {

/// The configured job types and organisations. Never changes.
class job_type_table {
public:
  job_type_table(std::vector<job_type> types, const std::vector<organisation>& organisations);

  /// The type of that id in an organisation, active or not; null if there is none.
  const job_type* find(std::string_view organisation, std::string_view id) const noexcept;

  /// All types of an organisation, by id.
  std::vector<const job_type*> of(std::string_view organisation) const;

  /// Whether there is such an organisation.
  bool knows(std::string_view organisation) const noexcept {
    return organisations_.contains(organisation);
  }

private:
  using types_by_id = std::map<std::string, job_type, std::less<>>;

  std::map<std::string, types_by_id, std::less<>> types_;
  std::set<std::string, std::less<>> organisations_;
};

} // namespace callboard::http
