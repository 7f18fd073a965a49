// What the console's pages ask for beside S3 itself (console/openapi.yaml). The caller is known.
#pragma once

#include "admin/console/api.hpp"
#include "admin/console/history.hpp"

#include "holdfast/admin/console.hpp"

#include <string>
#include <string_view>

namespace holdfast::admin {

class ConsoleApi {
 public:
  ConsoleApi(storage::Engine& engine, const auth::CredentialStore& credentials, const S3Door& s3, const ConsoleOptions& options);

  Task<http::Response> answer(const ApiCall& call);

 private:
  Task<Result<http::Response>> run(const ApiCall& call);
  http::Response session(const ApiCall& call) const;
  http::Response buckets(const ApiCall& call) const;
  http::Response allowed(const ApiCall& call) const;
  Task<Result<http::Response>> share(const ApiCall& call) const;
  Result<http::Response> server(const ApiCall& call) const;
  Task<Result<http::Response>> s3(const ApiCall& call, std::string_view path) const;
  // An object for a person: to keep (attachment) or to look at (inline).
  Task<Result<http::Response>> object(const ApiCall& call, std::string_view path, bool inline_content) const;
  bool is_root(const ApiCall& call) const;
  bool may_see(const ApiCall& call, const storage::BucketInfo& bucket) const;

  storage::Engine& engine_;
  const auth::CredentialStore& credentials_;
  const S3Door& s3_;
  const ConsoleOptions& options_;
  History history_;
};

}  // namespace holdfast::admin
