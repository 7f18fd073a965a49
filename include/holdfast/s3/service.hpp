// S3 over HTTP: request id -> address -> route -> authenticate -> authorize -> operation -> render.
#pragma once

#include "holdfast/auth/authenticate.hpp"
#include "holdfast/http/message.hpp"
#include "holdfast/s3/observer.hpp"
#include "holdfast/storage/engine.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace holdfast::crypto {
class KeyService;
}

namespace holdfast::s3 {

struct ServiceOptions {
  std::string region;                     // empty: any
  std::vector<std::string> domains;       // MINIO_DOMAIN: virtual-host style under these
  std::string public_url;                 // MINIO_SERVER_URL
  std::vector<std::string> host_aliases;  // HOLDFAST_HOST_ALIASES
  std::string cors_allow_origin = "*";    // MINIO_API_CORS_ALLOW_ORIGIN
  bool allow_signature_v2 = true;
  bool ignore_public_acls = false;     // HOLDFAST_IGNORE_PUBLIC_ACLS: new buckets are made with IgnorePublicAcls
  crypto::KeyService* keys = nullptr;  // master keys; must outlive the service. Null: none, SSE-S3 and SSE-KMS are refused
  bool auto_encryption = false;        // MINIO_KMS_AUTO_ENCRYPTION: SSE-S3 where neither request nor bucket says anything
  bool insecure_sse_c = false;         // customers' keys may come over plain HTTP
  bool default_credentials = false;    // root is minioadmin:minioadmin: loopback only
};

// Called for requests under /minio/ (health, metrics, admin) before S3 routing; `minio` is no bucket name.
using ReservedHandler = std::function<Task<http::Response>(const http::Request&, http::BodyStream&)>;

class S3Service : public http::Handler {
 public:
  // What this request would get if `access_key` had signed it, for callers who have shown in another way who they are
  // (the console's sessions). Addresses are path style; an error is not rendered. Authorised like any other.
  virtual Task<Result<http::Response>> call(std::string access_key, std::string request_id, const http::Request& request,
                                            http::BodyStream& body) = 0;
  // Whether that caller may do `action` ("s3:ListBucket") on the key, or on the bucket if `key` is empty: AccessDenied,
  // NoSuchBucket. ACLs of objects are not looked at.
  virtual Result<> authorize(const std::string& access_key, const http::Request& request, std::string_view action, std::string_view bucket,
                             std::string_view key) = 0;
};

// All references, and the observers, must outlive the service and every response it made.
std::unique_ptr<S3Service> make_service(storage::Engine& engine, const auth::CredentialStore& credentials, const Clock& clock,
                                        ServiceOptions options, ReservedHandler reserved, std::vector<RequestObserver*> observers = {});

}  // namespace holdfast::s3
