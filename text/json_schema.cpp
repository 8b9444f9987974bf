#include <callboard/json_schema.hpp>

#include <algorithm>
#include <exception>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include <callboard/json_text.hpp>

#include "text/schema_guard.hpp"
#include "text/schema_words.hpp"

namespace callboard {

namespace {

using adapter = valijson::adapters::NlohmannJsonAdapter;

/// A larger document that is wrong is not told where: collecting a fault for each part would cost many
/// times its size.
constexpr std::size_t explained_values_max = 10'000;

/// "Missing required property 'x'." → x
constexpr std::string_view missing = "Missing required property '";

/// The library's own way to say where: "<root>", "[name]", "[0]" …
std::string pointer_of(const std::vector<std::string>& context) {
  std::string pointer;
  for (std::size_t i = 1; i < context.size(); ++i)
    pointer = pointer_to(pointer, context[i].substr(1, context[i].size() - 2));
  return pointer;
}

/// The library's texts in the form of ours: lower-case, no full stop.
json_fault readable(const valijson::ValidationResults::Error& from) {
  auto pointer = pointer_of(from.context);
  auto text = from.description;
  if (text.starts_with(missing)) {
    const auto end = text.rfind('\'');
    return {pointer_to(pointer, text.substr(missing.size(), end - missing.size())), "is required"};
  }
  if (text.ends_with('.'))
    text.pop_back();
  if (!text.empty() && text.front() >= 'A' && text.front() <= 'Z')
    text.front() = static_cast<char>(text.front() - 'A' + 'a');
  return {std::move(pointer), std::move(text)};
}

/// Texts of the library, as `readable` has them, that do not say what would be allowed, and the keyword
/// that does.
constexpr std::pair<std::string_view, std::string_view> silent_texts[] = {
  {"failed to match against any enum values", "enum"},
  {"failed to match expected value set by 'const' constraint", "const"},
  {"value type not permitted by 'type' constraint", "type"},
  {"failed to match regex specified by 'pattern' constraint", "pattern"},
};

/// Lets a fault say what is allowed, as far as that can be found.
json_fault explained(json_fault fault, const nlohmann::json& schema,
                     const nlohmann::json& document) {
  for (const auto& [text, keyword] : silent_texts)
    if (fault.message == text)
      if (auto allowed = json::allowed_at(schema, document, fault.pointer, keyword))
        fault.message = std::move(*allowed);
  return fault;
}

} // namespace

struct json_schema::implementation {
  nlohmann::json source;
  valijson::Schema compiled;
};

json_schema::json_schema(std::shared_ptr<const implementation> made) : made_(std::move(made)) {
  // nop
}

tl::expected<json_schema, json_fault> json_schema::compile(const nlohmann::json& schema) {
  if (!schema.is_object())
    return tl::unexpected<json_fault>{{"", "must be an object"}};
  if (auto unreadable = json::unreadable_patterns(schema); !unreadable.empty())
    return tl::unexpected{std::move(unreadable.front())};
  auto made = std::make_shared<implementation>();
  made->source = schema;
  try {
    valijson::SchemaParser parser;
    parser.populateSchema(adapter{made->source}, made->compiled);
  } catch (const std::exception& fault) {
    return tl::unexpected<json_fault>{
      {"", std::string{"must be a JSON Schema (draft 7): "} + fault.what()}};
  }
  return json_schema{std::move(made)};
}

std::vector<json_fault> json_schema::check(const nlohmann::json& document) const {
  if (auto faults = json::too_costly(made_->source, document); !faults.empty()) {
    faults.resize(std::min(faults.size(), faults_max));
    return faults;
  }
  try {
    valijson::Validator validator;
    const adapter target{document};
    if (validator.validate(made_->compiled, target, nullptr))
      return {};
    if (json::count_values(document, explained_values_max) == explained_values_max)
      return {{"", "does not match the schema"}};
    valijson::ValidationResults results;
    validator.validate(made_->compiled, target, &results);
    std::vector<json_fault> faults;
    std::set<std::pair<std::string, std::string>> seen;
    for (const auto& each : results) {
      auto fault = explained(readable(each), made_->source, document);
      // The library adds a summary to what it has said of a part.
      const auto is_summary = fault.message.starts_with("failed to validate against schema")
                              || fault.message.starts_with("failed to validate item")
                              || fault.message.starts_with("failed to validate against child");
      if (!(is_summary && !faults.empty()) && faults.size() < faults_max
          && seen.emplace(fault.pointer, fault.message).second)
        faults.push_back(std::move(fault));
    }
    return faults.empty() ? std::vector<json_fault>{{"", "does not match the schema"}} : faults;
  } catch (const std::exception&) {
    // Matching ran out of its bounds: what cannot be checked is not let in.
    return {{"", "cannot be checked against the schema"}};
  }
}

} // namespace callboard
