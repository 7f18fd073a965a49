// PutBucketEncryption. Source: AWS S3 API reference.
#include "s3/body.hpp"
#include "s3/bucket_config.hpp"
#include "s3/context.hpp"
#include "s3/encryption.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"
#include "s3/xml.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"

namespace holdfast::s3::ops {
namespace {

Result<DefaultEncryption> parse_rule(const Context& context, XmlElement rule) {
  const auto by_default = rule.child("ApplyServerSideEncryptionByDefault");
  const auto algorithm = trim(by_default.child("SSEAlgorithm").text());
  const auto key_id = trim(by_default.child("KMSMasterKeyID").text());
  DefaultEncryption encryption;
  encryption.bucket_key = trim(rule.child("BucketKeyEnabled").text()) == "true";
  if (algorithm == "AES256") {
    if (!key_id.empty()) {
      return Error(ErrorCode::InvalidArgument, "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms");
    }
    HOLDFAST_TRY_VOID(find_master_key(context, {}));
    encryption.kind = Encryption::s3;
    return encryption;
  }
  if (algorithm == "aws:kms:dsse") return Error(ErrorCode::NotImplemented, "Dual-layer encryption (aws:kms:dsse) is not offered.");
  if (algorithm != "aws:kms") return Error(ErrorCode::MalformedXML);
  HOLDFAST_TRY(master_key, find_master_key(context, key_id));
  encryption.kind = Encryption::kms;
  encryption.master_key = master_key;
  return encryption;
}

Result<DefaultEncryption> parse_document(const Context& context, std::string_view body) {
  HOLDFAST_TRY(document, XmlDocument::parse(body, "ServerSideEncryptionConfiguration"));
  const auto rule = document.root().first_child();
  if (!rule || rule.name() != "Rule" || rule.next_sibling()) return Error(ErrorCode::MalformedXML);
  return parse_rule(context, rule);
}

}  // namespace

Answer put_bucket_encryption(Context& context) {
  HOLDFAST_CO_TRY_VOID(context.find_bucket());
  HOLDFAST_CO_TRY(body, co_await read_document(context, limits::kXmlBodyBytes, ErrorCode::MaxMessageLengthExceeded));
  HOLDFAST_CO_TRY(encryption, parse_document(context, body));
  HOLDFAST_CO_TRY_VOID(co_await store_configuration(context, kEncryptionConfiguration, default_encryption_text(encryption)));
  co_return empty_response(200);
}

}  // namespace holdfast::s3::ops
