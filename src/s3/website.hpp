// Buckets as websites: pages, redirects and error pages for browsers, which sign nothing.
// Source: AWS, "Hosting a static website using Amazon S3" and "Website endpoints".
#pragma once

#include "s3/context.hpp"
#include "s3/parsed_cache.hpp"
#include "s3/website_config.hpp"

#include <string>
#include <string_view>

namespace holdfast::s3 {

// The bucket whose website `host` (with or without a port) names below `domain`; empty if it names none.
std::string website_bucket(std::string_view host, std::string_view domain);

class Website {
 public:
  // Answers GET and HEAD of context.address, by an anonymous caller; every failure becomes a page. The context's query
  // must be empty: to a website it means nothing.
  Task<http::Response> answer(Context& context, std::string_view host_id);

 private:
  ParsedCache<WebsiteConfiguration> configurations_{kName, parse};
  static constexpr std::string_view kName = "website";
  static Result<WebsiteConfiguration> parse(std::string_view document, const storage::BucketInfo& bucket);
};

}  // namespace holdfast::s3
