#include "s3/encryption.hpp"

#include "s3/sealed_content.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/crypto/aead.hpp"
#include "holdfast/crypto/master_keys.hpp"
#include "holdfast/crypto/object_cipher.hpp"
#include "holdfast/hash/digest.hpp"

#include <array>

namespace holdfast::s3 {
namespace {

constexpr std::string_view kAlgorithmHeader = "x-amz-server-side-encryption";
constexpr std::string_view kKeyIdHeader = "x-amz-server-side-encryption-aws-kms-key-id";
constexpr std::string_view kContextHeader = "x-amz-server-side-encryption-context";
constexpr std::string_view kBucketKeyHeader = "x-amz-server-side-encryption-bucket-key-enabled";

// Of the customer's key, wrapped into an object: c1:<base64url>.
constexpr std::string_view kCustomerFormat = "c1:";
constexpr std::size_t kContextBytes = 8192;

struct CustomerHeaderNames {
  std::string_view algorithm;
  std::string_view key;
  std::string_view md5;
};
constexpr std::array<CustomerHeaderNames, 2> kCustomerHeaders{
    {{"x-amz-server-side-encryption-customer-algorithm", "x-amz-server-side-encryption-customer-key",
      "x-amz-server-side-encryption-customer-key-md5"},
     {"x-amz-copy-source-server-side-encryption-customer-algorithm", "x-amz-copy-source-server-side-encryption-customer-key",
      "x-amz-copy-source-server-side-encryption-customer-key-md5"}}};

const CustomerHeaderNames& names_of(CustomerHeaders headers) noexcept { return kCustomerHeaders[static_cast<std::size_t>(headers)]; }

Error invalid_argument(std::string message, std::string_view header, std::string_view value) {
  Error error(ErrorCode::InvalidArgument, std::move(message));
  error.details = {{"ArgumentName", std::string(header)}, {"ArgumentValue", std::string(value)}};
  return error;
}

Error customer_error(std::string_view what, std::string_view header) {
  return invalid_argument("Requests specifying Server Side Encryption with Customer provided keys must provide " + std::string(what) + ".",
                          header, "null");
}

Error no_master_key() {
  return {ErrorCode::NotImplemented,
          "Server side encryption was asked for, but this server has no master key. Set MINIO_KMS_SECRET_KEY=name:base64-of-32-bytes."};
}

Result<> require_secure(const Context& context) {
  if (context.request.secure || context.options.insecure_sse_c) return {};
  return Error(ErrorCode::InvalidRequest,
               "Requests specifying Server Side Encryption with Customer provided keys must be made over a secure connection. (Serve "
               "HTTPS, or start the server with --insecure-sse-c where the network itself can be trusted.)");
}

std::string_view kind_name(Encryption kind) noexcept {
  switch (kind) {
    case Encryption::s3:
      return "AES256";
    case Encryption::kms:
      return "aws:kms";
    case Encryption::customer:
      return "customer";
    case Encryption::none:
      break;
  }
  return {};
}

std::string property(const storage::ObjectAttributes& attributes, std::string_view name) {
  const std::string* value = storage::find_attribute(attributes.properties, name);
  return value == nullptr ? std::string() : *value;
}

// What a wrapped key is bound to. Copies wrap it anew.
std::string wrap_context(std::string_view bucket, std::string_view key, std::string_view kms_context) {
  std::string context = "object";
  return context.append(1, '\0').append(bucket).append(1, '\0').append(key).append(1, '\0').append(kms_context);
}

std::string wrap_for_customer(const crypto::Key& customer, const crypto::Key& key, const std::string& context) {
  return std::string(kCustomerFormat) + base64url_encode(as_bytes(crypto::seal(customer, key.bytes(), as_bytes(context))));
}

std::optional<crypto::Key> unwrap_from_customer(const crypto::Key& customer, std::string_view wrapped, const std::string& context) {
  if (!wrapped.starts_with(kCustomerFormat)) return std::nullopt;
  const auto sealed = base64url_decode(wrapped.substr(kCustomerFormat.size()));
  if (!sealed) return std::nullopt;
  const auto key = crypto::open(customer, *sealed, as_bytes(context));
  return key ? crypto::Key::from(key->bytes()) : std::nullopt;
}

Result<EncryptionSpec> spec_from_header(const Context& context, std::string_view algorithm) {
  EncryptionSpec spec;
  const auto key_id = context.value(kKeyIdHeader);
  if (algorithm == "AES256") {
    if (!key_id.empty()) {
      return invalid_argument("Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms",
                              kAlgorithmHeader, algorithm);
    }
    if (context.options.keys == nullptr) return no_master_key();
    spec.kind = Encryption::s3;
    return spec;
  }
  if (algorithm == "aws:kms:dsse") return Error(ErrorCode::NotImplemented, "Dual-layer encryption (aws:kms:dsse) is not offered.");
  if (algorithm != "aws:kms") return invalid_argument("The encryption method specified is not supported", kAlgorithmHeader, algorithm);
  spec.kind = Encryption::kms;
  HOLDFAST_TRY(master_key, find_master_key(context, key_id));
  spec.master_key = master_key;
  spec.context = context.value(kContextHeader);
  if (spec.context.size() > kContextBytes || (!spec.context.empty() && !base64_decode(spec.context))) {
    return invalid_argument(
        "The header x-amz-server-side-encryption-context shall be Base64-encoded UTF-8 string holding JSON which "
        "represents a string-string map",
        kContextHeader, {});
  }
  spec.bucket_key = equals_ignoring_case(context.value(kBucketKeyHeader), "true");
  return spec;
}

Result<EncryptionSpec> default_spec(const Context& context, const storage::BucketInfo& bucket) {
  EncryptionSpec spec;
  const auto configured = bucket.configuration.find(kEncryptionConfiguration);
  if (configured == bucket.configuration.end()) {
    if (context.options.auto_encryption) spec.kind = Encryption::s3;
  } else {
    auto chosen = parse_default_encryption(configured->second);
    spec.kind = chosen.kind;
    spec.master_key = std::move(chosen.master_key);
    spec.bucket_key = chosen.bucket_key;
  }
  if (spec.kind != Encryption::none && context.options.keys == nullptr) return no_master_key();
  return spec;
}

Error wrong_customer_key() {
  return {ErrorCode::AccessDenied,
          "Requests specifying Server Side Encryption with Customer provided keys must provide the correct secret key."};
}

}  // namespace

Encryption encryption_of(const storage::ObjectAttributes& attributes) noexcept {
  const std::string* kind = storage::find_attribute(attributes.properties, kEncryptionProperty);
  if (kind == nullptr) return Encryption::none;
  if (*kind == "AES256") return Encryption::s3;
  return *kind == "aws:kms" ? Encryption::kms : Encryption::customer;
}

Result<std::optional<crypto::Key>> customer_key(const Context& context, CustomerHeaders headers) {
  const CustomerHeaderNames& names = names_of(headers);
  const auto algorithm = context.value(names.algorithm);
  const auto key_text = context.value(names.key);
  const auto md5_text = context.value(names.md5);
  if (algorithm.empty() && key_text.empty() && md5_text.empty()) return std::optional<crypto::Key>();
  HOLDFAST_TRY_VOID(require_secure(context));
  if (algorithm.empty()) return customer_error("a valid encryption algorithm", names.algorithm);
  if (algorithm != "AES256") {
    Error error(ErrorCode::InvalidEncryptionAlgorithmError, "The encryption request you specified is not valid. Supported value: AES256.");
    error.details = {{"ArgumentName", std::string(names.algorithm)}, {"ArgumentValue", std::string(algorithm)}};
    return error;
  }
  if (key_text.empty()) return customer_error("an appropriate secret key", names.key);
  if (md5_text.empty()) return customer_error("the client calculated MD5 of the secret key", names.md5);
  auto bytes = base64_decode(key_text);
  const auto key = bytes ? crypto::Key::from(*bytes) : std::nullopt;
  if (bytes) crypto::wipe(*bytes);
  if (!key) return invalid_argument("The secret key was invalid for the specified algorithm.", names.key, {});
  if (!constant_time_equal(hash::digest(hash::Algorithm::md5, key->bytes()).base64(), md5_text)) {
    return invalid_argument("The calculated MD5 hash of the key did not match the hash that was provided.", names.md5, {});
  }
  return key;
}

Result<EncryptionSpec> encryption_from_request(const Context& context, const storage::BucketInfo& bucket) {
  const auto algorithm = context.value(kAlgorithmHeader);
  HOLDFAST_TRY(customer, customer_key(context, CustomerHeaders::object));
  if (customer) {
    if (!algorithm.empty()) {
      return invalid_argument("Server Side Encryption with Customer provided key is incompatible with the encryption method specified",
                              kAlgorithmHeader, algorithm);
    }
    EncryptionSpec spec;
    spec.kind = Encryption::customer;
    spec.customer_key = customer;
    return spec;
  }
  if (!algorithm.empty()) return spec_from_header(context, algorithm);
  if (!context.value(kKeyIdHeader).empty()) {
    return invalid_argument("Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms",
                            kAlgorithmHeader, "null");
  }
  return default_spec(context, bucket);
}

EncryptionSpec kept_encryption(const Context& context, const storage::ObjectAttributes& source) {
  EncryptionSpec spec;
  spec.kind = Encryption::s3;
  if (encryption_of(source) != Encryption::kms) return spec;
  spec.kind = Encryption::kms;
  spec.context = property(source, kEncryptionContextProperty);
  spec.bucket_key = !property(source, kEncryptionBucketKeyProperty).empty();
  const std::string wrapped = property(source, kEncryptionKeyProperty);
  const auto name = crypto::master_key_of(wrapped);
  if (context.options.keys->has_key(name)) spec.master_key = name;
  return spec;
}

Result<> refuse_encryption_spec(const Context& context) {
  for (const auto header : {kAlgorithmHeader, kKeyIdHeader, kContextHeader}) {
    if (context.value(header).empty()) continue;
    return invalid_argument(std::string(header) + " header is not supported for this operation.", header, context.value(header));
  }
  return {};
}

Task<Result<>> wrap_object_key(const Context& context, const EncryptionSpec& spec, const crypto::Key& key,
                               storage::ObjectAttributes& attributes) {
  std::string bound = wrap_context(context.bucket(), context.key(), spec.context);
  std::string wrapped;
  if (spec.kind == Encryption::customer) {
    wrapped = wrap_for_customer(*spec.customer_key, key, bound);
  } else {
    HOLDFAST_CO_TRY(by_master_key, co_await context.options.keys->wrap(key, std::move(bound), spec.master_key));
    wrapped = std::move(by_master_key);
  }
  storage::set_attribute(attributes.properties, kEncryptionProperty, std::string(kind_name(spec.kind)));
  storage::set_attribute(attributes.properties, kEncryptionKeyProperty, std::move(wrapped));
  if (!spec.context.empty()) storage::set_attribute(attributes.properties, kEncryptionContextProperty, spec.context);
  if (spec.bucket_key) storage::set_attribute(attributes.properties, kEncryptionBucketKeyProperty, "true");
  co_return Result<>();
}

Task<Result<std::optional<crypto::Key>>> add_object_key(const Context& context, const EncryptionSpec& spec,
                                                        storage::ObjectAttributes& attributes) {
  if (spec.kind == Encryption::none) co_return std::optional<crypto::Key>();
  const crypto::Key key = crypto::Key::random();
  HOLDFAST_CO_TRY_VOID(co_await wrap_object_key(context, spec, key, attributes));
  co_return std::optional<crypto::Key>(key);
}

Task<Result<std::optional<crypto::Key>>> find_object_key(const Context& context, const storage::ObjectAttributes& attributes,
                                                         std::string bucket, std::string key, CustomerHeaders headers) {
  HOLDFAST_CO_TRY(customer, customer_key(context, headers));
  const Encryption kind = encryption_of(attributes);
  if (customer && kind != Encryption::customer) {
    co_return Error(ErrorCode::InvalidRequest, "The encryption parameters are not applicable to this object.");
  }
  if (kind == Encryption::none) co_return std::optional<crypto::Key>();
  std::string bound = wrap_context(bucket, key, property(attributes, kEncryptionContextProperty));
  std::string wrapped = property(attributes, kEncryptionKeyProperty);
  if (kind == Encryption::customer) {
    HOLDFAST_CO_TRY_VOID(require_secure(context));
    if (!customer) {
      co_return Error(ErrorCode::InvalidRequest,
                      "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve "
                      "the object.");
    }
    auto opened = unwrap_from_customer(*customer, wrapped, bound);
    if (!opened) co_return wrong_customer_key();
    co_return std::move(opened);
  }
  if (context.options.keys == nullptr) co_return no_master_key();
  HOLDFAST_CO_TRY(opened, co_await context.options.keys->unwrap(std::move(wrapped), std::move(bound)));
  co_return std::optional<crypto::Key>(opened);
}

Task<Result<std::optional<crypto::Key>>> find_upload_key(const Context& context, const storage::UploadInfo& upload) {
  HOLDFAST_CO_TRY_VOID(refuse_encryption_spec(context));
  HOLDFAST_CO_TRY(customer, customer_key(context, CustomerHeaders::object));
  const bool by_customer = encryption_of(upload.attributes) == Encryption::customer;
  if (by_customer && !customer) {
    co_return Error(ErrorCode::InvalidRequest,
                    "The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption "
                    "parameters.");
  }
  if (!by_customer && customer) {
    co_return Error(ErrorCode::InvalidRequest,
                    "The multipart upload initiate did not request encryption. Please resend the request without sending encryption "
                    "parameters.");
  }
  auto key = co_await find_object_key(context, upload.attributes, upload.bucket, upload.key, CustomerHeaders::object);
  if (!key && by_customer && key.error().code == ErrorCode::AccessDenied) {
    co_return Error(ErrorCode::InvalidRequest, "The provided encryption parameters did not match the ones used originally.");
  }
  co_return std::move(key);
}

Task<Result<std::optional<crypto::Key>>> find_upload_key_if_given(const Context& context, const storage::UploadInfo& upload) {
  const bool sent = !context.value(names_of(CustomerHeaders::object).key).empty();
  if (encryption_of(upload.attributes) == Encryption::customer && !sent) co_return std::optional<crypto::Key>();
  co_return co_await find_upload_key(context, upload);
}

std::optional<storage::Checksum> shown_checksum(const storage::ObjectAttributes& attributes, const std::optional<storage::Checksum>& kept,
                                                const std::optional<crypto::Key>& key) {
  if (encryption_of(attributes) == Encryption::none) return kept;
  return key ? open_checksum(kept, *key) : std::nullopt;
}

Task<Result<std::unique_ptr<storage::Reader>>> open_content(const Context& context, std::unique_ptr<storage::Reader> reader,
                                                            std::string bucket, std::string key, CustomerHeaders headers) {
  if (reader->info().delete_marker) co_return std::move(reader);
  HOLDFAST_CO_TRY(object_key, co_await find_object_key(context, reader->info(), std::move(bucket), std::move(key), headers));
  if (object_key) reader = make_opening_reader(std::move(reader), *object_key);
  co_return std::move(reader);
}

Task<Result<std::unique_ptr<storage::ObjectWriter>>> create_object(Context& context, storage::PutSpec spec,
                                                                   const EncryptionSpec& encryption) {
  HOLDFAST_CO_TRY(object_key, co_await add_object_key(context, encryption, spec.attributes));
  if (object_key) spec.stored_size = &crypto::sealed_size;
  HOLDFAST_CO_TRY(writer, co_await context.engine.create(std::move(spec)));
  if (object_key) writer = make_sealing_writer(std::move(writer), *object_key, has_opaque_etag(encryption.kind));
  co_return std::move(writer);
}

Task<Result<std::unique_ptr<storage::PartWriter>>> create_part(Context& context, const storage::UploadInfo& upload, std::uint32_t number,
                                                               std::optional<std::uint64_t> size_bytes,
                                                               const std::optional<crypto::Key>& key) {
  const storage::StoredSize stored_size = key ? &crypto::sealed_size : nullptr;
  HOLDFAST_CO_TRY(writer,
                  co_await context.engine.create_part(upload.bucket, upload.key, upload.upload_id, number, size_bytes, stored_size));
  if (key) writer = make_sealing_writer(std::move(writer), *key, number, has_opaque_etag(encryption_of(upload.attributes)));
  co_return std::move(writer);
}

void describe_encryption(const Context& context, const storage::ObjectAttributes& attributes, http::Response& response) {
  const Encryption kind = encryption_of(attributes);
  if (kind == Encryption::none) return;
  if (kind == Encryption::customer) {
    const CustomerHeaderNames& names = names_of(CustomerHeaders::object);
    response.set(std::string(names.algorithm), "AES256");
    const auto md5 = context.value(names.md5);
    if (!md5.empty()) response.set("x-amz-server-side-encryption-customer-key-MD5", std::string(md5));
    return;
  }
  response.set(std::string(kAlgorithmHeader), std::string(kind_name(kind)));
  if (kind != Encryption::kms) return;
  const std::string wrapped = property(attributes, kEncryptionKeyProperty);
  response.set(std::string(kKeyIdHeader), master_key_arn(crypto::master_key_of(wrapped)));
  if (!property(attributes, kEncryptionBucketKeyProperty).empty()) response.set(std::string(kBucketKeyHeader), "true");
}

std::string default_encryption_text(const DefaultEncryption& encryption) {
  std::string text(kind_name(encryption.kind));
  if (encryption.bucket_key) text += " bucket-key";
  if (!encryption.master_key.empty()) text += " key=" + encryption.master_key;
  return text;
}

DefaultEncryption parse_default_encryption(std::string_view text) {
  DefaultEncryption encryption;
  for (const auto word : split(text, ' ')) {
    if (word == "AES256") encryption.kind = Encryption::s3;
    if (word == "aws:kms") encryption.kind = Encryption::kms;
    if (word == "bucket-key") encryption.bucket_key = true;
    if (word.starts_with("key=")) encryption.master_key = word.substr(4);
  }
  return encryption;
}

Result<std::string> find_master_key(const Context& context, std::string_view id) {
  if (context.options.keys == nullptr) return no_master_key();
  std::string_view name = id;
  if (name.starts_with("arn:")) name.remove_prefix(name.find_last_of(":/") + 1);
  if (name.empty() && id.empty()) return std::string();
  if (context.options.keys->has_key(name)) return std::string(name);
  return Error(ErrorCode::KMS_NotFoundException, "Invalid keyId '" + std::string(id) + "': this server has no master key of that name.");
}

std::string master_key_arn(std::string_view name) { return "arn:aws:kms:" + std::string(name); }

}  // namespace holdfast::s3
