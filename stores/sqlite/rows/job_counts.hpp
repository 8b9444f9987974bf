#pragma once

#include <callboard/job.hpp>

#include "stores/sqlite/file/connection.hpp"
#include "stores/sqlite/file/statement.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

namespace callboard::sqlite {

/// Keeps the table `job_counts` up to date: how many jobs of a kind an organisation has in each state. It
/// collects the changes of a transaction and writes each count that has changed once.
class job_counts {
public:
  explicit job_counts(connection& db);

  /// Forgets what was collected.
  void begin() noexcept {
    changes_.clear();
  }

  /// Notes that there is one job more (1) or one less (-1) in a state.
  void change(job_kind kind, std::string_view organisation, job_state state, std::int64_t by);

  /// Writes what was collected. Errors: `io`.
  result<void> write();

private:
  using place = std::tuple<job_kind, std::string, job_state>;

  /// Compares places whose organisations are strings or views of one. `std::less<>` does that as well, except with
  /// Clang 14, which checks the locks.
  struct place_order {
    using is_transparent = void;

    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return view_of(a) < view_of(b);
    }

    template <class Place>
    static std::tuple<job_kind, std::string_view, job_state> view_of(const Place& of) {
      return {std::get<0>(of), std::get<1>(of), std::get<2>(of)};
    }
  };

  statement change_;
  statement drop_empty_;
  std::map<place, std::int64_t, place_order> changes_;
};

} // namespace callboard::sqlite
