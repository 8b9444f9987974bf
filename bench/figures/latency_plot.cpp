#include "bench/figures/latency_plot.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

namespace callboard::bench {

namespace {

constexpr double width = 720;
constexpr double height = 400;
constexpr double left = 70;
constexpr double right = 20;
constexpr double top = 50;
constexpr double bottom = 60;
/// Points of a curve: finer than can be seen.
constexpr int points = 200;
/// Shares of requests that get a line and a name: 1 - 10^-decades.
constexpr std::array shares{0.0, 0.9, 0.99, 0.999, 0.9999, 0.99999};
/// Told apart by people who see few colours, and on white and black alike.
constexpr std::array colours{"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"};

double ms(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

std::string escaped(std::string_view text) {
  std::string made;
  for (const char c : text) {
    if (c == '&')
      made += "&amp;";
    else if (c == '<')
      made += "&lt;";
    else
      made += c;
  }
  return made;
}

/// "0.9" → "90 %"
std::string share_name(double share) {
  return fmt::format("{:g} %", share * 100);
}

/// Where things are in the image.
class scale {
public:
  explicit scale(const std::vector<latency_curve>& curves) {
    for (const auto& curve : curves) {
      const auto count = static_cast<double>(curve.latency.count());
      if (count == 0)
        continue;
      decades_ = std::max(decades_, end_of(curve));
      lowest_ = std::min(lowest_, std::floor(std::log10(ms(curve.latency.quantile(0.01)))));
      highest_ = std::max(highest_, std::ceil(std::log10(ms(curve.latency.max()))));
    }
    if (lowest_ >= highest_)
      highest_ = lowest_ + 1;
  }

  /// How many decades of shares a curve has.
  static double end_of(const latency_curve& curve) {
    const auto count = static_cast<double>(curve.latency.count());
    return std::max(1.0, std::log10(count / requests_at_end));
  }

  /// @param decades 1 is 90 %, 2 is 99 % …
  double x(double decades) const {
    return left + (width - left - right) * decades / decades_;
  }
  double y(double milliseconds) const {
    const auto share = (std::log10(std::max(milliseconds, 1e-9)) - lowest_) / (highest_ - lowest_);
    return height - bottom - (height - top - bottom) * std::clamp(share, 0.0, 1.0);
  }

  double decades() const noexcept {
    return decades_;
  }
  double lowest() const noexcept {
    return lowest_;
  }
  double highest() const noexcept {
    return highest_;
  }

private:
  double decades_ = 1;
  double lowest_ = 3;
  double highest_ = -3;
};

void add_grid(std::string& to, const scale& at) {
  constexpr auto line = "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" "
                        "stroke=\"#999\" stroke-opacity=\"0.4\"/>\n";
  for (const auto share : shares) {
    const auto decades = -std::log10(1 - share);
    if (decades > at.decades() + 1e-9)
      break;
    to += fmt::format(line, at.x(decades), top, at.x(decades), height - bottom);
    to += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n",
                      at.x(decades), height - bottom + 18, share_name(share));
  }
  for (auto power = at.lowest(); power <= at.highest(); ++power) {
    const auto milliseconds = std::pow(10, power);
    to += fmt::format(line, left, at.y(milliseconds), width - right, at.y(milliseconds));
    to += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{:g} ms</text>\n",
                      left - 8, at.y(milliseconds) + 4, milliseconds);
  }
}

void add_curve(std::string& to, const scale& at, const latency_curve& curve, std::size_t number) {
  const auto* const colour = colours[number % colours.size()];
  std::string path;
  const auto end = scale::end_of(curve);
  for (int i = 0; i <= points && curve.latency.count() > 0; ++i) {
    const auto decades = end * i / points;
    const auto took = curve.latency.quantile(1 - std::pow(10, -decades));
    path += fmt::format("{:.1f},{:.1f} ", at.x(decades), at.y(ms(took)));
  }
  to += fmt::format("<polyline fill=\"none\" stroke=\"{}\" stroke-width=\"2\" points=\"{}\"/>\n",
                    colour, path);
  const auto y = top + 16 * static_cast<double>(number) + 12;
  to += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"14\" height=\"4\" fill=\"{}\"/>\n",
                    left + 12, y - 6, colour);
  to += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", left + 32, y,
                    escaped(curve.name));
}

} // namespace

std::string plot_latency(std::string_view title, const std::vector<latency_curve>& curves) {
  const scale at{curves};
  auto made
    = fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
                  "height=\"{1}\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#777\">\n"
                  "<title>{2}</title>\n<text x=\"{3}\" y=\"24\" font-size=\"15\">{2}</text>\n",
                  width, height, escaped(title), left);
  add_grid(made, at);
  for (std::size_t i = 0; i < curves.size(); ++i)
    add_curve(made, at, curves[i], i);
  made
    += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">requests that took no "
                   "longer</text>\n</svg>\n",
                   (left + width - right) / 2, height - 14);
  return made;
}

} // namespace callboard::bench
