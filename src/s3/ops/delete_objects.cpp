// DeleteObjects. Source: AWS S3 API reference.
#include "s3/ops/operations.hpp"

#include "s3/authorize.hpp"
#include "s3/body.hpp"
#include "s3/conditions.hpp"
#include "s3/context.hpp"
#include "s3/responses.hpp"
#include "s3/xml.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"

namespace holdfast::s3::ops {
namespace {

struct DeleteRequest {
  std::vector<storage::DeleteSpec> specs;
  std::vector<std::optional<Error>> refused;  // per spec: why it isn't even tried
  bool quiet = false;
};

Task<Result<>> authorize_key(const Context& context, const storage::DeleteSpec& spec) {
  if (spec.key.size() > limits::kKeyBytes) co_return Error(ErrorCode::KeyTooLongError);
  const storage::ObjectName name{context.bucket(), spec.key, spec.version_id};
  std::string action = spec.version_id.empty() ? "s3:DeleteObject" : "s3:DeleteObjectVersion";
  HOLDFAST_CO_TRY_VOID(co_await context.authorizer.authorize_object(context, std::move(action), name));
  if (!spec.bypass_governance) co_return Result<>();
  std::string bypass = "s3:BypassGovernanceRetention";
  co_return co_await context.authorizer.authorize_object(context, std::move(bypass), name);
}

Task<> authorize_keys(const Context& context, DeleteRequest& request) {
  for (const storage::DeleteSpec& spec : request.specs) {
    auto allowed = co_await authorize_key(context, spec);
    request.refused.push_back(allowed ? std::nullopt : std::optional<Error>(std::move(allowed).error()));
  }
}

Result<storage::DeleteSpec> read_entry(XmlElement entry, bool bypass_governance) {
  storage::DeleteSpec spec;
  spec.key = entry.child("Key").text();
  spec.version_id = entry.child("VersionId").text();
  spec.bypass_governance = bypass_governance;
  if (spec.key.empty()) return ErrorCode::MalformedXML;
  const DeleteConditions conditions{entry.child("ETag").text(), entry.child("LastModifiedTime").text(), entry.child("Size").text()};
  HOLDFAST_TRY(precondition, delete_precondition(conditions));
  spec.precondition = std::move(precondition);
  return spec;
}

Result<DeleteRequest> parse_request(const Context& context, std::string_view body) {
  HOLDFAST_TRY(document, XmlDocument::parse(body, "Delete"));
  const bool bypass = equals_ignoring_case(context.header("x-amz-bypass-governance-retention"), "true");
  DeleteRequest request;
  request.quiet = document.root().child("Quiet").text() == "true";
  for (auto entry = document.root().first_child(); entry; entry = entry.next_sibling()) {
    if (entry.name() != "Object") continue;
    if (request.specs.size() == limits::kListKeys) return ErrorCode::MalformedXML;
    HOLDFAST_TRY(spec, read_entry(entry, bypass));
    request.specs.push_back(std::move(spec));
  }
  if (request.specs.empty()) return ErrorCode::MalformedXML;
  return request;
}

void write_error(XmlWriter& xml, const storage::DeleteSpec& spec, const Error& error) {
  xml.open("Error").element("Key", spec.key);
  if (!spec.version_id.empty()) xml.element("VersionId", spec.version_id);
  xml.element("Code", error.name()).element("Message", error.text()).close();
}

void write_deleted(XmlWriter& xml, const storage::DeleteSpec& spec, const storage::DeleteOutcome& outcome) {
  xml.open("Deleted").element("Key", spec.key);
  if (!spec.version_id.empty()) xml.element("VersionId", spec.version_id);
  if (outcome.delete_marker) xml.boolean("DeleteMarker", true).element("DeleteMarkerVersionId", outcome.version_id);
  xml.close();
}

}  // namespace

Answer delete_objects(Context& context) {
  HOLDFAST_CO_TRY(bucket, context.find_bucket());
  HOLDFAST_CO_TRY(body, co_await read_document(context, limits::kXmlBodyBytes, ErrorCode::MalformedXML));
  HOLDFAST_CO_TRY(request, parse_request(context, body));
  co_await authorize_keys(context, request);
  std::vector<storage::DeleteSpec> allowed;
  for (std::size_t i = 0; i < request.specs.size(); ++i) {
    if (!request.refused[i]) allowed.push_back(request.specs[i]);
  }
  std::vector<Result<storage::DeleteOutcome>> outcomes;
  if (!allowed.empty()) {
    HOLDFAST_CO_TRY(removed, co_await context.engine.remove(bucket->name, std::move(allowed)));
    outcomes = std::move(removed);
  }
  constexpr std::size_t kBytesPerKey = 96;
  XmlWriter xml("DeleteResult", kBytesPerKey * request.specs.size());
  auto outcome = outcomes.begin();
  for (std::size_t i = 0; i < request.specs.size(); ++i) {
    if (request.refused[i]) {
      write_error(xml, request.specs[i], *request.refused[i]);
      continue;
    }
    if (!*outcome) {
      write_error(xml, request.specs[i], outcome->error());
    } else if (!request.quiet) {
      write_deleted(xml, request.specs[i], **outcome);
    }
    ++outcome;
  }
  co_return xml_response(xml);
}

}  // namespace holdfast::s3::ops
