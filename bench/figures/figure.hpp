#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "bench/load/statistics.hpp"

namespace callboard::bench {

/// Which side of its limit a figure shall be on.
enum class wanted : std::uint8_t {
  at_least,
  at_most,
  /// No limit is set: the figure is shown as it is.
  shown,
};

/// One documented figure, its target and what was reached.
struct figure {
  /// What `--only` calls it: "get", "create" …
  std::string key{};
  /// What the documents call it.
  std::string name{};
  /// What is divided by what, or counted, and under which conditions.
  std::string method{};
  wanted side = wanted::at_least;
  double limit = 0;
  /// After both numbers: "", "bytes", "ms", "%" …
  std::string unit{};
  /// What was reached; `low` = `high` when it was taken once.
  spread reached{};
  /// The numbers behind it, a line each.
  std::vector<std::string> details{};

  /// Whether the target is reached; true without one.
  bool is_reached() const noexcept;
  /// "≥ 0.85", "≤ 1,200 bytes", "–" without one.
  std::string target_text() const;
  /// "0.91 (0.89–0.93)", "812 bytes".
  std::string reached_text() const;
  /// "reached", or how much is missing: "missed by 12 %"; empty without a target.
  std::string verdict() const;
};

/// A number with as many digits as make sense and a comma at each thousand.
std::string to_text(double value);

/// All figures for a terminal. @param conditions the machine and the build, a line each.
std::string to_text(const std::vector<figure>& figures, const std::vector<std::string>& conditions);

/// The same as a block of Markdown, between the two marks below.
std::string to_markdown(const std::vector<figure>& figures,
                        const std::vector<std::string>& conditions);

nlohmann::json to_json(const std::vector<figure>& figures,
                       const std::vector<std::string>& conditions);

/// What stands around the generated part of a page.
inline constexpr std::string_view block_begin
  = "<!-- figures:begin, written by `callboard-bench figures --markdown` -->";
inline constexpr std::string_view block_end = "<!-- figures:end -->";

/// A page with its generated part replaced by `block`; a page without the marks gets it at its end.
std::string replace_block(std::string_view page, std::string_view block);

} // namespace callboard::bench
