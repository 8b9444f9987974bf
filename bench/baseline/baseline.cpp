// The baseline: RESTinio with nothing behind it, answering the bytes that the server answers.

#include <cstdint>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>
#include <restinio/all.hpp>

#include "bench/load/recorded_answer.hpp"

namespace callboard::bench {
namespace {

struct baseline_options {
  std::string get_file;
  std::string post_file;
  std::string port_file;
  std::uint16_t port = 0;
  std::size_t threads = 1;
  bool posts_answers = false;
};

/// The server's limits, so that the same checks are made. The traits are the server's, too: timers, and
/// a strand for each connection.
constexpr std::size_t body_bytes_max = 4 * 1024 * 1024;
constexpr std::size_t field_bytes_max = 8 * 1024;
constexpr std::size_t fields_max = 100;

/// What is answered without a recording.
recorded_answer default_answer() {
  recorded_answer made;
  made.fields.emplace_back("Content-Type", "application/json");
  made.body = R"({"ok":true})";
  return made;
}

std::optional<recorded_answer> read_answer(const std::string& file) {
  if (file.empty())
    return default_answer();
  std::ifstream input{file, std::ios::binary};
  std::ostringstream text;
  text << input.rdbuf();
  auto made = input ? parse_answer(text.str()) : fail(errc::io, "cannot be read");
  if (!made) {
    std::cerr << file << ": " << made.error().message << '\n';
    return std::nullopt;
  }
  return *made;
}

void give(const restinio::request_handle_t& request, const recorded_answer& answer) {
  auto response = request->create_response(restinio::http_status_line_t{
    restinio::http_status_code_t{static_cast<std::uint16_t>(answer.status)}, answer.reason});
  for (const auto& [name, value] : answer.fields)
    response.append_header(name, value);
  // A copy for each answer, as the server has to make its own text for each.
  response.set_body(answer.body);
  response.done();
}

auto handler(restinio::asio_ns::io_context& io, const recorded_answer& get,
             const recorded_answer& post, bool posts_answers) {
  return [&io, &get, &post, posts_answers](const restinio::request_handle_t& request) {
    const auto& answer = request->header().method() == restinio::http_method_post() ? post : get;
    if (posts_answers)
      restinio::asio_ns::post(io, [request, &answer] { give(request, answer); });
    else
      give(request, answer);
    return restinio::request_accepted();
  };
}

void write_port(const std::string& file, std::uint16_t port) {
  std::cout << "listening on 127.0.0.1:" << port << std::endl;
  if (!file.empty())
    std::ofstream{file} << port << '\n';
}

int serve(const baseline_options& options) {
  auto get = read_answer(options.get_file);
  auto post = read_answer(options.post_file);
  if (!get || !post)
    return EXIT_FAILURE;
  restinio::asio_ns::io_context io;
  std::uint16_t port = 0;
  restinio::server_settings_t<restinio::default_traits_t> settings;
  settings.address("127.0.0.1")
    .port(options.port)
    .socket_options_setter(
      [](auto& socket) { socket.set_option(restinio::asio_ns::ip::tcp::no_delay{true}); })
    .incoming_http_msg_limits(restinio::incoming_http_msg_limits_t{}
                                .max_url_size(field_bytes_max)
                                .max_field_name_size(field_bytes_max)
                                .max_field_value_size(field_bytes_max)
                                .max_field_count(fields_max)
                                .max_body_size(body_bytes_max))
    .acceptor_post_bind_hook([&](auto& acceptor) { port = acceptor.local_endpoint().port(); })
    .request_handler(handler(io, *get, *post, options.posts_answers));
  restinio::http_server_t<restinio::default_traits_t> server{restinio::external_io_context(io),
                                                             std::move(settings)};
  restinio::asio_ns::signal_set signals{io, SIGINT, SIGTERM};
  signals.async_wait([&](auto, int) { io.stop(); });
  auto is_open = true;
  server.open_async([&] { write_port(options.port_file, port); },
                    [&](std::exception_ptr) {
                      is_open = false;
                      io.stop();
                    });
  std::vector<std::jthread> others;
  for (std::size_t i = 1; i < options.threads; ++i)
    others.emplace_back([&io] { io.run(); });
  io.run();
  others.clear();
  if (!is_open)
    std::cerr << "cannot listen on port " << options.port << '\n';
  return is_open ? EXIT_SUCCESS : EXIT_FAILURE;
}

} // namespace
} // namespace callboard::bench

int main(int argc, char** argv) {
  callboard::bench::baseline_options options;
  CLI::App app{"RESTinio with nothing behind it: what callboard is measured against"};
  app.add_option("--get", options.get_file, "Recorded answer to every GET");
  app.add_option("--post", options.post_file, "Recorded answer to every POST");
  app.add_option("--port", options.port, "Port on 127.0.0.1; 0: any free one")
    ->capture_default_str();
  app.add_option("--port-file", options.port_file, "Where to write the port");
  app.add_option("--threads", options.threads, "Threads that serve connections")
    ->check(CLI::PositiveNumber)
    ->capture_default_str();
  app.add_flag("--posted", options.posts_answers,
               "Answer from a posted function in place of from the request's handler");
  CLI11_PARSE(app, argc, argv);
  try {
    return callboard::bench::serve(options);
  } catch (const std::exception& fault) {
    std::cerr << fault.what() << '\n';
    return EXIT_FAILURE;
  }
}
