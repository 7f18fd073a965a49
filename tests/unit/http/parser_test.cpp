#include "http/request_parser.hpp"
#include "http/response_head.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::http {
namespace {

using Outcome = HeaderScanner::Outcome;

// Scans `text` as it would arrive: byte by byte, at once, and in two pieces. All must agree.
Outcome scan_every_way(const std::string& text, std::size_t& end) {
  HeaderScanner at_once;
  const Outcome whole = at_once.scan(text);
  HeaderScanner slow;
  Outcome outcome = Outcome::need_more;
  for (std::size_t size = 1; size <= text.size() && outcome == Outcome::need_more; ++size) outcome = slow.scan(text.substr(0, size));
  EXPECT_EQ(outcome, whole) << text;
  for (std::size_t split = 1; split < text.size(); ++split) {
    HeaderScanner two;
    Outcome halves = two.scan(text.substr(0, split));
    if (halves == Outcome::need_more) halves = two.scan(text);
    EXPECT_EQ(halves, whole) << split << ": " << text;
  }
  end = at_once.end();
  if (whole == Outcome::complete) {
    EXPECT_EQ(slow.end(), end);
  }
  return whole;
}

struct Parsed {
  std::string text;
  Request request;
  RequestFraming framing;
};

holdfast::Result<std::unique_ptr<Parsed>> parse(std::string text) {
  auto parsed = std::make_unique<Parsed>();
  parsed->text = std::move(text);
  HeaderScanner scanner;
  const Outcome outcome = scanner.scan(parsed->text);
  if (outcome == Outcome::too_large) return Error(ErrorCode::RequestHeaderSectionTooLarge);
  if (outcome != Outcome::complete) return Error(ErrorCode::BadRequest, "scan");
  const auto framing =
      parse_request_header(std::span(parsed->text).subspan(scanner.skipped(), scanner.end() - scanner.skipped()), parsed->request);
  if (!framing) return framing.error();
  parsed->framing = *framing;
  return parsed;
}

ErrorCode refusal(const std::string& text) {
  const auto parsed = parse(text);
  EXPECT_FALSE(parsed) << text;
  return parsed ? ErrorCode::NotModified : parsed.error().code;
}

std::string with(const std::string& headers, const std::string& method = "PUT") {
  return method + " /b/k HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n";
}

TEST(HeaderScanner, FindsTheEndWhereverTheBytesAreSplit) {
  std::size_t end = 0;
  EXPECT_EQ(scan_every_way("GET / HTTP/1.1\r\nHost: h\r\n\r\n", end), Outcome::complete);
  EXPECT_EQ(end, 27U);
  EXPECT_EQ(scan_every_way("\r\n\r\nGET / HTTP/1.0\r\n\r\n", end), Outcome::complete);
  EXPECT_EQ(end, 22U);
  EXPECT_EQ(scan_every_way("GET / HTTP/1.1\r\nHost: h\r\n", end), Outcome::need_more);
  EXPECT_EQ(scan_every_way("G", end), Outcome::need_more);
  EXPECT_EQ(scan_every_way("\r\n", end), Outcome::need_more);
}

TEST(HeaderScanner, RefusesBareLineFeedsAndOtherProtocols) {
  std::size_t end = 0;
  for (const char* text : {"GET / HTTP/1.1\nHost: h\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\n\n", "\nGET / HTTP/1.1\r\n\r\n", "\x16\x03\x01",
                           " GET / HTTP/1.1\r\n\r\n", "\r\rGET", "\x80\x81", "\tGET"}) {
    EXPECT_EQ(scan_every_way(text, end), Outcome::malformed) << text;
  }
}

TEST(HeaderScanner, BoundsTheHeader) {
  const std::string start = "GET / HTTP/1.1\r\nX: ";
  HeaderScanner endless;
  EXPECT_EQ(endless.scan(start + std::string(limits::kHeaderBytes, 'x')), Outcome::too_large);
  HeaderScanner empty_lines;
  std::string lines;
  while (lines.size() <= limits::kHeaderBytes) lines += "\r\n";
  EXPECT_EQ(empty_lines.scan(lines), Outcome::too_large);
  HeaderScanner fits;
  std::string exact = start + std::string(limits::kHeaderBytes - start.size() - 4, 'x') + "\r\n\r\n";
  EXPECT_EQ(exact.size(), limits::kHeaderBytes);
  EXPECT_EQ(fits.scan(exact), Outcome::complete);
  HeaderScanner one_more;
  exact.insert(start.size(), "x");
  EXPECT_EQ(one_more.scan(exact), Outcome::too_large);
}

TEST(RequestParser, SplitsTheTarget) {
  struct Case {
    const char* target;
    const char* path;
    const char* query;
  };
  for (const Case& c :
       {Case{"/", "/", ""}, Case{"/b/k?", "/b/k", ""}, Case{"//b//k/", "//b//k/", ""}, Case{"/a?b?c", "/a", "b?c"},
        Case{"/%41%2f+", "/%41%2f+", ""}, Case{"http://h", "/", ""}, Case{"HTTPS://h:9/x?y", "/x", "y"}, Case{"http://h?list", "/", "list"},
        Case{"/../..", "/../..", ""}, Case{"/\xC3\xA4", "/\xC3\xA4", ""}, Case{"/a#b", "/a#b", ""}, Case{"http:///x", "/x", ""}}) {
    const auto parsed = parse(std::string("GET ") + c.target + " HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_TRUE(parsed) << c.target;
    EXPECT_EQ((*parsed)->request.target, c.target);
    EXPECT_EQ((*parsed)->request.path, c.path) << c.target;
    EXPECT_EQ((*parsed)->request.query, c.query) << c.target;
  }
  EXPECT_EQ((*parse("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"))->request.path, "*");
  EXPECT_EQ((*parse("CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n"))->request.path, "h:1");
  EXPECT_EQ(refusal("GET * HTTP/1.1\r\nHost: h\r\n\r\n"), ErrorCode::InvalidURI);
  EXPECT_EQ(refusal("GET b/k HTTP/1.1\r\nHost: h\r\n\r\n"), ErrorCode::InvalidURI);
  EXPECT_EQ(refusal("GET ?x HTTP/1.1\r\nHost: h\r\n\r\n"), ErrorCode::InvalidURI);
  EXPECT_EQ(refusal("GET ftp://h/ HTTP/1.1\r\nHost: h\r\n\r\n"), ErrorCode::InvalidURI);
}

TEST(RequestParser, KeepsOrderLowersNamesTrimsValues) {
  const auto parsed = parse(with("X-B: 2\r\nx-A:\t1 \t \r\nX-B:  3\r\nX-Mixed: CaSe\r\nx-empty: \r\n", "GET"));
  ASSERT_TRUE(parsed);
  const Request& request = (*parsed)->request;
  using Field = std::pair<std::string_view, std::string_view>;
  EXPECT_THAT(request.headers, ::testing::ElementsAre(Field("host", "h"), Field("x-b", "2"), Field("x-a", "1"), Field("x-b", "3"),
                                                      Field("x-mixed", "CaSe"), Field("x-empty", "")));
  EXPECT_EQ(request.header("x-b"), "2");
  EXPECT_EQ(request.header("x-none"), "");
  EXPECT_TRUE(request.has_header("x-empty"));
  EXPECT_FALSE(request.has_header("x-none"));
  EXPECT_EQ(request.version, 11);
}

TEST(RequestParser, KnowsHowTheBodyIsFramed) {
  const auto none = parse(with(""));
  EXPECT_FALSE((*none)->framing.chunked);
  EXPECT_FALSE((*none)->framing.content_length);
  EXPECT_TRUE((*none)->framing.keep_alive);
  EXPECT_EQ((*parse(with("Content-Length: 0\r\n")))->framing.content_length, 0U);
  EXPECT_EQ((*parse(with("Content-Length: 18446744073709551615\r\n")))->framing.content_length, ~0ULL);
  EXPECT_TRUE((*parse(with("Transfer-Encoding: Chunked\r\n")))->framing.chunked);
  EXPECT_TRUE((*parse(with("Content-Length: 5\r\nExpect: 100-CONTINUE\r\n")))->framing.expects_continue);
  EXPECT_FALSE((*parse(with("Content-Length: 5\r\nExpect: something\r\n")))->framing.expects_continue);
  EXPECT_FALSE((*parse(with("Connection: x, Close\r\n")))->framing.keep_alive);
  EXPECT_FALSE((*parse("PUT / HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"))->framing.expects_continue);
  EXPECT_FALSE((*parse("GET / HTTP/1.0\r\n\r\n"))->framing.keep_alive);
  EXPECT_TRUE((*parse("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"))->framing.keep_alive);
}

TEST(RequestParser, RefusesWhatTwoServersCouldReadDifferently) {
  for (const char* headers : {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                              "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                              "Content-Length: 5\r\nContent-Length: 5\r\n",
                              "Content-Length: 5\r\nContent-Length: 6\r\n",
                              "Content-Length: 5, 5\r\n",
                              "Content-Length: +5\r\n",
                              "Content-Length: -5\r\n",
                              "Content-Length: 5a\r\n",
                              "Content-Length: 0x5\r\n",
                              "Content-Length: \r\n",
                              "Content-Length: 5 5\r\n",
                              "Content-Length: 18446744073709551616\r\n",
                              "Content-Length: 5,\r\n",
                              "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                              "Content-Length : 5\r\n",
                              " Content-Length: 5\r\n",
                              "X: a\r\n Content-Length: 5\r\n",
                              "X: a\rContent-Length: 5\r\n",
                              "X: a\r\r\n",
                              "X\r\n",
                              ": x\r\n",
                              "X Y: a\r\n",
                              "X\tY: a\r\n",
                              "X(: a\r\n",
                              "X\x80: a\r\n",
                              "X: a\x01\r\n",
                              "X: a\x7F\r\n",
                              "Host: other\r\n",
                              "Host:\r\n",
                              "X: \r\n\ta\r\n",
                              "Connection: \x80\r\n"}) {
    EXPECT_EQ(refusal(with(headers)), ErrorCode::BadRequest) << headers;
  }
  EXPECT_EQ(refusal(with(std::string("X: a\0b\r\n", 8))), ErrorCode::BadRequest);
  for (const char* coding :
       {"gzip, chunked", "chunked, gzip", "gzip", "identity", "chunked;x", "xchunked", "\"chunked\"", "chunked, chunked", ""}) {
    EXPECT_EQ(refusal(with("Transfer-Encoding: " + std::string(coding) + "\r\n")), ErrorCode::NotImplemented) << coding;
  }
  EXPECT_EQ(refusal("PUT / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), ErrorCode::BadRequest);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\n\r\n"), ErrorCode::BadRequest);  // no Host
}

TEST(RequestParser, RefusesMalformedRequestLines) {
  for (const char* line :
       {"GET / HTTP/1.1 ", "GET /  HTTP/1.1", "GET / http/1.1", "GET / HTTP/1.2", "GET / HTTP/3.0", "GET / HTTP/11", "GET / HTTP/1.",
        "GET / HTTP/1.1x", "GET\t/ HTTP/1.1", "G@T / HTTP/1.1", "GET", "GET / ", "GET / XTTP/1.1", "GET / HTTP/a.1", "GET / HTTP/1,1"}) {
    EXPECT_EQ(refusal(std::string(line) + "\r\nHost: h\r\n\r\n"), ErrorCode::BadRequest) << line;
  }
  EXPECT_EQ(refusal("GET  / HTTP/1.1\r\nHost: h\r\n\r\n"), ErrorCode::InvalidURI);
  EXPECT_EQ(refusal("GET /\tHTTP/1.1\r\nHost: h\r\n\r\n"), ErrorCode::InvalidURI);
  EXPECT_EQ(refusal("GET /\r\nHost: h\r\n\r\n"), ErrorCode::InvalidURI);
  EXPECT_EQ(refusal("GET /a\x01 HTTP/1.1\r\nHost: h\r\n\r\n"), ErrorCode::InvalidURI);
  EXPECT_EQ(refusal("GET /a\x7F HTTP/1.1\r\nHost: h\r\n\r\n"), ErrorCode::InvalidURI);
  EXPECT_EQ(refusal("GET /a\r HTTP/1.1\r\nHost: h\r\n\r\n"), ErrorCode::InvalidURI);
}

// Decodes in every split of the input and with outputs of every small size.
holdfast::Result<std::string> decode(const std::string& wire, std::size_t step, std::size_t room, std::size_t* used = nullptr) {
  ChunkedDecoder decoder;
  std::string content;
  std::string pending;
  std::size_t at = 0;
  std::vector<std::byte> out(room);
  for (;;) {
    const auto decoded = decoder.decode(as_bytes(pending), out);
    if (!decoded) return decoded.error();
    content.append(as_text(ByteView(out).first(decoded->produced)));
    pending.erase(0, decoded->consumed);
    if (decoder.finished()) break;
    if (decoded->produced > 0) continue;
    if (at >= wire.size()) return Error(ErrorCode::IncompleteBody);
    pending.append(wire, at, step);
    at = std::min(at + step, wire.size());
  }
  if (used) *used = at - pending.size();
  return content;
}

TEST(ChunkedDecoder, DecodesHoweverTheBytesCome) {
  const std::string wire = "5\r\nhello\r\nA;ext=\"q;x\"\r\n0123456789\r\n1\r\n!\r\n000\r\nTrailer: a\r\nOther: b\r\n\r\n";
  for (std::size_t step = 1; step <= wire.size(); ++step) {
    for (const std::size_t room : {1UL, 2UL, 7UL, 100UL}) {
      std::size_t used = 0;
      const auto content = decode(wire + "GET /", step, room, &used);
      ASSERT_TRUE(content) << step << " " << room;
      EXPECT_EQ(*content, "hello0123456789!");
      EXPECT_EQ(used, wire.size());
    }
  }
}

TEST(ChunkedDecoder, RefusesMalformedChunksHoweverTheyCome) {
  for (const std::string& wire :
       {std::string("x\r\nabc"), std::string("\r\n\r\nabc"), std::string("5\nhello\r\n0\r\n\r\n"), std::string("5\r\nhelloX\r\n0\r\n\r\n"),
        std::string("5\r\nhello\n0\r\n\r\n"), std::string("5 \r\nhello\r\n0\r\n\r\n"), std::string("5;\r\nhello\r\n0\r\n\r\n"),
        std::string("5;a=\x01\r\nhello\r\n0\r\n\r\n"), std::string("+5\r\nhello\r\n0\r\n\r\n"), std::string("5\rhello\r\n0\r\n\r\n"),
        std::string("10000000000000000\r\na"), std::string("0\r\nbad trailer\r\n\r\n"), std::string("0\r\nA: b\n\r\n\r\n"),
        std::string("0\r\nTransfer-Encoding: chunked\r\n\r\n"), "5;" + std::string(5000, 'a') + "\r\nhello\r\n0\r\n\r\n",
        "0\r\nX: " + std::string(9000, 'a') + "\r\n\r\n", std::string(9000, '0')}) {
    for (const std::size_t step : {1UL, 2UL, 3UL, 100'000UL}) {
      const auto content = decode(wire, step, 64);
      ASSERT_FALSE(content) << wire.substr(0, 40) << " step " << step;
      EXPECT_NE(content.error().code, ErrorCode::IncompleteBody) << wire.substr(0, 40) << " step " << step;
    }
  }
}

TEST(ChunkedDecoder, ContentCanBypassIt) {
  ChunkedDecoder decoder;
  std::byte out[8];
  const auto head = decoder.decode(as_bytes("2710\r\nab"), out);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->produced, 2U);
  EXPECT_EQ(decoder.content_ahead(), 9998U);
  const std::string content(9998, 'x');
  decoder.skip_content(as_bytes(content).first(5000));
  EXPECT_EQ(decoder.content_ahead(), 4998U);
  decoder.skip_content(as_bytes(content).first(4998));
  EXPECT_EQ(decoder.content_ahead(), 0U);
  const auto tail = decoder.decode(as_bytes("\r\n0\r\n\r\n"), out);
  ASSERT_TRUE(tail);
  EXPECT_EQ(tail->consumed, 7U);
  EXPECT_TRUE(decoder.finished());
}

TEST(ResponseHead, HasTheOrderOfTheHandler) {
  Response response;
  response.status = 206;
  response.set("B", "1");
  response.set("A", "2");
  response.set("b", "3");
  std::string text;
  append_response_head(text, response, {.content_length = 7, .chunked = false, .connection = ResponseFraming::Connection::close}, "today");
  EXPECT_EQ(
      text,
      "HTTP/1.1 206 Partial Content\r\nB: 3\r\nA: 2\r\nServer: Holdfast\r\nDate: today\r\nContent-Length: 7\r\nConnection: close\r\n\r\n");
}

TEST(ResponseHead, StatusesOfS3HaveTheirReason) {
  for (const auto& [status, reason] : {std::pair{507, "Insufficient Storage"}, std::pair{503, "Service Unavailable"},
                                       std::pair{412, "Precondition Failed"}, std::pair{416, "Range Not Satisfiable"}}) {
    Response response;
    response.status = status;
    std::string text;
    append_response_head(text, response, {}, "");
    EXPECT_TRUE(text.starts_with("HTTP/1.1 " + std::to_string(status) + " " + reason + "\r\n")) << text;
  }
}

}  // namespace
}  // namespace holdfast::http
