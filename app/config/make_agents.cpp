#include "app/config/make_agents.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "agents/http/outbound_http.hpp"
#include "app/config/config_schema.hpp"

namespace callboard::app {

namespace {

using made_agent = result<std::shared_ptr<agent>>;

/// Makes one agent of each type.
class factory {
public:
  factory(outbound_options options, std::size_t connections_max,
          std::shared_ptr<task_callbacks> callbacks, program_errors_sink on_errors)
    : options_(std::move(options)),
      connections_max_(connections_max),
      callbacks_(std::move(callbacks)),
      on_errors_(std::move(on_errors)) {
    // nop
  }

  made_agent operator()(const echo_options& settings) {
    return make_echo_agent(settings);
  }

  made_agent operator()(const http_agent_options& settings) {
    const auto client = outbound();
    return client ? make_http_agent(settings, *client, callbacks_)
                  : made_agent{tl::unexpected(client.error())};
  }

  made_agent operator()(const openai_options& settings) {
    const auto client = outbound();
    return client ? make_openai_agent(settings, *client)
                  : made_agent{tl::unexpected(client.error())};
  }

  made_agent operator()(const exec_options& settings) {
    auto options = settings;
    options.on_errors = on_errors_;
    return make_exec_agent(std::move(options));
  }

private:
  /// One for all agents, and its thread only if one of them needs it.
  result<std::shared_ptr<outbound_http>> outbound() {
    if (outbound_)
      return outbound_;
    auto made = make_outbound_http(options_, connections_max_);
    if (made)
      outbound_ = *made;
    return made;
  }

  const outbound_options options_;
  const std::size_t connections_max_;
  std::shared_ptr<task_callbacks> callbacks_;
  program_errors_sink on_errors_;
  std::shared_ptr<outbound_http> outbound_;
};

/// The pointer of the setting that an agent complains about: its messages begin with the name.
std::string place_of(std::size_t agent, std::string_view message) {
  const auto pointer = "/agents/" + std::to_string(agent);
  if (message.starts_with("the API key"))
    return pointer + "/apiKeyEnv";
  const auto name = message.substr(0, message.find_first_of(" :"));
  const auto keys = keys_in("/agents/*");
  const bool is_key = std::any_of(keys.begin(), keys.end(),
                                  [&](const key_rule* rule) { return rule->name() == name; });
  return is_key ? pointer + '/' + std::string{name} : pointer;
}

} // namespace

checked<std::vector<agent_binding>> make_agents(const std::vector<agent_config>& agents,
                                                const outbound_options& outbound,
                                                std::shared_ptr<task_callbacks> callbacks,
                                                program_errors_sink on_errors,
                                                std::size_t outbound_connections_max) {
  factory make{outbound, outbound_connections_max, std::move(callbacks), std::move(on_errors)};
  std::vector<agent_binding> made;
  config_faults faults;
  for (std::size_t i = 0; i < agents.size(); ++i) {
    auto runner = std::visit(make, agents[i].settings);
    if (runner)
      made.push_back({agents[i].info, std::move(*runner)});
    else
      faults.push_back({place_of(i, runner.error().message), runner.error().message});
  }
  if (!faults.empty())
    return tl::unexpected{std::move(faults)};
  return made;
}

std::string_view type_of(const agent_config& agent) {
  struct namer {
    std::string_view operator()(const echo_options&) const {
      return "echo";
    }
    std::string_view operator()(const http_agent_options&) const {
      return "http";
    }
    std::string_view operator()(const openai_options&) const {
      return "openai";
    }
    std::string_view operator()(const exec_options&) const {
      return "exec";
    }
  };
  return std::visit(namer{}, agent.settings);
}

} // namespace callboard::app
