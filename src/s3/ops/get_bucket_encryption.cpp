// GetBucketEncryption. Source: AWS S3 API reference.
#include "s3/bucket_config.hpp"
#include "s3/context.hpp"
#include "s3/encryption.hpp"
#include "s3/ops/operations.hpp"
#include "s3/responses.hpp"
#include "s3/xml.hpp"

namespace holdfast::s3::ops {

Answer get_bucket_encryption(Context& context) {
  HOLDFAST_CO_TRY(text, find_configuration(context, kEncryptionConfiguration, ErrorCode::ServerSideEncryptionConfigurationNotFoundError));
  const DefaultEncryption encryption = parse_default_encryption(text);
  XmlWriter xml("ServerSideEncryptionConfiguration");
  xml.open("Rule").open("ApplyServerSideEncryptionByDefault");
  xml.plain("SSEAlgorithm", encryption.kind == Encryption::kms ? "aws:kms" : "AES256");
  if (!encryption.master_key.empty()) xml.element("KMSMasterKeyID", encryption.master_key);
  xml.close().boolean("BucketKeyEnabled", encryption.bucket_key).close();
  co_return xml_response(xml);
}

}  // namespace holdfast::s3::ops
