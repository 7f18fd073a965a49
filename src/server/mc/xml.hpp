// What `holdfast mc` reads of S3's answers.
#pragma once

#include "server/mc/client.hpp"

namespace holdfast::server::mc {

struct Listing {
  std::vector<Entry> entries;
  std::string next;  // continuation token; empty: the last page
};
Result<Listing> parse_listing(const std::string& xml);
Result<std::vector<Entry>> parse_buckets(const std::string& xml);
Error parse_error(int status, const std::string& xml);

}  // namespace holdfast::server::mc
