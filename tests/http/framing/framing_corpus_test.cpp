// The request files of gunicorn's test suite, read in place: valid ones must be taken, invalid ones
// refused, but for the exceptions below.

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "tests/http/framing/framing_run.hpp"

namespace callboard::tests {
namespace {

namespace fs = std::filesystem;

/// Valid to gunicorn, refused by us, and why.
const std::map<std::string, std::string> refused_on_purpose{
  {"005.http", "fragment in the target"},
  {"009.http", "Transfer-Encoding identity, and a Content-Length"},
  {"014.http", "quotes in the target"},
  {"020.http", "what follows the body is no request"},
  {"024.http", "header line longer than 8 KiB"},
  {"025.http", "Transfer-Encoding twice"},
  {"025_line.http", "transfer coding gzip"},
  {"026.http", "header line longer than 8 KiB"},
  {"027.http", "bytes beyond ASCII in the target"},
  {"028.http", "space before the colon; gunicorn needs an option to take it"},
  {"029.http", "Transfer-Encoding twice"},
  {"030.http", "Transfer-Encoding twice"},
  {"031.http", "method that nobody knows"},
  {"031compat.http", "method that nobody knows"},
  {"031compat2.http", "method that nobody knows"},
  {"compat_obs_fold.http", "folded line; gunicorn needs an option to take it"},
  {"compat_obs_fold_huge.http", "folded line; gunicorn needs an option to take it"},
  {"pp_01.http", "proxy protocol"},
  {"pp_02.http", "proxy protocol"},
  {"pp_04.http", "proxy protocol"},
  {"pp_05.http", "proxy protocol"},
  {"rfc9112_smuggle_gzip_chunked_01.http", "transfer coding gzip"},
  {"rfc9112_smuggle_te_identity_chunked_01.http", "transfer coding identity"},
  {"rfc9112_target_absolute_userinfo_01.http", "user information in the target (RFC 9110, 4.2.4)"},
  {"rfc9112_target_authority_connect_01.http", "CONNECT"},
  {"rfc9112_target_authority_ipv6_01.http", "CONNECT"},
};

/// Invalid to gunicorn, taken by us, and why.
const std::map<std::string, std::string> taken_on_purpose{
  {"001.http", "ends before it is wrong"},
  {"006.http", "longer than gunicorn was told to take"},
  {"008.http", "longer than gunicorn was told to take"},
  {"010.http", "more headers than gunicorn was told to take"},
  {"011.http", "more headers than gunicorn was told to take"},
  {"012.http", "longer than gunicorn was told to take"},
  {"017.http", "longer than gunicorn was told to take"},
  {"019.http", "two X-Forwarded headers that contradict each other"},
  {"040.http", "names with underscores, which CGI variables could not tell apart"},
  {"041.http", "two Content-Type headers: none of the framing's business"},
  {"chunked_07.http", "names with underscores, which CGI variables could not tell apart"},
  {"limit_header_default_01.http", "gunicorn's limit for a header is 8190 bytes with its name"},
  {"rfc9112_chunked_missing_final_crlf_01.http", "ends before it is wrong"},
};

/// Larger than what the files hold.
constexpr http::message_reader::limits limits{.body_bytes_max = 100'000,
                                              .asked_body_bytes_max = 100'000};

/// The bytes that a file stands for. Most of them are about one thing only and leave out the Host
/// header; for them it is put in.
std::string read(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  std::string bytes;
  for (std::string line; std::getline(in, line);)
    bytes += line;
  const auto decode = [&bytes](const std::string& escape, const std::string& byte) {
    for (auto at = bytes.find(escape); at != std::string::npos; at = bytes.find(escape, at + 1))
      bytes.replace(at, escape.size(), byte);
  };
  decode("\\r", "\r");
  decode("\\n", "\n");
  decode("\\t", "\t");
  decode("\\0", std::string(1, '\0'));
  for (auto at = bytes.find("\\x"); at != std::string::npos; at = bytes.find("\\x", at + 1))
    bytes.replace(at, 4, 1, static_cast<char>(std::stoi(bytes.substr(at + 2, 2), nullptr, 16)));
  const std::string line_end = " HTTP/1.1\r\n";
  if (bytes.find("Host:") == std::string::npos)
    for (auto at = bytes.find(line_end); at != std::string::npos; at = bytes.find(line_end, at + 1))
      bytes.insert(at + line_end.size(), "Host: a\r\n");
  return bytes;
}

void check_folder(const std::string& name, bool is_valid,
                  const std::map<std::string, std::string>& exceptions) {
  const auto folder = fs::path{CALLBOARD_CORPORA} / "http-requests" / name;
  if (!fs::is_directory(folder))
    GTEST_SKIP() << "corpus not found: " << folder;
  std::size_t seen = 0;
  auto unused = exceptions;

  for (const auto& entry : fs::directory_iterator{folder}) {
    const auto file = entry.path().filename().string();
    ++seen;
    const auto bytes = read(entry.path());
    const auto found = read_pieces({bytes}, limits);
    const auto is_exception = unused.erase(file) > 0;
    EXPECT_EQ(found.fault == nullptr, is_valid != is_exception)
      << file << ": " << (found.fault ? found.fault->detail : "taken");
    EXPECT_EQ(read_pieces(split_everywhere(bytes), limits), found) << file;
  }

  EXPECT_GT(seen, 50u);
  for (const auto& [file, why] : unused)
    ADD_FAILURE() << file << " is an exception and absent";
}

TEST(FramingCorpus, ValidRequestsAreTaken) {
  check_folder("valid", true, refused_on_purpose);
}

TEST(FramingCorpus, InvalidRequestsAreRefused) {
  check_folder("invalid", false, taken_on_purpose);
}

} // namespace
} // namespace callboard::tests
