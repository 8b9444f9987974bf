#include "bench/figures/figures.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

#include <nlohmann/json.hpp>

#include "bench/figures/agent_job_figures.hpp"
#include "bench/figures/engine_figures.hpp"
#include "bench/figures/figure.hpp"
#include "bench/figures/http_figures.hpp"
#include "bench/figures/latency_figures.hpp"
#include "bench/figures/store_figures.hpp"
#include "bench/machine.hpp"

namespace callboard::bench {

namespace {

result<void> write_file(const std::string& path, const std::string& text) {
  std::ofstream file{path};
  file << text;
  file.close();
  return file ? result<void>{} : fail(errc::io, "cannot write " + path);
}

result<void> write_markdown(const std::string& path, const std::string& block) {
  std::ostringstream page;
  // A page that is not there yet begins with the block.
  if (std::ifstream file{path}; file)
    page << file.rdbuf();
  return write_file(path, replace_block(page.str(), block));
}

} // namespace

bool figures_options::wants(const std::string& key) const {
  return only.empty() || std::find(only.begin(), only.end(), key) != only.end();
}

result<void> take_figures(const figures_options& options) {
  auto conditions = describe_conditions();
  if (options.is_quick)
    conditions.push_back("A QUICK run: sizes and times are a tenth; not to be published");
  auto say = [](const std::string& line) { std::cerr << line << std::endl; };
  auto taken = take_http_figures(options, say);
  if (!taken)
    return tl::unexpected(taken.error());
  auto of_store = take_store_figures(options, say);
  if (!of_store)
    return tl::unexpected(of_store.error());
  std::move(of_store->begin(), of_store->end(), std::back_inserter(*taken));
  auto of_latency = take_latency_figures(options, say);
  if (!of_latency)
    return tl::unexpected(of_latency.error());
  std::move(of_latency->begin(), of_latency->end(), std::back_inserter(*taken));
  auto of_engine = take_engine_figures(options, say);
  if (!of_engine)
    return tl::unexpected(of_engine.error());
  std::move(of_engine->begin(), of_engine->end(), std::back_inserter(*taken));
  auto of_agent_jobs = take_agent_job_figures(options, say);
  if (!of_agent_jobs)
    return tl::unexpected(of_agent_jobs.error());
  std::move(of_agent_jobs->begin(), of_agent_jobs->end(), std::back_inserter(*taken));
  std::cout << to_text(*taken, conditions) << std::flush;
  if (!options.json_file.empty())
    if (auto written = write_file(options.json_file, to_json(*taken, conditions).dump(2) + "\n");
        !written)
      return written;
  if (!options.markdown_file.empty())
    return write_markdown(options.markdown_file, to_markdown(*taken, conditions));
  return {};
}

} // namespace callboard::bench
