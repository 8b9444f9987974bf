#pragma once

#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <callboard/error.hpp>

namespace callboard {

/// What is wrong with a part of a document.
struct json_fault {
  /// JSON Pointer to the part, from the document's root; of a member that is missing, where it should be.
  std::string pointer = {};
  std::string message = {};
};

/// A JSON Schema (draft 7 and before), ready to check documents with. Copies share it; it may be used
/// from all threads at once.
class json_schema {
public:
  /// Longest text that is checked against a regular expression: the standard library's matcher recurses
  /// for each character. Only bounds texts that a `pattern` or `format` could be about.
  static constexpr std::size_t matched_bytes_max = 2048;
  /// Longest array that is checked for being without repetition: each pair is compared.
  static constexpr std::size_t unique_items_max = 1000;
  /// Most faults that are told of one document: an answer must not be longer than what it is about.
  static constexpr std::size_t faults_max = 100;

  /// Reads a schema. References beyond the document are refused. The fault names the part that is wrong
  /// as far as that is known.
  static tl::expected<json_schema, json_fault> compile(const nlohmann::json& schema);

  /// All that is wrong with a document, at most `faults_max`; nothing if it is as it should be.
  std::vector<json_fault> check(const nlohmann::json& document) const;

private:
  struct implementation;
  explicit json_schema(std::shared_ptr<const implementation> made);
  std::shared_ptr<const implementation> made_;
};

} // namespace callboard
