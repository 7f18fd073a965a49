// /api/v1/storage/: files without an SDK (docs/storage-api.md). Each call is one or a few S3 requests of its caller.
#pragma once

#include "admin/console/api.hpp"
#include "admin/console/form_upload.hpp"

#include "holdfast/admin/console.hpp"

#include <string>
#include <string_view>

namespace holdfast::admin {

class StorageApi {
 public:
  StorageApi(storage::Engine& engine, const auth::CredentialStore& credentials, const S3Door& s3, const ConsoleOptions& options)
      : engine_(engine), credentials_(credentials), s3_(s3), options_(options) {}

  // GET health, which asks for no login.
  http::Response health() const;
  // `path` is what follows storage/, still encoded; the caller is known.
  Task<http::Response> answer(const ApiCall& call, std::string_view path);

 private:
  Task<Result<http::Response>> run(const ApiCall& call, std::string_view path);
  Task<Result<http::Response>> upload(const ApiCall& call, std::string bucket);
  Task<Result<http::Response>> upload_staged(const ApiCall& call, std::string bucket, FormUpload& form);
  Task<Result<http::Response>> put(const ApiCall& call, std::string bucket, std::string key, FormUpload& form, std::string access_key);
  Task<Result<http::Response>> download(const ApiCall& call, std::string bucket, std::string key);
  Task<Result<http::Response>> list(const ApiCall& call, std::string bucket);
  Task<Result<http::Response>> info(const ApiCall& call, std::string bucket, std::string key);
  Task<Result<http::Response>> remove(const ApiCall& call, std::string bucket, std::string key);
  Result<http::Response> link(const ApiCall& call, const std::string& bucket, const std::string& key) const;
  Result<std::string> bucket_of(const ApiCall& call) const;
  Result<http::Response> uploaded(const ApiCall& call, const std::string& bucket, const std::string& key, const FormUpload& form,
                                  std::string_view etag) const;

  storage::Engine& engine_;
  const auth::CredentialStore& credentials_;
  const S3Door& s3_;
  const ConsoleOptions& options_;
};

}  // namespace holdfast::admin
