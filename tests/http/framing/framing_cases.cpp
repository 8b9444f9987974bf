#include "tests/http/framing/framing_cases.hpp"

#include "http/framing/chunk_reader.hpp"
#include "http/framing/head_reader.hpp"

namespace callboard::tests {

namespace {

using namespace std::string_literals;
using http::chunk_reader;
using http::head_reader;

std::string get(const std::string& lines) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n";
}

std::string post(const std::string& lines, const std::string& body) {
  return "POST /p HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n" + body;
}

std::string chunked(const std::string& body) {
  return post("Transfer-Encoding: chunked\r\n", body);
}

std::string line(const std::string& request_line) {
  return request_line + "\r\nHost: a\r\n\r\n";
}

std::string lines(std::size_t count) {
  std::string made;
  for (std::size_t i = 0; i < count; ++i)
    made += "X: 1\r\n";
  return made;
}

/// A target that makes a request line of that length.
std::string long_target(std::size_t line_bytes) {
  return '/' + std::string(line_bytes - "GET / HTTP/1.1"s.size(), 'a');
}

void add_request_lines(std::vector<framing_case>& all) {
  const auto add = [&all](const char* name, std::string bytes, int status, std::size_t served = 0) {
    all.push_back({name, std::move(bytes), status, served});
  };
  add("plain", get(""), 0, 1);
  add("HTTP/1.0 without host", "GET / HTTP/1.0\r\n\r\n", 0, 1);
  add("higher minor version", line("GET / HTTP/1.7"), 0, 1);
  add("two pipelined", get("") + get(""), 0, 2);
  add("empty lines before", "\r\n\r\n" + get("") + "\r\n" + get(""), 0, 2);
  add("too many empty lines before", "\r\n\r\n\r\n\r\n\r\n" + get(""), 400);
  add("bare line feed before", "\n" + get(""), 400);
  add("words", "good morning\r\n\r\n", 400);
  add("HTTP/0.9", "GET /\r\n", 400);
  add("no target", line("GET HTTP/1.1"), 400);
  add("empty target", line("GET  HTTP/1.1"), 400);
  add("two spaces before the version", line("GET /  HTTP/1.1"), 400);
  add("space at the end", line("GET / HTTP/1.1 "), 400);
  add("space at the start", line(" GET / HTTP/1.1"), 400);
  add("tab for a space", line("GET\t/ HTTP/1.1"), 400);
  add("space in the target", line("GET /a b HTTP/1.1"), 400);
  add("method that is no token", line("G(T / HTTP/1.1"), 400);
  add("method nobody knows", line("BREW / HTTP/1.1"), 501);
  add("method in lower case", line("get / HTTP/1.1"), 501);
  add("method of others", line("PROPFIND / HTTP/1.1"), 0, 1);
  add("tunnel", line("CONNECT a:443 HTTP/1.1"), 501);
  add("version in lower case", line("GET / http/1.1"), 400);
  add("version without a minor", line("GET / HTTP/1"), 400);
  add("version with three digits", line("GET / HTTP/1.10"), 400);
  add("version of another protocol", line("GET / FTP/1.1"), 400);
  add("version 0.9", line("GET / HTTP/0.9"), 505);
  add("version 2.0", line("GET / HTTP/2.0"), 505);
  add("version 9.9", line("GET / HTTP/9.9"), 505);
  add("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505);
  add("TLS hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s, 400);
  add("proxy protocol", "PROXY TCP4 1.2.3.4 1.2.3.4 5 6\r\n" + get(""), 400);
  add("NUL in the target", line("GET /a\0b HTTP/1.1"s), 400);
  add("control byte in the target", line("GET /a\x01 HTTP/1.1"), 400);
  add("DEL in the target", line("GET /a\x7f HTTP/1.1"), 400);
  add("byte beyond ASCII in the target", line("GET /\xc3\xa9 HTTP/1.1"), 400);
  add("fragment", line("GET /a#b HTTP/1.1"), 400);
  add("quotes in the target", line("GET /\"a\" HTTP/1.1"), 400);
  add("what browsers leave as it is", line("GET /a?b=[{|}]^`\\ HTTP/1.1"), 0, 1);
  add("longest line", line("GET " + long_target(head_reader::line_bytes_max) + " HTTP/1.1"), 0, 1);
  add("line too long", line("GET " + long_target(head_reader::line_bytes_max + 1) + " HTTP/1.1"),
      414);
  add("line without an end", std::string(10'000, 'A'), 414);
  add("bad byte where the line is too long", std::string(head_reader::line_bytes_max, 'A') + '\x01',
      414);
  add("bad byte before the line is too long",
      std::string(head_reader::line_bytes_max - 1, 'A') + '\x01' + "A", 400);
}

void add_targets(std::vector<framing_case>& all) {
  const auto add = [&all](const char* name, std::string bytes, int status, std::size_t served = 0) {
    all.push_back({name, std::move(bytes), status, served});
  };
  add("asterisk", line("OPTIONS * HTTP/1.1"), 0, 1);
  add("asterisk with another method", line("GET * HTTP/1.1"), 400);
  add("asterisk and more", line("OPTIONS *a HTTP/1.1"), 400);
  add("relative target", line("GET a/b HTTP/1.1"), 400);
  add("query alone", line("GET ?a HTTP/1.1"), 400);
  add("authority alone", line("GET a:80 HTTP/1.1"), 400);
  add("absolute target", line("GET http://a/x HTTP/1.1"), 0, 1);
  add("absolute target, https, no path", line("GET HTTPS://A HTTP/1.1"), 0, 1);
  add("absolute target, query alone", line("GET http://a?b HTTP/1.1"), 0, 1);
  add("absolute target of another host", line("GET http://b/ HTTP/1.1"), 400);
  add("absolute target of another port", line("GET http://a:81/ HTTP/1.1"), 400);
  add("absolute target, other host, HTTP/1.0", "GET http://b/ HTTP/1.0\r\nHost: a\r\n\r\n", 400);
  add("absolute target, no host, HTTP/1.0", "GET http://b/ HTTP/1.0\r\n\r\n", 0, 1);
  add("absolute target with a user", line("GET http://u@a/ HTTP/1.1"), 400);
  add("absolute target without a host", line("GET http:///x HTTP/1.1"), 400);
  add("absolute target of another scheme", line("GET ftp://a/ HTTP/1.1"), 400);
  add("scheme alone", line("GET http HTTP/1.1"), 400);
  add("scheme and colon", line("GET http: HTTP/1.1"), 400);
  add("IPv6 host", "GET http://[::1]:80/ HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 0, 1);
}

void add_fields(std::vector<framing_case>& all) {
  const auto add = [&all](const char* name, std::string bytes, int status, std::size_t served = 0) {
    all.push_back({name, std::move(bytes), status, served});
  };
  add("no host", "GET / HTTP/1.1\r\n\r\n", 400);
  add("two hosts", get("Host: a\r\n"), 400);
  add("two hosts, HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400);
  add("empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400);
  add("empty host, HTTP/1.0", "GET / HTTP/1.0\r\nHost: \r\n\r\n", 400);
  add("host with a space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400);
  add("host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400);
  add("host with a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400);
  add("two hosts in one line", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400);
  add("host with a bad port", "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", 400);
  add("space before the colon", get("X : 1\r\n"), 400);
  add("tab before the colon", get("X\t: 1\r\n"), 400);
  add("space before the colon of a length", post("Content-Length : 5\r\n", "hello"), 400);
  add("no colon", get("nonsense\r\n"), 400);
  add("no name", get(": 1\r\n"), 400);
  add("name that is no token", get("a/b: 1\r\n"), 400);
  add("name beyond ASCII", get("\xc3\xa9: 1\r\n"), 400);
  add("odd name", get("a!#$%&'*+-.^_`|~9: 1\r\n"), 0, 1);
  add("no value", get("X:\r\n"), 0, 1);
  add("white space around the value", get("X: \t a\t b \t\r\n"), 0, 1);
  add("value beyond ASCII", get("X: \xc3\xa9\xff\r\n"), 0, 1);
  add("folded line", get("X: 1\r\n 2\r\n"), 400);
  add("folded line, tab", get("X: 1\r\n\t2\r\n"), 400);
  add("length folded into a value", get("X: 1\r\n Content-Length: 5\r\n"), 400);
  add("folded first line", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400);
  add("bare line feeds", "GET / HTTP/1.1\nHost: a\n\n", 400);
  add("bare line feed after a field", get("X: 1\n"), 400);
  add("bare line feed at the end", "GET / HTTP/1.1\r\nHost: a\r\n\n", 400);
  add("bare carriage return", get("X: 1\rY: 2\r\n"), 400);
  add("carriage return before the end", get("X: 1\r\r\n"), 400);
  add("two carriage returns and a letter", "GET / HTTP/1.1\r\nHost: a\r\n\r\rX", 400);
  add("NUL in a value", get("X: a\0b\r\n"s), 400);
  add("NUL in a name", get("X\0: a\r\n"s), 400);
  add("bell in a value", get("X: a\x07\r\n"), 400);
  add("DEL in a value", get("X: a\x7f\r\n"), 400);
  // The host is the hundredth.
  add("most fields", get(lines(head_reader::field_count_max - 1)), 0, 1);
  add("too many fields", get(lines(head_reader::field_count_max)), 431);
  add("longest field", get("X: " + std::string(head_reader::line_bytes_max - 3, 'a') + "\r\n"), 0,
      1);
  add("field too long", get("X: " + std::string(head_reader::line_bytes_max - 2, 'a') + "\r\n"),
      431);
  add("field name too long", get(std::string(9000, 'X')), 431);
  std::string many;
  for (int i = 0; i < 11; ++i)
    many += "X: " + std::string(8000, 'a') + "\r\n";
  add("head too long", get(many), 431);
}

void add_lengths(std::vector<framing_case>& all) {
  const auto add = [&all](const char* name, std::string bytes, int status, std::size_t served = 0) {
    all.push_back({name, std::move(bytes), status, served});
  };
  add("body", post("Content-Length: 5\r\n", "hello") + get(""), 0, 2);
  add("body of zero bytes", post("Content-Length: 0\r\n", "") + get(""), 0, 2);
  add("body of a GET", get("Content-Length: 5\r\n") + "hello" + get(""), 0, 2);
  add("body that looks like a request", post("Content-Length: 18\r\n", "GET / HTTP/1.1\r\n\r\n"), 0,
      1);
  add("more than the body", post("Content-Length: 5\r\n", "helloX") + get(""), 501, 1);
  add("length with spaces around", post("Content-Length:   5  \r\n", "hello"), 0, 1);
  for (const auto* value : {"", "+5", "-5", "-0", "5, 5", "5,5", "1 3", "0x5", "5a", "5.0", "1e1",
                            "05", "00", "five", "5;", "\t5", "5\t", "\"5\"", "\xd9\xa5"})
    all.push_back(
      {"length "s + value, post("Content-Length: "s + value + "\r\n", "hello"), 400, 0});
  add("length twice", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), 400);
  add("two lengths", post("Content-Length: 5\r\ncontent-length: 6\r\n", "hello"), 400);
  add("length beyond all numbers", post("Content-Length: 99999999999999999999\r\n", ""), 413);
  add("length beyond 64 bits", post("Content-Length: 18446744073709551621\r\n", "hello"), 413);
  add("length over the limit", post("Content-Length: 1001\r\n", ""), 413);
  add("length at the limit", post("Content-Length: 1000\r\n", std::string(1000, 'x')), 0, 1);
  add("length and chunks", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
      400);
  add("chunks and length", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"),
      400);
  add("expectation", post("Expect: 100-Continue\r\nContent-Length: 5\r\n", "hello"), 0, 1);
  add("expectation over its limit", post("Expect: 100-continue\r\nContent-Length: 501\r\n", ""),
      413);
  add("unknown expectation", post("Expect: money\r\nContent-Length: 5\r\n", "hello"), 417);
  add("empty expectation", get("Expect:\r\n"), 417);
}

void add_codings(std::vector<framing_case>& all) {
  const auto add = [&all](const std::string& value, int status) {
    all.push_back({"coding " + value,
                   post("Transfer-Encoding: " + value + "\r\n", "5\r\nhello\r\n0\r\n\r\n"), status,
                   status == 0 ? 1u : 0u});
  };
  add("chunked", 0);
  add("CHUNKED", 0);
  add("  chunked  ", 0);
  for (const auto* value : {"",
                            "identity",
                            "xchunked",
                            "chunkedx",
                            "chunked, identity",
                            "chunked, gzip",
                            "chunked, chunked",
                            "gzip",
                            "chunked,",
                            ", chunked",
                            "\tchunked",
                            "chunked\t",
                            "\x0b"
                            "chunked",
                            "chunked;a=1",
                            "\"chunked\"",
                            "chunked chunked",
                            "gzip chunked",
                            "chunk\xc3\xa9"
                            "d",
                            "cow",
                            "gzip, chunked, gzip"})
    add(value, 400);
  for (const auto* value :
       {"gzip, chunked", "identity, chunked", "gzip,deflate,chunked", "a;b=1, chunked"})
    add(value, 501);
  const auto with = [&all](const char* name, const std::string& lines, int status) {
    all.push_back({name, post(lines, "5\r\nhello\r\n0\r\n\r\n"), status, 0});
  };
  with("coding twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400);
  with("coding, then identity", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
       400);
  with("identity, then coding", "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
       400);
  with("name that goes on after that of a coding", "Transfer-Encoding-2: a\r\n", 400);
  with("coding on two lines", "Transfer-Encoding:\r\n chunked\r\n", 400);
  with("space before the colon of a coding", "Transfer-Encoding : chunked\r\n", 400);
  all.push_back({"coding in HTTP/1.0",
                 "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
                 0});
}

void add_chunks(std::vector<framing_case>& all) {
  const auto add
    = [&all](const char* name, const std::string& body, int status, std::size_t served = 0) {
        all.push_back({name, chunked(body), status, served});
      };
  add("chunks", "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n" + get(""), 0, 2);
  add("no chunk but the last", "0\r\n\r\n" + get(""), 0, 2);
  add("last chunk of many zeros", "000\r\n\r\n", 0, 1);
  add("size with leading zeros", "0005\r\nhello\r\n0\r\n\r\n", 0, 1);
  add("size in hex", "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", 0, 1);
  add("extensions",
      "5;a\r\nhello\r\n5;a=b\r\nhello\r\n5 \t;\ta\t=\t\"b;\\\" c\"\t;d\r\nhello\r\n0;e\r\n\r\n", 0,
      1);
  for (const auto* size : {"",      " ",   " 5", "5 ",          "\t5", "5\t",  "+5",   "-5",
                           "0x5",   "5_0", "5h", "5;",          "5;=", "5; ;", "5;a=", "5;a=\"b",
                           "5;a b", "5 a", ";a", "5;a=b\xff c", "5,5", "5\t;a"})
    add(("size "s + size).c_str(), size + "\r\nhello\r\n0\r\n\r\n"s, 400);
  add("size beyond 64 bits", "fffffffffffffffff\r\n", 400);
  add("most digits", "00000000000000005\r\nhello\r\n0\r\n\r\n", 400);
  add("size of 64 bits", "ffffffffffffffff\r\n", 413);
  add("sizes that overflow together", "1\r\na\r\nffffffffffffffff\r\n", 413);
  add("chunks over the limit", "3e8\r\n" + std::string(1000, 'x') + "\r\n1\r\n", 413);
  add("chunks at the limit", "3e8\r\n" + std::string(1000, 'x') + "\r\n0\r\n\r\n", 0, 1);
  add("endless size", std::string(2000, 'f'), 400);
  add("endless zeros", std::string(2000, '0'), 400);
  add("bare line feed after the size", "5\nhello\r\n0\r\n\r\n", 400);
  add("bare carriage return after the size", "5\rhello\r\n0\r\n\r\n", 400);
  add("line feed in an extension", "5;a\nb\r\nhello\r\n0\r\n\r\n", 400);
  add("carriage return in an extension", "5;a\rb\r\nhello\r\n0\r\n\r\n", 400);
  add("content longer than its size", "5\r\nhelloXX0\r\n\r\n", 400);
  add("content shorter than its size", "6\r\nhello\r\n0\r\n\r\n", 400);
  add("content ended by a line feed", "5\r\nhello\n0\r\n\r\n", 400);
  add("content ended by a carriage return", "5\r\nhello\r0\r\n\r\n", 400);
  add("last chunk ended by a line feed", "0\r\n\n", 400);
  add("longest extension",
      "5;" + std::string(chunk_reader::line_bytes_max - 2, 'a') + "\r\nhello\r\n0\r\n\r\n", 0, 1);
  add("extension too long",
      "5;" + std::string(chunk_reader::line_bytes_max - 1, 'a') + "\r\nhello\r\n0\r\n\r\n", 400);
  std::string many;
  for (std::size_t bytes = 0; bytes <= chunk_reader::extension_bytes_max; bytes += 1000)
    many += "1;" + std::string(999, 'a') + "\r\nx\r\n";
  add("too many extensions", many, 400);
  add("trailers", "0\r\nX-Sum: 1\r\nY:\r\n\r\n" + get(""), 0, 2);
  for (const auto* trailer : {"Content-Length: 5", "Host: b", "transfer-encoding: chunked",
                              "Authorization: x", " folded", "X : 1", "nonsense", ": 1"})
    add(("trailer "s + trailer).c_str(), "0\r\n"s + trailer + "\r\n\r\n", 400);
  add("control byte in a trailer", "0\r\nX: \x01\r\n\r\n", 400);
  add("bare line feed after a trailer", "0\r\nX: 1\n\r\n", 400);
  add("too many trailers", "0\r\n" + lines(chunk_reader::trailer_count_max + 1) + "\r\n", 431);
  add("trailer too long", "0\r\nX: " + std::string(9000, 'a') + "\r\n\r\n", 431);
}

void add_smuggling(std::vector<framing_case>& all) {
  const auto hidden = get("X-Hidden: yes\r\n");
  const auto add = [&all](const char* name, std::string bytes, int status, std::size_t served) {
    all.push_back({name, std::move(bytes), status, served});
  };
  add("request behind a length that another reader ignores",
      post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "0\r\n\r\n" + hidden), 400, 0);
  add("request behind a coding that another reader ignores",
      post("Content-Length: 6\r\nTransfer-Encoding: xchunked\r\n", "0\r\n\r\nX"), 400, 0);
  add("request behind a folded length", post("X: 1\r\n Content-Length: 100\r\n", hidden), 400, 0);
  add("request in a chunk extension", chunked("5;\n" + hidden), 400, 0);
  add("request behind chunk content that is too long", chunked("1\r\nab\r\n0\r\n\r\n" + hidden),
      400, 0);
  add("request behind an end that only some see",
      "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n\r\r\n" + hidden, 400, 0);
  add("good one before a bad one", get("") + get("") + "GET / HTTP/1.1\n" + hidden, 400, 2);
  add("requests behind a tunnel", "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n" + hidden, 501, 0);
  add("requests behind an upgrade", get("Connection: Upgrade\r\nUpgrade: websocket\r\n") + hidden,
      0, 2);
  add("frames behind an upgrade",
      get("Connection: Upgrade\r\nUpgrade: websocket\r\n") + "\x81\x05hello", 400, 1);
}

} // namespace

const std::vector<framing_case>& framing_cases() {
  static const auto all = [] {
    std::vector<framing_case> made;
    add_request_lines(made);
    add_targets(made);
    add_fields(made);
    add_lengths(made);
    add_codings(made);
    add_chunks(made);
    add_smuggling(made);
    return made;
  }();
  return all;
}

} // namespace callboard::tests
