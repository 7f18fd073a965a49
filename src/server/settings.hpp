// The settings of a server run, checked and typed.
#pragma once

#include "server/options.hpp"

#include "holdfast/base/log.hpp"
#include "holdfast/crypto/master_keys.hpp"
#include "holdfast/services/scrub.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::server {

struct HostPort {
  std::string host;  // empty: every address
  std::uint16_t port = 0;
};
// ":9000", "127.0.0.1:9000", "[::1]:9000", "localhost:9000". InvalidArgument otherwise.
Result<HostPort> parse_host_port(std::string_view text);

// "8MiB", "512KiB", "2GiB", "1048576".
Result<std::uint64_t> parse_size(std::string_view text);

// name[:policy] entries separated by comma, semicolon or space. Names and policies are checked.
using DefaultBuckets = std::vector<std::pair<std::string, std::string>>;
Result<DefaultBuckets> parse_default_buckets(std::string_view text);

struct Settings {
  std::string directory;
  HostPort address;
  HostPort console_address;
  bool console_address_asked = false;  // if it is taken and nobody asked for it, the server goes on without a console
  std::string server_url;
  std::vector<std::string> domains;
  std::vector<std::string> host_aliases;
  std::string certificate_file;  // empty: plain HTTP
  std::string private_key_file;
  std::string root_user;
  std::string root_password;
  bool default_credentials = false;
  bool allow_signature_v2 = true;
  std::string region;
  DefaultBuckets default_buckets;
  std::string storage_api_bucket;              // may be empty
  std::vector<crypto::MasterKey> master_keys;  // as configured; may be empty
  bool auto_encryption = false;
  bool insecure_sse_c = false;
  std::string cors_allow_origin;
  std::uint64_t block_cache_bytes = 0;
  std::uint64_t reserve_bytes = 0;
  services::ScrubSettings scrub;
  unsigned threads = 1;
  log::Level log_level = log::Level::info;
  log::Format log_format = log::Format::text;
  bool anonymous = false;
  std::vector<std::string> warnings;
};

// `directories`: what the command line names. Errors are one line each, for exit code 2.
Result<Settings> make_settings(const ResolveInput& input, const std::vector<std::string>& directories);

}  // namespace holdfast::server
