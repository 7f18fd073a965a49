// What one request costs above the socket, over an engine in memory: authentication, routing, operation, rendering.
#include "component/service/harness.hpp"

#include <benchmark/benchmark.h>

namespace {

using namespace holdfast;
using namespace holdfast::s3::test;

// The same signed request again and again; its views point into `call`.
struct Replay {
  Replay(Harness& harness, Call request) : call(std::move(request)) {
    if (call.anonymous) {
      call.headers.emplace_back("host", call.host);
    } else {
      sign(call, harness.clock.now());
    }
    for (const char* name : {"user-agent", "accept", "accept-encoding", "amz-sdk-invocation-id", "amz-sdk-request"}) {
      call.headers.emplace_back(name, "what a client says of itself");
    }
    if (call.method == "PUT") call.headers.emplace_back("content-length", std::to_string(call.body.size()));
    view.method = call.method;
    view.path = call.path;
    view.query = call.query;
    for (const auto& [name, value] : call.headers) view.headers.emplace_back(name, value);
    view.peer_address = call.peer;
  }
  Call call;
  http::Request view;
};

Task<int> exchange(http::Handler& handler, const http::Request& request, http::BodyStream& body) {
  http::Response response = co_await handler.handle(request, body);
  while (response.source) {
    const auto piece = co_await response.source->next();
    const auto* bytes = piece ? std::get_if<SharedBytes>(&*piece) : nullptr;
    if (bytes == nullptr || bytes->bytes.empty()) break;
  }
  co_return response.status;
}

void run(benchmark::State& state, Harness& harness, Call call) {
  const Replay replay(harness, std::move(call));
  for (auto _ : state) {
    WireBody body(replay.call.body, 1U << 20U, false);
    const int status = sync_wait(exchange(*harness.service, replay.view, body));
    if (status >= 300) state.SkipWithError("refused");
  }
}

struct Filled : Harness {
  Filled() {
    make_bucket("bucket");
    put("/bucket/key", std::string(4096, 'x'));
    for (int i = 0; i < 1000; ++i) put("/bucket/list/some/longer/key/name-" + std::to_string(i), "x");
    set_policy("bucket", R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",
      "Resource":"arn:aws:s3:::bucket/*"}]})");
  }
};

void head_signed(benchmark::State& state) {
  Filled harness;
  run(state, harness, {.method = "HEAD", .path = "/bucket/key"});
}
void head_anonymous(benchmark::State& state) {
  Filled harness;
  run(state, harness, {.method = "HEAD", .path = "/bucket/key", .anonymous = true});
}
void get_4k(benchmark::State& state) {
  Filled harness;
  run(state, harness, {.method = "GET", .path = "/bucket/key"});
}
void put_bytes(benchmark::State& state) {
  Filled harness;
  run(state, harness, {.method = "PUT", .path = "/bucket/put", .body = std::string(static_cast<std::size_t>(state.range(0)), 'x')});
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
void list_1000(benchmark::State& state) {
  Filled harness;
  run(state, harness, {.method = "GET", .path = "/bucket", .query = "list-type=2&prefix=list"});
}

BENCHMARK(head_signed);
BENCHMARK(head_anonymous);
BENCHMARK(get_4k);
BENCHMARK(put_bytes)->Arg(0)->Arg(4096)->Arg(1 << 20);
BENCHMARK(list_1000);

}  // namespace
