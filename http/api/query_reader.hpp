#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <callboard/time.hpp>

#include "http/message/services_problem.hpp"

namespace callboard::http {

/// Reads a query's parameters one by one and notes all that is wrong with them.
class query_reader {
public:
  explicit query_reader(std::string_view query);

  /// The value of a parameter; none if it is not there. A second one of that name is a fault.
  std::optional<std::string> text(std::string_view name);

  /// As `text`, for a value that must not be empty.
  std::optional<std::string> filled_text(std::string_view name);

  /// A whole number within bounds; none if it is not there, or wrong.
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t least, std::int64_t most);

  /// An RFC 3339 time; none if it is not there, or wrong.
  std::optional<system_time> time(std::string_view name);

  /// Notes what is wrong with a parameter.
  void refuse(std::string_view name, std::string message);

  /// Takes a parameter for known that is of no use here.
  void ignore(std::string_view name);

  /// Notes each parameter that was not read, and which ones there are: those that were asked for.
  void refuse_others();

  /// What is wrong; grows with each call of the members above.
  const std::vector<field_fault>& faults() const noexcept {
    return faults_;
  }

private:
  struct parameter {
    std::string name;
    std::string value;
    bool is_read = false;
  };

  std::vector<parameter> parameters_;
  /// What was asked for, whether it was there or not.
  std::vector<std::string> known_;
  std::vector<field_fault> faults_;
};

} // namespace callboard::http
