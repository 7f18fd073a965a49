// The commands beside `holdfast server`. Each returns the process's exit code: 0 good, 1 failed, 2 wrong usage.
#pragma once

#include "server/options.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace holdfast::server {

struct HealthcheckArguments {
  std::string url;               // empty: the server that runs on this machine
  std::chrono::seconds wait{0};  // how long to try until it is ready
};
int run_healthcheck(const HealthcheckArguments& arguments);

struct PresignArguments {
  std::string method = "GET";
  std::string location;  // s3://bucket/key
  std::chrono::seconds expires{3600};
  std::string endpoint;
  std::string region;
  std::string access_key;
  std::string secret_key;
};
int run_presign(const PresignArguments& arguments, const Environment& environment);

struct CheckArguments {
  std::string directory;
  bool deep = false;
  bool repair = false;
};
int run_check(const CheckArguments& arguments);
int run_scrub(const std::string& directory);
int run_rebuild_index(const std::string& directory);

// "90s", "30m", "1h", "7d", "3600".
Result<std::chrono::seconds> parse_duration(std::string_view text);

}  // namespace holdfast::server
