// A program for `exec` agents to run:
//   agent_probe echo              answers "echo: " + the content of the task
//   agent_probe hold PORT [deaf]  connects to that port and waits for a byte, then answers "late";
//                                 deaf: takes no notice of SIGTERM

#include <nlohmann/json.hpp>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

int echo() {
  const std::string text{std::istreambuf_iterator<char>{std::cin}, {}};
  std::cout << "echo: " << nlohmann::json::parse(text).at("content").get<std::string>() << '\n';
  return 0;
}

int hold(const char* port) {
  const int made = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port)));
  if (connect(made, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0)
    return 2;
  char byte = 0;
  if (recv(made, &byte, 1, 0) != 1)
    return 3;
  std::cout << R"({"content":"late"})";
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  const std::string_view mode = argc > 1 ? argv[1] : "";
  if (mode == "echo")
    return echo();
  if (argc > 3)
    std::signal(SIGTERM, SIG_IGN);
  if (mode == "hold" && argc > 2)
    return hold(argv[2]);
  return 1;
}
