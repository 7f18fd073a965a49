// PostObject: browser uploads by form. Source: AWS, "POST Object" and "Browser-Based Uploads Using POST".
#include "s3/authorize.hpp"
#include "s3/body.hpp"
#include "s3/caller.hpp"
#include "s3/checksum.hpp"
#include "s3/context.hpp"
#include "s3/encryption.hpp"
#include "s3/links.hpp"
#include "s3/metadata.hpp"
#include "s3/object_config.hpp"
#include "s3/ops/operations.hpp"
#include "s3/post_form.hpp"
#include "s3/responses.hpp"
#include "s3/tagging.hpp"
#include "s3/xml.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"
#include "holdfast/http/form.hpp"

#include <algorithm>

namespace holdfast::s3::ops {
namespace {

Error not_a_form() {
  Error error(ErrorCode::PreconditionFailed);
  error.details = {{"Condition", "Bucket POST must be of the enclosure-type multipart/form-data"}};
  return error;
}

Error no_file() {
  Error error(ErrorCode::InvalidArgument, "POST requires exactly one file upload per request.");
  error.details = {{"ArgumentName", "file"}, {"ArgumentValue", "0"}};
  return error;
}

// The sizes that the file may have, by the policy and by S3.
struct SizeRange {
  std::uint64_t min_bytes = 0;
  std::uint64_t max_bytes = limits::kObjectBytes;

  Result<> check_max(std::uint64_t size) const {
    if (size <= max_bytes) return {};
    Error error(ErrorCode::EntityTooLarge);
    error.details = {{"ProposedSize", std::to_string(size)}, {"MaxSizeAllowed", std::to_string(max_bytes)}};
    return error;
  }
  Result<> check_min(std::uint64_t size) const {
    if (size >= min_bytes) return {};
    Error error(ErrorCode::EntityTooSmall);
    error.details = {{"ProposedSize", std::to_string(size)}, {"MinSizeAllowed", std::to_string(min_bytes)}};
    return error;
  }
};

// A form on its way in.
struct Upload {
  Body body;
  http::FormParser parser;
  std::vector<ByteView> file;  // content that hasn't been written yet
};

Task<Result<>> read_fields(Upload& upload) {
  while (!upload.parser.file_begun()) {
    HOLDFAST_CO_TRY(bytes, co_await upload.body.next());
    if (bytes.empty()) {
      HOLDFAST_CO_TRY_VOID(upload.parser.finish());
      co_return no_file();
    }
    HOLDFAST_CO_TRY_VOID(upload.parser.parse(bytes, upload.file));
  }
  co_return Result<>();
}

// The file and what follows it, to the verified end of the body.
Task<Result<>> read_file(Upload& upload, storage::Writer& writer, hash::Verifier& verifier, SizeRange range) {
  while (true) {
    for (const ByteView piece : upload.file) {
      verifier.update(piece);
      HOLDFAST_CO_TRY_VOID(range.check_max(verifier.size_bytes()));
      HOLDFAST_CO_TRY_VOID(co_await writer.write(piece));
    }
    upload.file.clear();
    HOLDFAST_CO_TRY(bytes, co_await upload.body.next());
    if (bytes.empty()) break;
    HOLDFAST_CO_TRY_VOID(upload.parser.parse(bytes, upload.file));
  }
  HOLDFAST_CO_TRY_VOID(upload.parser.finish());
  HOLDFAST_CO_TRY_VOID(range.check_min(verifier.size_bytes()));
  const auto verified = upload.body.finish();
  if (!verified) co_return verified.error();
  co_return Result<>();
}

Result<> identify_form(Context& context, const PostForm& form) {
  const auto fields = form.fields();
  HOLDFAST_TRY(authentication, context.authenticator.authenticate_post(fields, context.now));
  return name_caller(context, std::move(authentication));
}

Result<SizeRange> authorize_form(const Context& context, const PostForm& form) {
  HOLDFAST_TRY(policy, check_post_policy(form, context.now));
  HOLDFAST_TRY_VOID(context.authorizer.authorize(context, "s3:PutObject", context.bucket(), context.key()));
  SizeRange range;
  if (policy) range.min_bytes = policy->min_bytes();
  if (policy) range.max_bytes = std::min(range.max_bytes, policy->max_bytes());
  return range;
}

Result<storage::PutSpec> make_spec(const Context& context, const PostForm& form) {
  HOLDFAST_TRY(attributes, attributes_from_request(context));
  if (const auto tagging = form.get("tagging"); !tagging.empty()) {
    HOLDFAST_TRY(tags, parse_tagging(tagging, kObjectTagLimit));
    attributes.tags = std::move(tags);
  }
  HOLDFAST_TRY_VOID(authorize_attributes(context, attributes));
  storage::PutSpec spec;
  spec.bucket = context.bucket();
  spec.key = context.key();
  spec.attributes = std::move(attributes);
  return spec;
}

struct FileDigests {
  hash::Algorithm algorithm = hash::Algorithm::crc64nvme;
  hash::Verifier verifier;
};

Result<FileDigests> make_verifier(const Context& context) {
  HOLDFAST_TRY(named, parse_checksum_algorithm(context.header("x-amz-checksum-algorithm")));
  HOLDFAST_TRY(declared, declared_checksum(context.request));
  const auto algorithm = declared ? declared->algorithm : named.value_or(hash::Algorithm::crc64nvme);
  if (declared && named && *named != algorithm) {
    return Error(ErrorCode::InvalidRequest, "Value for x-amz-checksum-algorithm field is invalid.");
  }
  hash::AlgorithmSet algorithms;
  algorithms.add(hash::Algorithm::md5);
  algorithms.add(algorithm);
  FileDigests digests{algorithm, hash::Verifier(algorithms)};
  if (declared) digests.verifier.expect(algorithm, declared->value, ErrorCode::BadDigest);
  return digests;
}

bool is_redirect(std::string_view url) noexcept { return url.starts_with("http://") || url.starts_with("https://"); }

std::string redirect_url(std::string_view url, const Context& context, const storage::ObjectInfo& object) {
  std::string out(url);
  out += url.find('?') == std::string_view::npos ? "?bucket=" : "&bucket=";
  out += uri_encode(context.bucket(), false);
  out += "&key=" + uri_encode(context.key(), false);
  return out + "&etag=" + uri_encode(quoted(object.etag), false);
}

http::Response created(const Context& context, const storage::ObjectInfo& object) {
  XmlWriter xml("PostResponse", XmlWriter::NoNamespace{});
  xml.element("Location", object_url(context, context.bucket(), context.key()));
  xml.element("Bucket", context.bucket()).element("Key", context.key()).etag("ETag", object.etag);
  http::Response response = xml_response(xml);
  response.status = 201;
  return response;
}

http::Response answer_form(const Context& context, const PostForm& form, const storage::ObjectInfo& object) {
  const auto redirect = form.get("success_action_redirect").empty() ? form.get("redirect") : form.get("success_action_redirect");
  const auto status = form.get("success_action_status");
  http::Response response = empty_response(status == "200" ? 200 : 204);
  if (is_redirect(redirect)) {
    response = empty_response(303);
    response.set("Location", redirect_url(redirect, context, object));
  } else {
    if (status == "201") response = created(context, object);
    response.set("Location", object_url(context, context.bucket(), context.key()));
  }
  response.set("ETag", quoted(object.etag));
  describe_encryption(context, object, response);
  if (object.checksum) set_checksum_headers(response, *object.checksum);
  set_version_id(response, object);
  return response;
}

}  // namespace

Answer post_object(Context& context) {
  HOLDFAST_CO_TRY(bucket, context.find_bucket());
  const auto boundary = http::form_boundary(context.header("content-type"));
  if (!boundary) co_return not_a_form();
  BodyOptions options;
  options.md5 = false;
  HOLDFAST_CO_TRY(body, Body::open(context, options));
  Upload upload{std::move(body), http::FormParser(*boundary), {}};
  HOLDFAST_CO_TRY_VOID(co_await read_fields(upload));

  // From here on the form counts as the request that its fields stand for.
  HOLDFAST_CO_TRY(form, PostForm::make(upload.parser, context.bucket()));
  const http::Request request = form.as_request(context.request);
  Context posted{request,
                 context.stream,
                 context.engine,
                 context.options,
                 context.authorizer,
                 context.authenticator,
                 context.credentials,
                 context.md5_lanes,
                 context.request_id,
                 context.now};
  posted.route = context.route;
  posted.address = context.address;
  posted.address.key = form.key();
  HOLDFAST_CO_TRY_VOID(identify_form(posted, form));
  co_await context.authorizer.load_existing_tags(posted);
  HOLDFAST_CO_TRY(range, authorize_form(posted, form));
  HOLDFAST_CO_TRY(spec, make_spec(posted, form));
  HOLDFAST_CO_TRY(digests, make_verifier(posted));
  HOLDFAST_CO_TRY(encryption, encryption_from_request(posted, *bucket));
  HOLDFAST_CO_TRY(writer, co_await create_object(posted, std::move(spec), encryption));
  HOLDFAST_CO_TRY_VOID(co_await read_file(upload, *writer, digests.verifier, range));
  HOLDFAST_CO_TRY(verified, digests.verifier.finish());
  std::string etag = verified.find(hash::Algorithm::md5)->hex();
  storage::Checksum checksum{digests.algorithm, storage::ChecksumType::full_object, verified.find(digests.algorithm)->base64()};
  HOLDFAST_CO_TRY(object, co_await writer->commit(std::move(verified), std::move(etag), std::move(checksum)));
  co_return answer_form(posted, form, *object);
}

}  // namespace holdfast::s3::ops
