// A server whose answers cost nothing, to measure what one request costs in the http layer:
//   taskset -c 0 http_bench_server 8080 [threads] & taskset -c 1 wrk -t1 -c32 -d10 http://127.0.0.1:8080/4096
// /N answers N bytes from memory, /file/N from a temporary file; a body is read and counted.
#include "holdfast/http/server.hpp"

#include <sys/resource.h>
#include <unistd.h>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>

namespace {

using namespace holdfast;

class OnePiece final : public http::ContentSource {
 public:
  explicit OnePiece(Piece piece) : piece_(std::move(piece)) {}
  Task<Result<Piece>> next() override { co_return std::exchange(piece_, SharedBytes()); }

 private:
  Piece piece_;
};

class BenchHandler final : public http::Handler {
 public:
  explicit BenchHandler(std::string folder) : path_(folder + "/bench_file") {
    content_ = std::make_shared<std::string>(16U << 20, 'x');
    std::FILE* file = std::fopen(path_.c_str(), "w+");
    if (!file || std::fwrite(content_->data(), 1, content_->size(), file) != content_->size()) std::abort();
    std::fflush(file);
    file_.reset(file, [](std::FILE* open) { std::fclose(open); });
    std::filesystem::remove(path_);
  }

  Task<http::Response> handle(const http::Request& request, http::BodyStream& body) override {
    http::Response response;
    if (body.has_body()) {
      auto block = std::make_unique<std::byte[]>(256 * 1024);
      for (;;) {
        Result<std::size_t> got = co_await body.read(ByteSpan(block.get(), 256 * 1024));
        if (!got || *got == 0) break;
      }
      co_return response;
    }
    const bool file = request.path.starts_with("/file/");
    const std::uint64_t size = std::min<std::uint64_t>(std::strtoull(request.path.data() + (file ? 6 : 1), nullptr, 10), content_->size());
    response.set("Content-Type", "application/octet-stream");
    response.set("ETag", "\"d41d8cd98f00b204e9800998ecf8427e\"");
    response.set("x-amz-request-id", "0123456789ABCDEF");
    response.set("Last-Modified", "Wed, 12 Oct 2009 17:50:00 GMT");
    response.content_length = size;
    Piece piece = SharedBytes{content_, as_bytes(*content_).first(size)};
    if (file) piece = FileRange{file_, fileno(file_.get()), 0, size};
    response.source = std::make_unique<OnePiece>(std::move(piece));
    co_return response;
  }

  http::Response handle_error(const Error& error) override {
    http::Response response;
    response.status = error.http_status();
    response.body = std::string(error.text());
    return response;
  }

 private:
  std::string path_;
  std::shared_ptr<std::string> content_;
  std::shared_ptr<std::FILE> file_;
};

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

}  // namespace

int main(int argc, char** argv) {
  const auto port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 8080);
  http::IoThreads threads(argc > 2 ? static_cast<unsigned>(std::atoi(argv[2])) : 1);
  BenchHandler handler(std::filesystem::temp_directory_path());
  http::ServerOptions options;
  options.host = "127.0.0.1";
  options.port = port;
  if (argc > 4) options.tls = std::make_unique<http::TlsOptions>(http::TlsOptions{argv[3], argv[4], ""});
  auto server = http::Server::listen(threads, std::move(options), handler);
  if (!server) {
    std::fprintf(stderr, "%s\n", std::string(server.error().text()).c_str());
    return 1;
  }
  const double before = cpu_seconds();
  threads.on_signals({SIGINT, SIGTERM}, [&](int) { threads.stop(); });
  threads.run();
  const http::ServerStats stats = (*server)->stats();
  if (stats.requests_total > 0) {
    std::printf("%llu requests, %.2f us CPU each\n", static_cast<unsigned long long>(stats.requests_total),
                (cpu_seconds() - before) * 1e6 / static_cast<double>(stats.requests_total));
  }
  return 0;
}
