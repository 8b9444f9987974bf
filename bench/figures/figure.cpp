#include "bench/figures/figure.hpp"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace callboard::bench {

namespace {

std::string with_unit(std::string number, const std::string& unit) {
  return unit.empty() ? number : number + " " + unit;
}

std::string with_commas(std::string digits) {
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

} // namespace

std::string to_text(double value) {
  auto size = std::abs(value);
  if (size >= 100)
    return (value < 0 ? "-" : "") + with_commas(fmt::format("{:.0f}", size));
  return size >= 10 ? fmt::format("{:.1f}", value) : fmt::format("{:.2f}", value);
}

bool figure::is_reached() const noexcept {
  if (side == wanted::shown)
    return true;
  return side == wanted::at_least ? reached.median >= limit : reached.median <= limit;
}

std::string figure::target_text() const {
  if (side == wanted::shown)
    return "–";
  // Limits are given as they were written, without added zeros.
  auto number = limit >= 1000 ? to_text(limit) : fmt::format("{:g}", limit);
  return (side == wanted::at_least ? "≥ " : "≤ ") + with_unit(number, unit);
}

std::string figure::reached_text() const {
  auto text = with_unit(to_text(reached.median), unit);
  if (reached.low < reached.high)
    text += fmt::format(" ({}–{})", to_text(reached.low), to_text(reached.high));
  return text;
}

std::string figure::verdict() const {
  if (side == wanted::shown)
    return {};
  if (is_reached())
    return "reached";
  return fmt::format("missed by {:.0f} %", std::ceil(std::abs(reached.median / limit - 1) * 100));
}

std::string to_text(const std::vector<figure>& figures,
                    const std::vector<std::string>& conditions) {
  std::string text;
  for (const auto& line : conditions)
    text += line + "\n";
  for (const auto& each : figures) {
    text += each.side == wanted::shown
              ? fmt::format("\n{}\n  {}\n  {}\n", each.name, each.reached_text(), each.method)
              : fmt::format("\n{}\n  target {}, reached {}: {}\n  {}\n", each.name,
                            each.target_text(), each.reached_text(), each.verdict(), each.method);
    for (const auto& line : each.details)
      text += "    " + line + "\n";
  }
  return text;
}

std::string to_markdown(const std::vector<figure>& figures,
                        const std::vector<std::string>& conditions) {
  auto text = fmt::format("{}\n\n", block_begin);
  for (const auto& line : conditions)
    text += "- " + line + "\n";
  text += "\n| figure | target | reached (spread of the rounds) | |\n|---|---|---|---|\n";
  for (const auto& each : figures)
    text += fmt::format("| {} | {} | {} | {} |\n", each.name, each.target_text(),
                        each.reached_text(), each.verdict());
  text += "\n";
  for (const auto& each : figures) {
    text += fmt::format("**{}.** {}\n\n", each.name, each.method);
    for (const auto& line : each.details)
      text += "- " + line + "\n";
    text += "\n";
  }
  return text + fmt::format("{}\n", block_end);
}

nlohmann::json to_json(const std::vector<figure>& figures,
                       const std::vector<std::string>& conditions) {
  auto list = nlohmann::json::array();
  for (const auto& each : figures)
    list.push_back({{"key", each.key},
                    {"name", each.name},
                    {"method", each.method},
                    {"target", each.target_text()},
                    {"limit", each.limit},
                    {"unit", each.unit},
                    {"median", each.reached.median},
                    {"low", each.reached.low},
                    {"high", each.reached.high},
                    {"reached", each.is_reached()},
                    {"details", each.details}});
  return {{"conditions", conditions}, {"figures", std::move(list)}};
}

std::string replace_block(std::string_view page, std::string_view block) {
  auto begin = page.find(block_begin);
  auto end = page.find(block_end);
  std::string made;
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) {
    made.append(page);
    if (!made.empty())
      made.append(made.ends_with('\n') ? "\n" : "\n\n");
    return made.append(block);
  }
  auto after = page.substr(end + block_end.size());
  if (after.starts_with('\n'))
    after.remove_prefix(1);
  return made.append(page.substr(0, begin)).append(block).append(after);
}

} // namespace callboard::bench
