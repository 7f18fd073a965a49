// What names things in a request: paths, hosts, queries, copy sources, ranges. The first byte chooses the reader.
#include "s3/address.hpp"
#include "s3/query.hpp"
#include "s3/range.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"

#include <cstdint>
#include <cstdlib>

namespace {

using namespace holdfast;

void require(bool holds) {
  if (!holds) std::abort();
}

void path(std::string_view text) {
  const auto line = text.find('\n');
  const std::string_view host = line == std::string_view::npos ? std::string_view{} : text.substr(line + 1);
  const auto address = s3::parse_address(text.substr(0, line), host, {"s3.example.org", "example.org"});
  if (!address) {
    require(address.error().code == ErrorCode::InvalidURI || address.error().code == ErrorCode::KeyTooLongError);
    return;
  }
  require(address->key.size() <= limits::kKeyBytes && is_valid_utf8(address->key));
  require(address->key.empty() || !address->bucket.empty());
  // What was understood, encoded anew, is understood the same.
  if (address->virtual_host || address->bucket.empty()) return;
  const auto again = s3::parse_address("/" + uri_encode(address->bucket, false) + "/" + uri_encode(address->key, true), "h", {});
  require(again && again->bucket == address->bucket && again->key == address->key);
}

void query(std::string_view text) {
  const auto parsed = s3::Query::parse(text);
  if (!parsed) return;
  for (const auto& [name, value] : parsed->parameters()) require(is_valid_utf8(name) || name.find('%') == std::string_view::npos);
  (void)parsed->number("max-keys", 1000, 1000, true);
}

void copy_source(std::string_view text) {
  const auto source = s3::parse_copy_source(text);
  if (source) require(!source->bucket.empty() && !source->key.empty() && source->key.size() <= limits::kKeyBytes);
}

void range(std::string_view text, std::uint64_t size_bytes) {
  const auto parsed = s3::parse_range(text, size_bytes);
  if (parsed && *parsed) {
    const auto [offset, length] = **parsed;
    require(length > 0 && offset < size_bytes && length <= size_bytes - offset);
  }
  const auto copy = s3::parse_copy_range(text, size_bytes);
  if (copy) require(copy->length > 0 && copy->offset < size_bytes && copy->length <= size_bytes - copy->offset);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'p':
      path(text);
      break;
    case 'q':
      query(text);
      break;
    case 'c':
      copy_source(text);
      break;
    case 'r':
      range(text, 100);
      break;
    case 'e':
      range(text, 0);
      break;
    case 'h':
      range(text, UINT64_MAX);
      break;
    default:
      break;
  }
  return 0;
}
