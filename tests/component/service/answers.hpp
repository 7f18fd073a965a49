// Reading answers in tests.
#pragma once

#include "component/service/harness.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace holdfast::s3::test {

// The inner text of every <name>...</name> in `body`, in order.
inline std::vector<std::string> texts(std::string_view body, std::string_view name) {
  const std::string open = "<" + std::string(name) + ">";
  const std::string close = "</" + std::string(name) + ">";
  std::vector<std::string> found;
  std::size_t at = 0;
  while ((at = body.find(open, at)) != std::string_view::npos) {
    const auto begin = at + open.size();
    const auto end = body.find(close, begin);
    if (end == std::string_view::npos) break;
    found.emplace_back(body.substr(begin, end - begin));
    at = end + close.size();
  }
  return found;
}

inline std::vector<std::string> keys_of(const Reply& listing) { return texts(listing.body, "Key"); }

inline std::vector<std::string> prefixes_of(const Reply& listing) {
  std::vector<std::string> prefixes;
  for (const auto& group : texts(listing.body, "CommonPrefixes")) prefixes.push_back(texts(group, "Prefix").at(0));
  return prefixes;
}

inline std::string md5_base64(std::string_view text) { return hash::digest(hash::Algorithm::md5, as_bytes(text)).base64(); }
inline std::string checksum_base64(hash::Algorithm algorithm, std::string_view text) {
  return hash::digest(algorithm, as_bytes(text)).base64();
}
inline std::string without_quotes(std::string etag) {
  std::erase(etag, '"');
  return etag;
}

}  // namespace holdfast::s3::test
