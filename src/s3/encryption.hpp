// Server-side encryption as requests speak of it: SSE-S3, SSE-KMS and SSE-C. Each object has a random key of its own, which
// is kept with the object, wrapped by a master key or by the customer's key. Sources: AWS, "Protecting data with server-side
// encryption", and the API reference of each operation.
#pragma once

#include "s3/context.hpp"

#include "holdfast/crypto/key.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace holdfast::s3 {

// Property names in ObjectAttributes::properties.
inline constexpr std::string_view kEncryptionProperty = "encryption";                      // AES256, aws:kms, customer
inline constexpr std::string_view kEncryptionKeyProperty = "encryption-key";               // the object's key, wrapped
inline constexpr std::string_view kEncryptionContextProperty = "encryption-context";       // as sent: base64 of JSON
inline constexpr std::string_view kEncryptionBucketKeyProperty = "encryption-bucket-key";  // "true"

enum class Encryption : std::uint8_t { none, s3, kms, customer };
Encryption encryption_of(const storage::ObjectAttributes& attributes) noexcept;
// The ETag of SSE-KMS and SSE-C says nothing of the content; SSE-S3's is the MD5, as AWS has it.
inline bool has_opaque_etag(Encryption encryption) noexcept { return encryption == Encryption::kms || encryption == Encryption::customer; }

// How an object is to be encrypted.
struct EncryptionSpec {
  Encryption kind = Encryption::none;
  std::string master_key;  // of kms; empty: the default one
  std::string context;     // of kms, as sent
  bool bucket_key = false;
  std::optional<crypto::Key> customer_key;
};

// What the headers of a write ask for, else the bucket's default. AWS's errors for what doesn't fit together; InvalidRequest
// for SSE-C without TLS; NotImplemented where there is no master key; KMS_NotFoundException.
Result<EncryptionSpec> encryption_from_request(const Context& context, const storage::BucketInfo& bucket);
// How a copy is encrypted for which nobody says how: as its source, or as SSE-S3 where that had a customer's key.
EncryptionSpec kept_encryption(const Context& context, const storage::ObjectAttributes& source);
// InvalidArgument if the request has headers that only a write which makes an object may have.
Result<> refuse_encryption_spec(const Context& context);

// The key of the headers x-amz-server-side-encryption-customer-*, or of those of a copy's source.
enum class CustomerHeaders : std::uint8_t { object, copy_source };
Result<std::optional<crypto::Key>> customer_key(const Context& context, CustomerHeaders headers);

// A new object's key, wrapped into its attributes; nullopt if it isn't to be encrypted.
Task<Result<std::optional<crypto::Key>>> add_object_key(const Context& context, const EncryptionSpec& spec,
                                                        storage::ObjectAttributes& attributes);
// The same with the key that the object has already: copies that move no content.
Task<Result<>> wrap_object_key(const Context& context, const EncryptionSpec& spec, const crypto::Key& key,
                               storage::ObjectAttributes& attributes);
// The key of an object that is there; nullopt if it isn't encrypted. InvalidRequest if the request has a customer's key and
// the object needs none, or the other way round; AccessDenied for the wrong one; the key service's errors.
Task<Result<std::optional<crypto::Key>>> find_object_key(const Context& context, const storage::ObjectAttributes& attributes,
                                                         std::string bucket, std::string key, CustomerHeaders headers);
// The same for a part of an upload, with the words that AWS has for it.
Task<Result<std::optional<crypto::Key>>> find_upload_key(const Context& context, const storage::UploadInfo& upload);
// The same for requests that need the key for checksums alone: nullopt too where a customer's key was not sent.
Task<Result<std::optional<crypto::Key>>> find_upload_key_if_given(const Context& context, const storage::UploadInfo& upload);
// A checksum as the client may see it: none if it is sealed and there is no key.
std::optional<storage::Checksum> shown_checksum(const storage::ObjectAttributes& attributes, const std::optional<storage::Checksum>& kept,
                                                const std::optional<crypto::Key>& key);

// The reader, opened if the object is encrypted. A delete marker's is given back as it is.
Task<Result<std::unique_ptr<storage::Reader>>> open_content(const Context& context, std::unique_ptr<storage::Reader> reader,
                                                            std::string bucket, std::string key, CustomerHeaders headers);
// Makes the spec an encrypted one if it is to be, and the writer that seals.
Task<Result<std::unique_ptr<storage::ObjectWriter>>> create_object(Context& context, storage::PutSpec spec,
                                                                   const EncryptionSpec& encryption);
// A part's writer; `key` as find_upload_key gave it.
Task<Result<std::unique_ptr<storage::PartWriter>>> create_part(Context& context, const storage::UploadInfo& upload, std::uint32_t number,
                                                               std::optional<std::uint64_t> size_bytes,
                                                               const std::optional<crypto::Key>& key);

// x-amz-server-side-encryption-*: of an answer about an object with these attributes.
void describe_encryption(const Context& context, const storage::ObjectAttributes& attributes, http::Response& response);

// --- default encryption of buckets ---
inline constexpr std::string_view kEncryptionConfiguration = "encryption";  // in BucketInfo::configuration
struct DefaultEncryption {
  Encryption kind = Encryption::none;
  std::string master_key;  // empty: the default one
  bool bucket_key = false;
};
std::string default_encryption_text(const DefaultEncryption& encryption);
DefaultEncryption parse_default_encryption(std::string_view text);
// The master key that an id of a request names: NAME, or an ARN that ends with it. KMS_NotFoundException, NotImplemented.
Result<std::string> find_master_key(const Context& context, std::string_view id);
std::string master_key_arn(std::string_view name);

}  // namespace holdfast::s3
