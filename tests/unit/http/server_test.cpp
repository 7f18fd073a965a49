#include "http_fixture.hpp"

#include <algorithm>
#include <array>
#include <csignal>

namespace holdfast::http::testing {
namespace {

using ::testing::Test;

std::string get(std::string_view path, std::string_view more = "") {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: test\r\n" + std::string(more) + "\r\n";
}

std::string put(std::string_view path, std::string_view body, std::string_view more = "") {
  return "PUT " + std::string(path) + " HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(more) + "\r\n" + std::string(body);
}

std::string chunks_of(std::string_view body, std::size_t size) {
  std::string text;
  for (std::size_t at = 0; at < body.size(); at += size) {
    const std::string_view piece = body.substr(at, size);
    char head[32];
    std::snprintf(head, sizeof head, "%zx\r\n", piece.size());
    text.append(head).append(piece).append("\r\n");
  }
  return text + "0\r\n\r\n";
}

std::string put_chunked(std::string_view path, std::string_view chunks) {
  return "PUT " + std::string(path) + " HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(chunks);
}

TEST_F(ServerTest, AnswersAndKeepsTheConnection) {
  start();
  Client client = connect();
  for (int i = 0; i < 3; ++i) {
    client.send(get("/bytes/10"));
    const std::string response = client.receive_response();
    EXPECT_EQ(status_of(response), 200);
    EXPECT_TRUE(body_of(response) == pattern(10));
    EXPECT_NE(response.find("\r\nServer: Holdfast\r\n"), std::string::npos);
    EXPECT_NE(response.find("\r\nDate: "), std::string::npos);
    EXPECT_NE(response.find(" GMT\r\n"), std::string::npos);
    EXPECT_EQ(response.find("Connection:"), std::string::npos);
  }
  EXPECT_EQ(server->stats().requests_total, 3U);
  EXPECT_EQ(server->stats().connections, 1U);
  EXPECT_GT(server->stats().bytes_received, 90U);
  EXPECT_GT(server->stats().bytes_sent, 90U);
}

TEST_F(ServerTest, ShowsTheRequestAsItCame) {
  start();
  const std::string response =
      exchange("PROPFIND /describe//a/%2F%20b/?x=%41&&y HTTP/1.1\r\nHOST: Test:1\r\nX-Two:  b c \t\r\nX-One:a\r\nX-Empty:\r\n\r\n");
  EXPECT_EQ(body_of(response), "PROPFIND /describe//a/%2F%20b/|x=%41&&y|11|127.0.0.1|plain\nhost=Test:1\nx-two=b c\nx-one=a\nx-empty=\n");
}

TEST_F(ServerTest, TakesAbsoluteTargets) {
  start();
  EXPECT_TRUE(body_of(exchange("GET http://h:1/describe?q HTTP/1.1\r\nHost: h\r\n\r\n")).starts_with("GET /describe|q|11|"));
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  start();
  std::string requests;
  std::string expected;
  for (int i = 0; i < 40; ++i) {
    const std::string body = pattern(static_cast<std::size_t>(i) * 100);
    requests += i % 2 == 0 ? put("/echo", body) : put_chunked("/echo7", chunks_of(body, 33));
    expected += (i % 2 == 0 ? std::to_string(body.size()) : "chunked") + ":" + body;
  }
  const std::string all = exchange(requests);
  std::string bodies;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = all.find("\r\n\r\n", at);
    ASSERT_NE(end, std::string::npos);
    const std::size_t length = std::strtoull(all.c_str() + all.find("Content-Length: ", at) + 16, nullptr, 10);
    bodies += all.substr(end + 4, length);
    at = end + 4 + length;
  }
  EXPECT_EQ(bodies, expected);
}

TEST_F(ServerTest, TakesARequestSplitAtEveryByte) {
  start();
  const std::string body = pattern(50);
  for (const std::string& request : {put("/echo", body, "X-Header: value\r\n"), put_chunked("/echo", chunks_of(body, 20))}) {
    Client client = connect();
    for (std::size_t split = 1; split < request.size(); ++split) {
      client.send(request.substr(0, split));
      std::this_thread::sleep_for(200us);
      client.send(request.substr(split));
      const std::string response = client.receive_response();
      ASSERT_EQ(status_of(response), 200) << split;
      ASSERT_TRUE(body_of(response).ends_with(":" + body)) << split;
    }
  }
}

TEST_F(ServerTest, StreamsLargeBodies) {
  start();
  const std::string body = pattern(3'000'000);
  Client client = connect();
  for (const std::string& request :
       {put("/echo", body), put_chunked("/echo", chunks_of(body, 100'000)), put_chunked("/echo4096", chunks_of(body, 5000))}) {
    std::thread sender([&] { client.send(request); });
    const std::string response = client.receive_response();
    sender.join();
    EXPECT_TRUE(body_of(response).ends_with(":" + body));
  }
}

TEST_F(ServerTest, SendsContinueOnlyWhenTheBodyIsRead) {
  start();
  Client client = connect();
  client.send("PUT /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\nExpect: 100-Continue\r\n\r\n");
  EXPECT_EQ(client.receive_some(), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hello");
  EXPECT_EQ(body_of(client.receive_response()), "5:hello");

  client.send("PUT /deny HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  const std::string response = client.receive_all();
  EXPECT_EQ(status_of(response), 403);
  EXPECT_EQ(response.find("100 Continue"), std::string::npos);
  EXPECT_NE(response.find("Connection: close"), std::string::npos);
}

// botocore asks before every upload, an empty one too, and waits for the 100 even then.
TEST_F(ServerTest, SendsContinueBeforeAnEmptyBody) {
  start();
  Client client = connect();
  for (int i = 0; i < 2; ++i) {
    client.send("PUT /deny HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\nExpect: 100-continue\r\n\r\n");
    std::string response = client.receive_some();
    ASSERT_TRUE(response.starts_with("HTTP/1.1 100 Continue\r\n\r\n"));
    response.erase(0, 25);
    if (response.empty()) response = client.receive_response();
    EXPECT_EQ(status_of(response), 403);
    EXPECT_EQ(response.find("Connection: close"), std::string::npos);
  }
}

TEST_F(ServerTest, DrainsSmallUnreadBodiesAndClosesOnLargeOnes) {
  start();
  Client client = connect();
  client.send(put("/ignore-body", pattern(200'000)));
  EXPECT_EQ(body_of(client.receive_response()), "ignored");
  client.send(put_chunked("/ignore-body", chunks_of(pattern(200'000), 10'000)));
  EXPECT_EQ(body_of(client.receive_response()), "ignored");
  client.send(get("/bytes/3"));
  EXPECT_TRUE(body_of(client.receive_response()) == pattern(3));

  Client large = connect();
  const std::string body = pattern(20'000'000);
  std::thread sender([&] { large.try_send(put("/deny", body)); });
  const std::string response = large.receive_response();
  EXPECT_EQ(status_of(response), 403);
  EXPECT_NE(response.find("Connection: close"), std::string::npos);
  EXPECT_EQ(body_of(response), "denied");
  sender.join();
}

TEST_F(ServerTest, HeadSendsNoBody) {
  start();
  Client client = connect();
  for (const auto& [path, length] :
       {std::pair{"/bytes/1000", "1000"}, std::pair{"/file/100000", "100000"}, std::pair{"/head-length", "123456"}}) {
    client.send("HEAD " + std::string(path) + " HTTP/1.1\r\nHost: t\r\n\r\n");
    const std::string response = client.receive_response(true);
    EXPECT_EQ(status_of(response), 200);
    EXPECT_NE(response.find(std::string("\r\nContent-Length: ") + length + "\r\n"), std::string::npos);
    EXPECT_EQ(body_of(response), "");
  }
  client.send(get("/bytes/3"));
  EXPECT_TRUE(body_of(client.receive_response()) == pattern(3));
}

TEST_F(ServerTest, NoContentAndNotModifiedHaveNoBody) {
  start();
  Client client = connect();
  for (const char* path : {"/204", "/304"}) {
    client.send(get(path));
    const std::string response = client.receive_response();
    EXPECT_TRUE(response.ends_with("\r\n\r\n"));
    EXPECT_EQ(response.find("Content-Length"), std::string::npos);
    EXPECT_EQ(response.find("Transfer-Encoding"), std::string::npos);
  }
  client.send(get("/bytes/3"));
  EXPECT_TRUE(body_of(client.receive_response()) == pattern(3));
}

TEST_F(ServerTest, SendsFilesAndRanges) {
  start();
  Client client = connect();
  for (const std::size_t size : {0UL, 1UL, 4096UL, 32768UL, 32769UL, 700'000UL, 9'000'000UL}) {
    client.send(get("/file/" + std::to_string(size)));
    EXPECT_TRUE(body_of(client.receive_response()) == pattern(size)) << size;
    client.send(get("/range/" + std::to_string(size)));
    const std::string expected = pattern(size / 2, 1000) + "between" + pattern(size - size / 2, 1000 + size / 2);
    EXPECT_TRUE(body_of(client.receive_response()) == expected) << size;
  }
}

TEST_F(ServerTest, ReadsFilesThatSendfileRefuses) {
  start();
  Client client = connect();
  for (const std::size_t size : {100UL, 40'000UL, 9'000'000UL}) {
    client.send(get("/unsendable/" + std::to_string(size)));
    EXPECT_TRUE(body_of(client.receive_response()) == pattern(size)) << size;
  }
}

TEST_F(ServerTest, SlowReaderGetsEverything) {
  start();
  Client client = connect();
  const int small = 32 * 1024;
  ::setsockopt(client.descriptor(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  for (const char* kind : {"/bytes/", "/file/"}) {
    client.send(get(kind + std::to_string(8'000'000)));
    std::this_thread::sleep_for(50ms);
    EXPECT_TRUE(body_of(client.receive_response()) == pattern(8'000'000));
  }
}

TEST_F(ServerTest, UnknownLengthIsChunked) {
  start();
  Client client = connect();
  client.send(get("/chunked", "Connection: close\r\n"));
  const std::string response = client.receive_all();
  EXPECT_NE(response.find("\r\nTransfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_EQ(response.find("Content-Length"), std::string::npos);
  EXPECT_TRUE(body_of(response) == "6\r\nfirst,\r\n11170\r\n" + pattern(70'000) + "\r\n5\r\n,last\r\n0\r\n\r\n");
}

TEST_F(ServerTest, Http10ClosesUnlessAskedOtherwise) {
  start();
  const std::string response = exchange("GET /bytes/5 HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(body_of(response) == pattern(5));
  EXPECT_NE(response.find("Connection: close"), std::string::npos);

  Client client = connect();
  for (int i = 0; i < 2; ++i) {
    client.send("GET /bytes/5 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_NE(client.receive_response().find("Connection: keep-alive"), std::string::npos);
  }
  client.send("GET /chunked HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const std::string delimited = client.receive_all();
  EXPECT_EQ(delimited.find("chunked"), std::string::npos);
  EXPECT_TRUE(body_of(delimited) == "first," + pattern(70'000) + ",last");
}

TEST_F(ServerTest, HandlerHeadersCannotBreakTheFraming) {
  start();
  const std::string response = exchange(get("/headers"));
  EXPECT_NE(response.find("\r\nServer: Other\r\n"), std::string::npos);
  EXPECT_EQ(response.find("Holdfast"), std::string::npos);
  EXPECT_EQ(response.find("\r\nSet-Cookie"), std::string::npos);
  EXPECT_NE(response.find("\r\nContent-Length: 1\r\n"), std::string::npos);
  EXPECT_EQ(response.find("99"), std::string::npos);
  EXPECT_EQ(response.find("upgrade"), std::string::npos);
  EXPECT_EQ(response.find("chunked"), std::string::npos);
  EXPECT_NE(response.find("\r\nContent-Type: text/html\r\n"), std::string::npos);
  EXPECT_EQ(body_of(response), "x");
}

TEST_F(ServerTest, CloseIsHonoured) {
  start();
  for (const std::string& request : {get("/close"), get("/bytes/3", "Connection: close\r\n")}) {
    Client client = connect();
    client.send(request + get("/bytes/9"));
    const std::string response = client.receive_all();
    EXPECT_NE(response.find("Connection: close"), std::string::npos);
    EXPECT_EQ(response.find(pattern(9)), std::string::npos);
  }
}

TEST_F(ServerTest, ABrokenSourceIsABrokenTransfer) {
  start();
  for (const char* path : {"/too-short", "/too-long", "/short-file", "/source-fails", "/source-throws"}) {
    Client client = connect();
    client.send(get(path));
    const std::string response = client.receive_all();
    EXPECT_TRUE(client.was_reset()) << path;
    EXPECT_FALSE(response.ends_with("0\r\n\r\n")) << path;
  }
  for (const char* path : {"/source-fails-at-once", "/source-throws-at-once"}) {
    const std::string response = exchange(get(path));
    EXPECT_EQ(status_of(response), 500) << path;
    EXPECT_NE(response.find("Connection: close"), std::string::npos);
  }
  Client old = connect();
  old.send("GET /source-fails HTTP/1.0\r\n\r\n");
  old.receive_all();
  EXPECT_TRUE(old.was_reset());
}

TEST_F(ServerTest, AnExceptionIsA500AndCloses) {
  start();
  const std::string response = exchange(get("/throw") + get("/bytes/3"));
  EXPECT_EQ(status_of(response), 500);
  EXPECT_EQ(body_of(response), "InternalError");
  EXPECT_NE(response.find("Connection: close"), std::string::npos);
}

TEST_F(ServerTest, RefusesWhatIsNotHttp) {
  start();
  for (const std::string& request :
       {std::string("\x16\x03\x01\x02\x00\x01"), std::string("GET / HTTP/1.1\nHost: t\n\n"), std::string("hello\r\n\r\n"),
        std::string("GET / HTTP/2.0\r\nHost: t\r\n\r\n"), std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")}) {
    const std::string response = exchange(request);
    EXPECT_EQ(status_of(response), 400) << request;
    EXPECT_NE(response.find("Connection: close"), std::string::npos);
  }
  EXPECT_EQ(handler.started, 0);
}

TEST_F(ServerTest, RefusesAHeaderThatIsTooLarge) {
  start();
  Client client = connect();
  client.send("GET / HTTP/1.1\r\nHost: t\r\nX: " + std::string(70'000, 'x') + "\r\n\r\n");
  const std::string response = client.receive_all();
  EXPECT_EQ(status_of(response), 400);
  EXPECT_EQ(body_of(response), "RequestHeaderSectionTooLarge");

  Client large = connect();
  large.send("GET /bytes/3 HTTP/1.1\r\nHost: t\r\nX: " + std::string(60'000, 'x') + "\r\n\r\n");
  EXPECT_EQ(status_of(large.receive_response()), 200);
  large.send(put("/echo", pattern(100'000), "X: " + std::string(60'000, 'x') + "\r\n"));
  EXPECT_TRUE(body_of(large.receive_response()) == "100000:" + pattern(100'000));
}

TEST_F(ServerTest, ABodyThatEndsEarlyIsIncomplete) {
  start();
  for (const std::string& request :
       {std::string("PUT /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nabc"), put_chunked("/echo", "a\r\nabc")}) {
    const std::string response = exchange(request);
    EXPECT_EQ(status_of(response), 400);
    EXPECT_EQ(body_of(response), "IncompleteBody");
    EXPECT_NE(response.find("Connection: close"), std::string::npos);
  }
}

TEST_F(ServerTest, MalformedChunksAreRefused) {
  start();
  for (const char* chunks :
       {"x\r\nabc\r\n0\r\n\r\n", "3\nabc\r\n0\r\n\r\n", "3\r\nabcX0\r\n\r\n", "-3\r\nabc\r\n0\r\n\r\n", "3 3\r\nabc\r\n0\r\n\r\n",
        "11111111111111111\r\na\r\n0\r\n\r\n", "0\r\nContent-Length: 5\r\n\r\n", "0x3\r\nabc\r\n0\r\n\r\n"}) {
    const std::string response = exchange(put_chunked("/echo", chunks));
    EXPECT_EQ(status_of(response), 400) << chunks;
    EXPECT_EQ(body_of(response), "BadRequest") << chunks;
    EXPECT_NE(response.find("Connection: close"), std::string::npos);
  }
  EXPECT_EQ(body_of(exchange(put_chunked("/echo", "3;name=value\r\nabc\r\n0\r\nTrailer: x\r\n\r\n"))), "chunked:abc");
  const std::string long_extension = "3;" + std::string(9000, 'x') + "\r\nabc\r\n0\r\n\r\n";
  EXPECT_EQ(status_of(exchange(put_chunked("/echo", long_extension))), 400);
  const std::string long_trailers = "0\r\nX: " + std::string(90'000, 'x');
  EXPECT_EQ(status_of(exchange(put_chunked("/echo", long_trailers))), 400);
}

ServerOptions impatient() {
  ServerOptions options;
  options.header_timeout = 150ms;
  options.body_timeout = 150ms;
  options.idle_timeout = 150ms;
  return options;
}

TEST_F(ServerTest, SlowHeadersTimeOut) {
  start(impatient());
  Client client = connect();
  const auto begin = std::chrono::steady_clock::now();
  std::string response;
  for (const char c : std::string_view("GET / HTTP/1.1\r\nHost: t\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")) {
    if (!client.try_send(std::string_view(&c, 1))) break;
    response = client.receive_some(20ms);
    if (!response.empty()) break;
  }
  response += client.receive_all();
  EXPECT_EQ(status_of(response), 400);
  EXPECT_EQ(body_of(response), "RequestTimeout");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
}

TEST_F(ServerTest, IdleConnectionsAreClosed) {
  start(impatient());
  Client silent = connect();
  Client used = connect();
  used.send(get("/bytes/3"));
  used.receive_response();
  EXPECT_TRUE(silent.closed_within(2s));
  EXPECT_TRUE(used.closed_within(2s));
  EXPECT_TRUE(eventually([&] { return server->stats().connections == 0; }));
}

TEST_F(ServerTest, AStalledBodyTimesOut) {
  start(impatient());
  Client client = connect();
  client.send("PUT /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nabc");
  const std::string response = client.receive_all();
  EXPECT_EQ(status_of(response), 400);
  EXPECT_EQ(body_of(response), "RequestTimeout");
  const std::lock_guard lock(handler.mutex);
  EXPECT_EQ(handler.last_body_error, "RequestTimeout");
}

TEST_F(ServerTest, AStalledReaderIsCut) {
  start(impatient());
  Client client = connect();
  client.send(get("/file/9000000"));
  EXPECT_TRUE(eventually([&] { return handler.finished == 1 && server->stats().connections == 0; }));
}

TEST_F(ServerTest, AHandlerRunsToItsEndWithoutItsClient) {
  Completion<int> release;
  handler.hold = &release;
  start(impatient());
  {
    Client client = connect();
    client.send(get("/hold"));
    ASSERT_TRUE(eventually([&] { return handler.started == 1; }));
  }
  std::this_thread::sleep_for(300ms);
  EXPECT_EQ(handler.finished, 0);
  EXPECT_EQ(server->stats().requests_in_flight, 1U);
  release.set(1);
  EXPECT_TRUE(eventually([&] { return handler.finished == 1 && server->stats().connections == 0; }));
}

TEST_F(ServerTest, ServesManyConnectionsAtOnce) {
  start(ServerOptions(), 2);
  std::vector<Client> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(connect());
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < clients.size(); ++i) clients[i].send(put("/echo", pattern(i * 10)));
    for (std::size_t i = 0; i < clients.size(); ++i) {
      EXPECT_TRUE(body_of(clients[i].receive_response()) == std::to_string(i * 10) + ":" + pattern(i * 10));
    }
  }
  EXPECT_EQ(server->stats().connections, 200U);
  EXPECT_EQ(server->stats().requests_total, 600U);
}

TEST_F(ServerTest, AcceptsNoMoreThanTheLimit) {
  ServerOptions options;
  options.max_connections = 2;
  start(std::move(options));
  Client first = connect();
  Client second = connect();
  first.send(get("/bytes/3"));
  second.send(get("/bytes/3"));
  EXPECT_EQ(status_of(first.receive_response()), 200);
  EXPECT_EQ(status_of(second.receive_response()), 200);
  Client third = connect();  // in the backlog
  third.send(get("/bytes/3"));
  EXPECT_EQ(third.receive_some(200ms), "");
  first.close();
  EXPECT_EQ(status_of(third.receive_response()), 200);
}

TEST_F(ServerTest, DrainClosesIdleAndLetsOthersFinish) {
  Completion<int> release;
  handler.hold = &release;
  start();
  Client idle = connect();
  idle.send(get("/bytes/3"));
  idle.receive_response();
  Client busy = connect();
  busy.send(get("/hold"));
  ASSERT_TRUE(eventually([&] { return handler.started == 2; }));
  std::thread drainer([&] { server->drain(std::chrono::steady_clock::now() + 5s); });
  EXPECT_TRUE(idle.closed_within(2s));
  release.set(1);
  const std::string response = busy.receive_all();
  EXPECT_EQ(body_of(response), "held");
  EXPECT_NE(response.find("Connection: close"), std::string::npos);
  drainer.join();
  EXPECT_EQ(server->stats().connections, 0U);
  const int refused = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(server->port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_NE(::connect(refused, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ::close(refused);
}

TEST_F(ServerTest, DrainLetsATransferFinishOrCutsItAtTheDeadline) {
  start();
  Client quick = connect();
  Client stuck = connect();
  quick.send(get("/file/9000000"));
  stuck.send(get("/file/9000000"));
  ASSERT_TRUE(eventually([&] { return handler.finished == 2; }));
  std::string received;
  std::thread reader([&] { received = quick.receive_response(); });
  const auto begin = std::chrono::steady_clock::now();
  server->drain(begin + 500ms);
  const auto took = std::chrono::steady_clock::now() - begin;
  reader.join();
  EXPECT_TRUE(body_of(received) == pattern(9'000'000));
  EXPECT_GE(took, 490ms);
  EXPECT_LT(took, 2s);
  EXPECT_EQ(server->stats().connections, 0U);
  EXPECT_LT(body_of(stuck.receive_all()).size(), 9'000'000U);
}

TEST_F(ServerTest, ListensOnBothFamiliesByDefault) {
  threads = std::make_unique<IoThreads>(1);
  auto listening = Server::listen(*threads, ServerOptions(), handler);
  ASSERT_TRUE(listening);
  server = std::move(*listening);
  runner = std::thread([this] { threads->run(); });
  Client v4 = connect();
  v4.send(get("/describe"));
  EXPECT_TRUE(body_of(v4.receive_response()).starts_with("GET /describe||11|127.0.0.1|plain"));
  Client v6(server->port(), true);
  v6.send(get("/describe"));
  EXPECT_TRUE(body_of(v6.receive_response()).starts_with("GET /describe||11|::1|plain"));
}

TEST_F(ServerTest, ListensOnNamesAndIpv6Literals) {
  for (const char* host : {"::1", "[::1]", "localhost"}) {
    ServerOptions options;
    options.host = host;
    IoThreads io(1);
    auto listening = Server::listen(io, std::move(options), handler);
    ASSERT_TRUE(listening) << host << listening.error().text();
    EXPECT_NE((*listening)->port(), 0);
  }
}

TEST_F(ServerTest, SaysWhichAddressItCannotHave) {
  start();
  ServerOptions options;
  options.host = "127.0.0.1";
  options.port = server->port();
  const auto taken = Server::listen(*threads, std::move(options), handler);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().message, "cannot listen on 127.0.0.1:" + std::to_string(server->port()) + ": Address already in use");
  EXPECT_EQ(taken.error().os_error, EADDRINUSE);

  ServerOptions unknown;
  unknown.host = "no-such-host.invalid";
  EXPECT_FALSE(Server::listen(*threads, std::move(unknown), handler));
}

TEST_F(ServerTest, ReportsEverySignal) {
  start();
  std::atomic<int> seen{0};
  threads->on_signals({SIGUSR1, SIGUSR2}, [&](int signal) { seen += signal == SIGUSR1 ? 1 : 100; });
  std::this_thread::sleep_for(20ms);
  ::kill(::getpid(), SIGUSR1);
  EXPECT_TRUE(eventually([&] { return seen == 1; }));
  ::kill(::getpid(), SIGUSR1);
  ::kill(::getpid(), SIGUSR2);
  EXPECT_TRUE(eventually([&] { return seen == 102; }));
}

TEST_F(ServerTest, FetchGetsAnswers) {
  start();
  const std::string base = "http://127.0.0.1:" + std::to_string(server->port());
  const auto got = fetch("GET", base + "/bytes/1000", {}, "", 5s, true);
  ASSERT_TRUE(got) << got.error().text();
  EXPECT_EQ(got->status, 200);
  EXPECT_EQ(got->body, pattern(1000));
  const auto sent = fetch("PUT", base + "/echo", {{"X-Any", "1"}}, "hello", 5s, true);
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->body, "5:hello");
  const auto head = fetch("HEAD", base + "/bytes/1000", {}, "", 5s, true);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->body, "");
  const auto described = fetch("GET", base + "/describe?a=b#fragment", {}, "", 5s, true);
  ASSERT_TRUE(described);
  EXPECT_TRUE(described->body.starts_with("GET /describe|a=b|11|"));
}

TEST_F(ServerTest, FetchFailsClearly) {
  Completion<int> release;
  handler.hold = &release;
  start();
  const std::string base = "http://127.0.0.1:" + std::to_string(server->port());
  const auto begin = std::chrono::steady_clock::now();
  const auto late = fetch("GET", base + "/hold", {}, "", 200ms, true);
  EXPECT_FALSE(late);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
  release.set(1);
  EXPECT_FALSE(fetch("GET", "ftp://127.0.0.1/", {}, "", 1s, true));
  EXPECT_FALSE(fetch("GET", "http://", {}, "", 1s, true));
  EXPECT_FALSE(fetch("GET", "http://user@host/", {}, "", 1s, true));
  EXPECT_FALSE(fetch("GET", "http://127.0.0.1:1/", {}, "", 1s, true));
}

}  // namespace
}  // namespace holdfast::http::testing
