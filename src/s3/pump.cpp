#include "s3/pump.hpp"

#include "s3/address.hpp"
#include "s3/authorize.hpp"
#include "s3/bucket_config.hpp"
#include "s3/conditions.hpp"
#include "s3/context.hpp"
#include "s3/encryption.hpp"
#include "s3/sealed_content.hpp"

namespace holdfast::s3 {
namespace {

// Source pieces are asked for in memory: they pass through the digests.
constexpr std::uint64_t kCopyBlockBytes = 1 << 20;

}  // namespace

Task<Result<>> pump(Body& body, storage::Writer& writer, std::uint64_t max_bytes) {
  std::uint64_t total = 0;
  while (true) {
    HOLDFAST_CO_TRY(bytes, co_await body.next());
    if (bytes.empty()) co_return Result<>();
    total += bytes.size();
    if (total > max_bytes) co_return Error(ErrorCode::EntityTooLarge);
    HOLDFAST_CO_TRY_VOID(co_await writer.write(bytes));
  }
}

Task<Result<hash::VerifiedDigests>> copy_bytes(storage::Reader& reader, ByteRange range, storage::Writer& writer,
                                               hash::Algorithm algorithm) {
  hash::AlgorithmSet algorithms;
  algorithms.add(hash::Algorithm::md5);
  algorithms.add(algorithm);
  hash::Verifier verifier(algorithms);
  verifier.expect_size(range.length);
  std::uint64_t done = 0;
  while (done < range.length) {
    HOLDFAST_CO_TRY(piece, co_await reader.read(range.offset + done, std::min(range.length - done, kCopyBlockBytes), false));
    const auto* bytes = std::get_if<SharedBytes>(&piece);
    if (bytes == nullptr || bytes->bytes.empty()) co_return Error(ErrorCode::InternalError, "the copy's source ended early");
    verifier.update(bytes->bytes);
    HOLDFAST_CO_TRY_VOID(co_await writer.write(bytes->bytes));
    done += bytes->bytes.size();
  }
  co_return verifier.finish();
}

Task<Result<OpenSource>> open_copy_source(Context& context) {
  HOLDFAST_CO_TRY(source, parse_copy_source(context.header("x-amz-copy-source")));
  std::string action = source.version_id.empty() ? "s3:GetObject" : "s3:GetObjectVersion";
  const std::string bucket = source.bucket;
  storage::ObjectName name{source.bucket, source.key, source.version_id};
  HOLDFAST_CO_TRY_VOID(co_await context.authorizer.authorize_object(context, std::move(action), name));
  HOLDFAST_CO_TRY_VOID(check_expected_owner(context, "x-amz-source-expected-bucket-owner", bucket));
  auto reader = co_await context.engine.open(std::move(name));
  if (!reader) co_return hide_missing_key(context, std::move(reader).error(), bucket);
  const storage::ObjectInfo& info = (*reader)->info();
  if (info.delete_marker) co_return Error(source.version_id.empty() ? ErrorCode::NoSuchKey : ErrorCode::InvalidRequest);
  const auto verdict = evaluate(ReadConditions::from_copy_source(context.request), info.etag, info.modified);
  if (verdict != Verdict::proceed) co_return Error(ErrorCode::PreconditionFailed);
  HOLDFAST_CO_TRY(key, co_await find_object_key(context, info, bucket, source.key, CustomerHeaders::copy_source));
  OpenSource opened;
  opened.reader = key ? make_opening_reader(std::move(*reader), *key) : std::move(*reader);
  opened.object_key = key;
  co_return std::move(opened);
}

}  // namespace holdfast::s3
