#include <callboard/prompt_template.hpp>

#include <algorithm>

namespace callboard {

namespace {

constexpr std::string_view opening = "{{";
constexpr std::string_view closing = "}}";
constexpr std::string_view spaces = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(spaces);
  if (from == std::string_view::npos)
    return {};
  return text.substr(from, text.find_last_not_of(spaces) + 1 - from);
}

/// The names of a path; nothing if the text is none.
std::vector<std::string_view> names_in(std::string_view text) {
  std::vector<std::string_view> names;
  if (text.empty() || text.find_first_of("{} \t\r\n") != std::string_view::npos)
    return names;
  for (;;) {
    const auto name = text.substr(0, text.find('.'));
    if (name.empty())
      return {};
    names.push_back(name);
    if (name.size() == text.size())
      return names;
    text.remove_prefix(name.size() + 1);
  }
}

} // namespace

result<rendered_prompt> render_prompt(std::string_view source, const value_lookup& lookup) {
  rendered_prompt made;
  const auto append = [&made](std::string_view text) {
    const auto has_room = text.size() <= rendered_bytes_max - made.text.size();
    if (has_room)
      made.text += text;
    return has_room;
  };
  const auto too_long
    = fail(errc::invalid_argument, "the rendered prompt must not be longer than "
                                     + std::to_string(rendered_bytes_max) + " bytes");
  while (!source.empty()) {
    const auto begin = std::min(source.find(opening), source.size());
    if (!append(source.substr(0, begin)))
      return too_long;
    source.remove_prefix(begin);
    if (source.empty())
      break;
    // A path holds no braces, so the first one ends it or shows that there is none; looking further
    // would make hostile templates slow.
    const auto end = std::min(source.find_first_of("{}", opening.size()), source.size());
    const auto path = source.substr(end).starts_with(closing)
                        ? names_in(trimmed(source.substr(opening.size(), end - opening.size())))
                        : std::vector<std::string_view>{};
    if (path.empty()) {
      // No place: the first brace is text, and the next one may begin a place.
      if (!append(source.substr(0, 1)))
        return too_long;
      source.remove_prefix(1);
      continue;
    }
    if (path.size() == 1 && path.front() == "job_id") {
      if (made.id_places.size() == id_places_max)
        return fail(errc::invalid_argument, "it must not use the job's id more than "
                                              + std::to_string(id_places_max) + " times");
      made.id_places.push_back(made.text.size());
    } else if (const auto value = lookup(path); value && !append(*value)) {
      return too_long;
    }
    source.remove_prefix(end + closing.size());
  }
  return made;
}

} // namespace callboard
