#include "http/api/if_match.hpp"

#include <charconv>
#include <optional>
#include <string_view>

#include "http/api/query_reader.hpp"

namespace callboard::http {

namespace {

/// The version that an entity tag names; none if it is none of ours. A proxy that compresses an answer
/// makes its tag a weak one (nginx: `W/"3"`) or adds to it (Apache: `"3-gzip"`): the job is the same.
std::optional<std::uint64_t> read_tag(std::string_view tag) {
  if (tag.starts_with("W/"))
    tag.remove_prefix(2);
  if (tag.size() < 3 || tag.front() != '"' || tag.back() != '"')
    return std::nullopt;
  tag = tag.substr(1, tag.size() - 2);
  for (const std::string_view coding : {"-gzip", "-br", "-zstd", "-deflate"})
    if (tag.ends_with(coding))
      tag.remove_suffix(coding.size());
  std::uint64_t version = 0;
  const auto* end = tag.data() + tag.size();
  const auto read = std::from_chars(tag.data(), end, version);
  return read.ec == std::errc{} && read.ptr == end ? std::optional{version} : std::nullopt;
}

} // namespace

std::vector<std::uint64_t> read_if_match(const request& asked) {
  std::vector<std::uint64_t> versions;
  bool is_there = false;
  for (const auto& field : asked.headers) {
    if (!equals_ignoring_case(field.name, "If-Match"))
      continue;
    is_there = true;
    for (const auto& tag : split_list(field.value)) {
      if (tag == "*")
        return {};
      if (const auto version = read_tag(tag))
        versions.push_back(*version);
    }
  }
  return versions.empty() && is_there ? std::vector<std::uint64_t>{0} : versions;
}

} // namespace callboard::http
