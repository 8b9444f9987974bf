#include "app/config/config_document.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <set>

#include <callboard/json_text.hpp>
#include <callboard/json_view.hpp>

#include "app/config/config_schema.hpp"
#include "app/config/nearest_word.hpp"

namespace callboard::app {

namespace {

using nlohmann::json;

constexpr std::string_view own_file = "callboard.json";
/// agentOS' own configuration: of this file only the retry policy is ours.
constexpr std::string_view foreign_file = "agentos.config.json";
constexpr std::string_view variable_prefix = "CALLBOARD_";

/// The first bytes of a file, some more than JSON may have, so that a longer one is noticed.
result<std::string> read_file(const std::filesystem::path& path) {
  std::error_code unused;
  if (std::filesystem::is_directory(path, unused))
    return fail(errc::io, "is a directory");
  std::ifstream file{path, std::ios::binary};
  if (!file)
    return fail(errc::io, std::string{"cannot be read: "} + std::strerror(errno));
  std::string text;
  std::array<char, 4096> part{};
  while (file && text.size() <= json_limits{}.bytes_max) {
    file.read(part.data(), part.size());
    text.append(part.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad())
    return fail(errc::io, "cannot be read");
  return text;
}

result<std::string> without_comments(std::string_view text) {
  // Before anything looks at the text: blanking is linear, but not free.
  if (text.size() > json_limits{}.bytes_max)
    return fail(errc::capacity,
                "is longer than " + std::to_string(json_limits{}.bytes_max) + " bytes");
  return blank_comments(text);
}

/// What is kept is taken from the text as it is spelled, so that numbers beyond any double are fine.
result<json> parse_blanked(const std::string& text) {
  auto given = compact_json(text);
  if (!given)
    return fail(given.error().code, with_place(std::move(given.error().message), text));
  return to_document(json_view{*given});
}

/// The file to read, by the order of `config_sources`.
std::optional<std::filesystem::path> find_file(const config_sources& sources) {
  if (sources.file)
    return sources.file;
  for (const auto name : {own_file, foreign_file}) {
    const auto path = sources.directory / name;
    std::error_code fault;
    // A file that cannot even be looked at is taken: reading it tells what is wrong.
    if (std::filesystem::exists(path, fault) || fault)
      return path;
  }
  return std::nullopt;
}

/// Keeps of agentOS' file what we know of its retry policy.
void keep_retry_policy(config_document& document) {
  json kept = json::object();
  const auto found = document.values.find("retryPolicy");
  if (found != document.values.end()) {
    if (found->is_object())
      for (auto at = found->begin(); at != found->end();) {
        const auto rules = keys_in("/retryPolicy");
        const bool is_known = std::any_of(rules.begin(), rules.end(), [&](const key_rule* rule) {
          return rule->name() == at.key();
        });
        if (!is_known)
          document.warnings.push_back(document.file + ": /retryPolicy/" + at.key()
                                      + " is not known and was ignored");
        at = is_known ? std::next(at) : found->erase(at);
      }
    kept["retryPolicy"] = std::move(*found);
  }
  document.values = std::move(kept);
}

void expand_texts(config_document& document, json& value, const std::string& pointer,
                  const environment& variables) {
  if (value.is_string()) {
    auto expanded = expand_variables(value.get_ref<const std::string&>(), variables);
    if (expanded)
      value = std::move(*expanded);
    else
      document.add_fault(pointer, expanded.error().message);
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i)
      expand_texts(document, value[i], pointer_to(pointer, std::to_string(i)), variables);
  } else if (value.is_object()) {
    for (auto& [name, member] : value.items())
      expand_texts(document, member, pointer_to(pointer, name), variables);
  }
}

/// Reads the file into the document; gives its text back.
std::string take_file(config_document& document, const config_sources& sources) {
  const auto path = find_file(sources);
  if (!path)
    return {};
  document.file = path->string();
  auto text = read_file(*path);
  const auto blanked = text.and_then([](const std::string& t) { return without_comments(t); });
  auto values = blanked.and_then(parse_blanked);
  if (!values) {
    document.faults.push_back({document.file, values.error().message});
    return {};
  }
  if (!values->is_object()) {
    document.faults.push_back({document.file, "must contain an object"});
    return {};
  }
  document.values = std::move(*values);
  if (!sources.file && path->filename() == foreign_file)
    keep_retry_policy(document);
  else
    document.given = compact_json(*blanked).value();
  document.shown = document.values;
  expand_texts(document, document.values, "", sources.variables);
  return std::move(*text);
}

/// A text from the environment or the command line as the JSON that the key holds. What cannot be
/// read stays a text, and the check complains about it.
json to_value(const key_rule& rule, const std::string& text) {
  if (rule.type == key_type::boolean && (text == "true" || text == "false"))
    return text == "true";
  if (rule.type == key_type::integer || rule.type == key_type::number) {
    double number = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, fault] = std::from_chars(text.data(), end, number);
    return fault == std::errc{} && stop == end ? json(number) : json(text);
  }
  if (rule.type == key_type::texts) {
    auto list = json::array();
    for (std::size_t at = 0; at <= text.size();) {
      const auto comma = std::min(text.find(',', at), text.size());
      list.push_back(text.substr(at, comma - at));
      at = comma + 1;
    }
    return list;
  }
  return text;
}

void lay_over(config_document& document, const key_rule& rule, const std::string& text,
              std::string origin) {
  for (auto* target : {&document.values, &document.shown}) {
    // A section that is no object is a fault of its own.
    auto* section = target;
    if (!rule.parent().empty())
      section = &(*target)[std::string{rule.parent().substr(1)}];
    if (section->is_object() || section->is_null())
      (*section)[std::string{rule.name()}] = to_value(rule, text);
  }
  document.origins[std::string{rule.pointer}] = std::move(origin);
}

void take_variables(config_document& document, const environment& variables,
                    std::string_view file_text) {
  std::vector<std::string> known;
  for (const auto& rule : config_keys()) {
    if (!rule.has_variable())
      continue;
    known.push_back(rule.variable());
    const auto found = variables.find(known.back());
    if (found != variables.end() && (!found->second.empty() || rule.takes_empty_variable))
      lay_over(document, rule, found->second, known.back());
  }
  for (const auto& [name, value] : variables) {
    const bool is_setting = std::find(known.begin(), known.end(), name) != known.end();
    // Not a fault: Kubernetes, for one, sets CALLBOARD_PORT and the like for a service of this name.
    if (name.starts_with(variable_prefix) && !is_setting
        && file_text.find("${" + name + '}') == std::string_view::npos)
      document.warnings.push_back("environment variable " + name + " is not a setting"
                                  + did_you_mean(name, known, variable_prefix));
  }
}

/// Puts our word where another one that is common means the same.
void take_other_names(config_document& document) {
  const json::json_pointer level{"/log/level"};
  for (auto* target : {&document.values, &document.shown})
    if (target->contains(level) && target->at(level) == "warn")
      target->at(level) = "warning";
}

} // namespace

void config_document::add_fault(const std::string& pointer, std::string what) {
  const auto origin = origins.find(pointer);
  auto where = origin == origins.end() ? pointer : pointer + " (" + origin->second + ')';
  const bool is_known = std::any_of(
    faults.begin(), faults.end(), [&](const config_fault& fault) { return fault.where == where; });
  if (!is_known)
    faults.push_back({std::move(where), std::move(what)});
}

config_document read_document(const config_sources& sources) {
  config_document document;
  const auto file_text = take_file(document, sources);
  take_variables(document, sources.variables, file_text);
  for (const auto& flag : sources.flags)
    for (const auto& rule : config_keys())
      if (rule.pointer == flag.pointer)
        lay_over(document, rule, flag.value, std::string{flag.name});
  take_other_names(document);
  return document;
}

} // namespace callboard::app
