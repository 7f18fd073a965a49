// The policies that every account has, in MinIO's words, which clients show and compare.
#include "holdfast/auth/identities.hpp"

namespace holdfast::auth {
namespace {

constexpr const char* kReadOnly =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetBucketLocation","s3:GetObject"],"Resource":["arn:aws:s3:::*"]}]})";
constexpr const char* kReadWrite =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*"],"Resource":["arn:aws:s3:::*"]}]})";
constexpr const char* kWriteOnly =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:PutObject"],"Resource":["arn:aws:s3:::*"]}]})";
constexpr const char* kDiagnostics =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["admin:Profiling","admin:ServerTrace","admin:ConsoleLog",)"
    R"("admin:ServerInfo","admin:TopLocksInfo","admin:OBDInfo","admin:BandwidthMonitor","admin:Prometheus"],"Resource":["arn:aws:s3:::*"]}]})";
constexpr const char* kConsoleAdmin =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["admin:*"]},{"Effect":"Allow","Action":["kms:*"]},)"
    R"({"Effect":"Allow","Action":["s3:*"],"Resource":["arn:aws:s3:::*"]}]})";

}  // namespace

const std::vector<ManagedPolicy>& built_in_policies() {
  static const std::vector<ManagedPolicy> policies{{"consoleAdmin", kConsoleAdmin, {}, {}},
                                                   {"diagnostics", kDiagnostics, {}, {}},
                                                   {"readonly", kReadOnly, {}, {}},
                                                   {"readwrite", kReadWrite, {}, {}},
                                                   {"writeonly", kWriteOnly, {}, {}}};
  return policies;
}

}  // namespace holdfast::auth
