#include "http_fixture.hpp"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/mman.h>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace holdfast::http::testing {

namespace {

class Pieces final : public ContentSource {
 public:
  explicit Pieces(std::vector<Piece> pieces, bool fails = false) : pieces_(std::move(pieces)), fails_(fails) {}
  Task<Result<Piece>> next() override {
    if (at_ < pieces_.size()) co_return std::move(pieces_[at_++]);
    if (fails_) co_return Error(ErrorCode::XHoldfastCorruptObject);
    co_return SharedBytes();
  }

 private:
  std::vector<Piece> pieces_;
  std::size_t at_ = 0;
  bool fails_;
};

class Throws final : public ContentSource {
 public:
  explicit Throws(int after) : left_(after) {}
  Task<Result<Piece>> next() override {
    if (left_-- == 0) throw std::runtime_error("source");
    co_return SharedBytes::from(pattern(1000));
  }

 private:
  int left_;
};

struct OpenFile {
  explicit OpenFile(const std::string& content) {
    char path[] = "/tmp/holdfast_http_XXXXXX";
    descriptor = ::mkstemp(path);
    ::unlink(path);
    if (::pwrite(descriptor, content.data(), content.size(), 0) != static_cast<ssize_t>(content.size())) std::abort();
  }
  ~OpenFile() { ::close(descriptor); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int descriptor;
};

Piece file_piece(std::size_t file_size, std::uint64_t offset, std::uint64_t length) {
  auto file = std::make_shared<OpenFile>(pattern(file_size));
  return FileRange{file, file->descriptor, offset, length};
}

#ifndef MAP_32BIT
#define MAP_32BIT 0
#endif

// This process's own memory as a file: it can be read at an offset, and sendfile refuses it. The low address is one that
// could be a file's offset too.
struct OwnMemory {
  explicit OwnMemory(const std::string& content) : size(content.size()), descriptor(::open("/proc/self/mem", O_RDONLY | O_CLOEXEC)) {
    address = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (address == MAP_FAILED) std::abort();
    std::memcpy(address, content.data(), size);
  }
  ~OwnMemory() {
    ::munmap(address, size);
    ::close(descriptor);
  }
  OwnMemory(const OwnMemory&) = delete;
  OwnMemory& operator=(const OwnMemory&) = delete;
  std::size_t size;
  int descriptor;
  void* address;
};

Piece memory_piece(std::size_t size) {
  auto memory = std::make_shared<OwnMemory>(pattern(size));
  return FileRange{memory, memory->descriptor, reinterpret_cast<std::uintptr_t>(memory->address), size};
}

std::size_t number_after(std::string_view path, std::string_view prefix) {
  return std::strtoull(std::string(path.substr(prefix.size())).c_str(), nullptr, 10);
}

std::string describe(const Request& request) {
  std::string text(request.method);
  text.append(" ").append(request.path).append("|").append(request.query).append("|").append(std::to_string(request.version));
  text.append("|").append(request.peer_address).append("|").append(request.secure ? "tls" : "plain").append("\n");
  for (const auto& [name, value] : request.headers) text.append(name).append("=").append(value).append("\n");
  return text;
}

Response text_response(std::string text) {
  Response response;
  response.set("Content-Type", "text/plain");
  response.body = std::move(text);
  return response;
}

Response source_response(std::vector<Piece> pieces, std::optional<std::uint64_t> length, bool fails = false) {
  Response response;
  response.source = std::make_unique<Pieces>(std::move(pieces), fails);
  response.content_length = length;
  return response;
}

Response content_response(std::string_view path) {
  std::vector<Piece> pieces;
  if (path.starts_with("/bytes/")) {
    const std::size_t size = number_after(path, "/bytes/");
    pieces.emplace_back(SharedBytes::from(pattern(size)));
    return source_response(std::move(pieces), size);
  }
  if (path.starts_with("/file/")) {
    const std::size_t size = number_after(path, "/file/");
    pieces.push_back(file_piece(size + 5000, 0, size));
    return source_response(std::move(pieces), size);
  }
  if (path.starts_with("/range/")) {  // a file's [1000, 1000 + N) in two ranges with bytes between
    const std::size_t size = number_after(path, "/range/");
    pieces.push_back(file_piece(size + 5000, 1000, size / 2));
    pieces.emplace_back(SharedBytes::from("between"));
    pieces.push_back(file_piece(size + 5000, 1000 + size / 2, size - size / 2));
    return source_response(std::move(pieces), size + 7);
  }
  if (path.starts_with("/unsendable/")) {
    const std::size_t size = number_after(path, "/unsendable/");
    pieces.push_back(memory_piece(size));
    return source_response(std::move(pieces), size);
  }
  if (path == "/chunked") {
    pieces.emplace_back(SharedBytes::from("first,"));
    pieces.push_back(file_piece(100'000, 0, 70'000));
    pieces.emplace_back(SharedBytes::from(",last"));
    return source_response(std::move(pieces), std::nullopt);
  }
  if (path == "/too-short") {
    pieces.emplace_back(SharedBytes::from("abc"));
    return source_response(std::move(pieces), 10);
  }
  if (path == "/too-long") {
    pieces.emplace_back(SharedBytes::from("abc"));
    pieces.emplace_back(SharedBytes::from("0123456789"));
    return source_response(std::move(pieces), 10);
  }
  if (path == "/short-file") {
    pieces.push_back(file_piece(50'000, 0, 90'000));
    return source_response(std::move(pieces), 90'000);
  }
  if (path == "/source-fails") {
    pieces.emplace_back(SharedBytes::from(pattern(1000)));
    return source_response(std::move(pieces), std::nullopt, true);
  }
  if (path == "/source-fails-at-once") return source_response({}, 10, true);
  Response response;
  response.source = std::make_unique<Throws>(path == "/source-throws-at-once" ? 0 : 1);
  response.content_length = 5000;
  return response;
}

Response odd_response(std::string_view path) {
  Response response;
  if (path == "/headers") {
    response = text_response("x");
    response.headers.emplace_back("Server", "Other");
    response.headers.emplace_back("x-injected", "a\r\nSet-Cookie: b");
    response.headers.emplace_back("Content-Length", "99");
    response.headers.emplace_back("Connection", "upgrade");
    response.headers.emplace_back("Transfer-Encoding", "chunked");
    response.set("content-TYPE", "text/html");
  } else if (path == "/204") {
    response.status = 204;
    response.body = "never sent";
  } else if (path == "/304") {
    response.status = 304;
    response.body = "never sent";
  } else if (path == "/head-length") {
    response.content_length = 123'456;
  } else if (path == "/close") {
    response = text_response("bye");
    response.close = true;
  } else {
    response.status = 404;
    response.body = "no such path";
  }
  return response;
}

Task<Result<std::string>> read_all(BodyStream& body, std::size_t block_size) {
  std::string text;
  std::vector<std::byte> block(block_size);
  for (;;) {
    Result<std::size_t> got = co_await body.read(block);
    if (!got) co_return got.error();
    if (*got == 0) co_return text;
    text.append(as_text(ByteView(block).first(*got)));
  }
}

std::string name_of(std::optional<std::uint64_t> length) { return length ? std::to_string(*length) : "chunked"; }

}  // namespace

std::string pattern(std::size_t size, std::size_t from) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + ((from + i) * 2654435761U >> 7) % 26);
  return text;
}

Task<Response> TestHandler::handle(const Request& request, BodyStream& body) {
  ++started;
  Response response;
  if (request.path.starts_with("/echo")) {
    const std::size_t block = request.path == "/echo" ? 65536 : number_after(request.path, "/echo");
    const std::string kind = name_of(body.content_length());
    Result<std::string> text = co_await read_all(body, block);
    if (text) {
      response = text_response(kind + ":" + *text);
    } else {
      const std::lock_guard lock(mutex);
      last_body_error = text.error().name();
      response = handle_error(text.error());
    }
  } else if (request.path.starts_with("/describe")) {
    response = text_response(describe(request));
  } else if (request.path == "/throw") {
    throw std::runtime_error("thrown by the handler");
  } else if (request.path == "/hold") {
    co_await *hold;
    response = text_response("held");
  } else if (request.path == "/ignore-body") {
    response = text_response("ignored");
  } else if (request.path == "/deny") {
    response = text_response("denied");
    response.status = 403;
  } else if (odd_response(request.path).status != 404) {
    response = odd_response(request.path);
  } else {
    response = content_response(request.path);
  }
  ++finished;
  co_return response;
}

Client::Client(std::uint16_t port, bool ipv6) {
  descriptor_ = ::socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  v6.sin6_addr = in6addr_loopback;
  const auto* address = ipv6 ? reinterpret_cast<const sockaddr*>(&v6) : reinterpret_cast<const sockaddr*>(&v4);
  const int result = ::connect(descriptor_, address, ipv6 ? sizeof v6 : sizeof v4);
  EXPECT_EQ(result, 0) << std::strerror(errno);
}

void Client::close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

bool Client::try_send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void Client::send(std::string_view bytes) const { EXPECT_TRUE(try_send(bytes)); }

std::string Client::receive_some(std::chrono::milliseconds timeout) {
  if (!pending_.empty()) return std::exchange(pending_, "");
  pollfd waiting{descriptor_, POLLIN, 0};
  if (::poll(&waiting, 1, static_cast<int>(timeout.count())) <= 0) return {};
  std::string block(65536, '\0');
  const ssize_t got = ::recv(descriptor_, block.data(), block.size(), 0);
  reset_ = got < 0 && errno == ECONNRESET;
  block.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return block;
}

std::string Client::receive_all(std::chrono::milliseconds timeout) {
  std::string text;
  for (;;) {
    const std::string block = receive_some(timeout);
    if (block.empty()) return text;
    text += block;
  }
}

std::string Client::receive_response(bool head) {
  std::string text;
  std::size_t wanted = std::string::npos;
  while (text.size() < wanted) {
    const std::string block = receive_some();
    if (block.empty()) return text;
    text += block;
    const std::size_t end = text.find("\r\n\r\n");
    if (end == std::string::npos) continue;
    const std::size_t field = text.find("Content-Length: ");
    wanted = end + 4;
    if (!head && field < end) wanted += std::strtoull(text.c_str() + field + 16, nullptr, 10);
  }
  pending_ = text.substr(wanted);
  return text.substr(0, wanted);
}

bool Client::closed_within(std::chrono::milliseconds timeout) {
  pollfd waiting{descriptor_, POLLIN, 0};
  if (::poll(&waiting, 1, static_cast<int>(timeout.count())) <= 0) return false;
  char byte = 0;
  return ::recv(descriptor_, &byte, 1, 0) <= 0;
}

}  // namespace holdfast::http::testing
