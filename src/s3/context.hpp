// What an operation gets, and what it may say about its answer beside the Response.
#pragma once

#include "s3/address.hpp"
#include "s3/parsed_cache.hpp"
#include "s3/query.hpp"

#include "holdfast/auth/authenticate.hpp"
#include "holdfast/base/clock.hpp"
#include "holdfast/hash/md5_lanes.hpp"
#include "holdfast/http/message.hpp"
#include "holdfast/s3/service.hpp"
#include "holdfast/storage/engine.hpp"
#include "holdfast/storage/lifecycle_rules.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::s3 {

class Authorizer;
struct Route;

struct Caller {
  std::string access_key;  // empty: anonymous
  bool root = false;
  bool anonymous() const noexcept { return access_key.empty(); }
};

// One request on its way. Lives in the service's coroutine until the answer is ready; never copied or moved.
struct Context {
  const http::Request& request;
  http::BodyStream& stream;  // read through Body or read_document, which verify
  storage::Engine& engine;
  const ServiceOptions& options;
  Authorizer& authorizer;
  const auth::Authenticator& authenticator;
  const auth::CredentialStore& credentials;
  hash::Md5Lanes& md5_lanes;
  std::string request_id;
  TimePoint now;

  ParsedCache<storage::LifecycleRules>* lifecycle = nullptr;  // null: nothing expires

  const Route* route = nullptr;
  Query query{};
  Address address{};
  auth::Authentication authentication{};
  Caller caller{};

  // Sent with whatever comes of the request, an error too (x-amz-delete-marker on a 404, Content-Range on a 416).
  std::vector<std::pair<std::string, std::string>> answer_headers{};

  const std::string& bucket() const noexcept { return address.bucket; }
  const std::string& key() const noexcept { return address.key; }
  std::string_view header(std::string_view lower_name) const noexcept { return request.header(lower_name); }
  // The header, or what a presigned URL says instead: SDKs hoist x-amz-* headers into the signed query.
  std::string_view value(std::string_view lower_name) const noexcept;
  // NoSuchBucket unless the request's bucket is there.
  Result<storage::BucketPtr> find_bucket() const { return engine.bucket(address.bucket); }
  // The version asked for; empty: the current one.
  storage::ObjectName object_name() const { return {address.bucket, address.key, std::string(query.get("versionId"))}; }
};

}  // namespace holdfast::s3
