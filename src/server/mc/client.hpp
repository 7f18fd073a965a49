// S3 calls of `holdfast mc`: presigned, so that a body needs no hash in advance.
#pragma once

#include "server/mc/alias.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::server::mc {

struct Request {
  std::string method = "GET";
  std::string bucket{};
  std::string key{};
  std::vector<std::pair<std::string, std::string>> query{};
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
};

struct Entry {
  std::string key;  // or a common prefix, ending in /
  std::uint64_t size_bytes = 0;
  std::string modified;
};

class Client {
 public:
  Client(Alias alias, bool insecure) : alias_(std::move(alias)), insecure_(insecure) {}

  std::string url(const Request& request) const;
  // The body of a 2xx answer; else the server's error, as "Code: message".
  Result<std::string> call(const Request& request) const;
  // Keys under the prefix; with a delimiter also common prefixes. All pages.
  Result<std::vector<Entry>> list(const std::string& bucket, const std::string& prefix, bool recursive) const;
  Result<std::vector<Entry>> buckets() const;
  Result<> ready() const;

  // By curl, which streams. `file` empty: standard output.
  Result<> upload(const std::string& file, const std::string& bucket, const std::string& key, const std::string& content_type) const;
  Result<> download(const std::string& bucket, const std::string& key, const std::string& file) const;

 private:
  Alias alias_;
  bool insecure_;
};

}  // namespace holdfast::server::mc
