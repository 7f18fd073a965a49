#include "s3/metadata.hpp"

#include "s3/acl.hpp"
#include "s3/checksum.hpp"
#include "s3/context.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace holdfast::s3 {
namespace {

constexpr std::string_view kUserPrefix = "x-amz-meta-";
constexpr std::size_t kTagKeyCharacters = 128;
constexpr std::size_t kTagValueCharacters = 256;

struct KeptHeader {
  std::string_view name;   // as stored
  std::string_view shown;  // as sent
};
constexpr std::array<KeptHeader, 6> kKeptHeaders{{{"content-type", "Content-Type"},
                                                  {"cache-control", "Cache-Control"},
                                                  {"content-disposition", "Content-Disposition"},
                                                  {"content-encoding", "Content-Encoding"},
                                                  {"content-language", "Content-Language"},
                                                  {"expires", "Expires"}}};

// Those whose objects can be read at once; an archive class would promise a restore that doesn't exist.
constexpr std::array<std::string_view, 7> kStorageClasses{
    "STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "EXPRESS_ONEZONE"};

Error invalid_argument(std::string_view name, std::string_view value) {
  Error error(ErrorCode::InvalidArgument);
  error.details = {{"ArgumentName", std::string(name)}, {"ArgumentValue", std::string(value)}};
  return error;
}

bool is_header_name(std::string_view name) noexcept {
  static constexpr std::string_view kPunctuation = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || kPunctuation.find(c) != std::string_view::npos;
  });
}

bool is_kept(std::string_view name) noexcept {
  return std::ranges::any_of(kKeptHeaders, [name](const KeptHeader& kept) { return kept.name == name; });
}

std::string_view shown_name(std::string_view name) noexcept {
  const auto kept = std::ranges::find(kKeptHeaders, name, &KeptHeader::name);
  return kept == kKeptHeaders.end() ? name : kept->shown;
}

// Header bytes that aren't UTF-8 are ISO 8859-1, HTTP's older reading: sidecars and XML can only hold UTF-8.
std::string as_utf8(std::string_view text) {
  if (is_valid_utf8(text)) return std::string(text);
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xC0U | (byte >> 6U));
      out += static_cast<char>(0x80U | (byte & 0x3FU));
    }
  }
  return out;
}

// aws-chunked speaks of the transfer, not of the object.
std::string without_aws_chunked(std::string_view encodings) {
  std::string kept;
  for (const auto encoding : split(encodings, ',')) {
    const auto name = trim(encoding);
    if (name.empty() || name == "aws-chunked") continue;
    if (!kept.empty()) kept += ',';
    kept += name;
  }
  return kept;
}

void add_header(storage::ObjectAttributes& attributes, std::string_view name, std::string_view value) {
  std::string text = name == "content-encoding" ? without_aws_chunked(value) : as_utf8(value);
  if (!text.empty()) storage::set_attribute(attributes.headers, name, std::move(text));
}

void add_user_metadata(storage::ObjectAttributes& attributes, std::string_view name, std::string_view value) {
  const auto* before = storage::find_attribute(attributes.user_metadata, name);
  std::string text = as_utf8(value);
  if (before != nullptr) text = *before + ',' + text;
  storage::set_attribute(attributes.user_metadata, name, std::move(text));
}

// Presigned URLs carry x-amz-* headers in the query.
Result<> add_metadata_from_query(const Context& context, storage::ObjectAttributes& attributes) {
  for (const auto& [name, value] : context.query.parameters()) {
    if (name.size() <= kUserPrefix.size() || !equals_ignoring_case(name.substr(0, kUserPrefix.size()), kUserPrefix)) continue;
    const auto key = name.substr(kUserPrefix.size());
    if (!is_header_name(key) || !is_header_text(value)) return invalid_argument(name, value);
    add_user_metadata(attributes, ascii_lower(key), value);
  }
  return {};
}

Result<> check_user_metadata(const storage::Attributes& metadata) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : metadata) bytes += name.size() + value.size();
  if (bytes <= limits::kUserMetadataBytes) return {};
  Error error(ErrorCode::MetadataTooLarge);
  error.details = {{"Size", std::to_string(bytes)}, {"MaxSizeAllowed", std::to_string(limits::kUserMetadataBytes)}};
  return error;
}

Result<> read_properties(const Context& context, storage::ObjectAttributes& attributes) {
  HOLDFAST_TRY(acl, acl_from_headers(context, AclKind::object));
  if (acl) {
    HOLDFAST_TRY(bucket, context.find_bucket());
    HOLDFAST_TRY_VOID(check_acl_accepted(*bucket, *acl));
    storage::set_attribute(attributes.properties, kAclProperty, std::move(*acl));
  }
  const auto storage_class = context.value("x-amz-storage-class");
  if (!storage_class.empty()) {
    if (std::ranges::find(kStorageClasses, storage_class) == kStorageClasses.end()) return ErrorCode::InvalidStorageClass;
    if (storage_class != "STANDARD") storage::set_attribute(attributes.properties, kStorageClassProperty, std::string(storage_class));
  }
  const auto redirect = context.value("x-amz-website-redirect-location");
  if (!redirect.empty()) {
    const bool location = redirect.starts_with('/') || redirect.starts_with("http://") || redirect.starts_with("https://");
    if (!location || !is_header_text(redirect)) return invalid_argument("x-amz-website-redirect-location", redirect);
    storage::set_attribute(attributes.properties, kRedirectProperty, as_utf8(redirect));
  }
  return {};
}

Result<> read_retention(const Context& context, storage::Retention& retention) {
  const auto mode = context.value("x-amz-object-lock-mode");
  const auto until = context.value("x-amz-object-lock-retain-until-date");
  if (mode.empty() && until.empty()) return {};
  if (mode.empty() || until.empty()) {
    return Error(ErrorCode::InvalidArgument, "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied");
  }
  if (mode != "GOVERNANCE" && mode != "COMPLIANCE") return Error(ErrorCode::InvalidArgument, "Unknown wormMode directive.");
  const auto date = parse_iso8601(until);
  if (!date) return invalid_argument("x-amz-object-lock-retain-until-date", until);
  if (*date <= context.now) return Error(ErrorCode::InvalidArgument, "The retain until date must be in the future!");
  retention.mode = mode == "GOVERNANCE" ? storage::RetentionMode::governance : storage::RetentionMode::compliance;
  retention.until = *date;
  return {};
}

Result<> read_lock(const Context& context, storage::ObjectAttributes& attributes) {
  HOLDFAST_TRY_VOID(read_retention(context, attributes.retention));
  const auto hold = context.value("x-amz-object-lock-legal-hold");
  if (!hold.empty() && hold != "ON" && hold != "OFF")
    return Error(ErrorCode::InvalidArgument, "Legal Hold must be either of 'ON' or 'OFF'");
  if (!hold.empty()) set_legal_hold(attributes, hold == "ON");
  if (attributes.retention.mode == storage::RetentionMode::none && hold.empty()) return {};
  HOLDFAST_TRY(bucket, context.find_bucket());
  if (!bucket->object_lock) return Error(ErrorCode::InvalidRequest, "Bucket is missing Object Lock Configuration");
  return {};
}

std::size_t characters(std::string_view utf8) noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

// Letters, digits and spaces of any script, and these. Beyond ASCII all counts as a letter.
bool is_tag_text(std::string_view text) noexcept {
  static constexpr std::string_view kPunctuation = " +-=._:/@";
  return std::ranges::all_of(text, [](char c) {
    return static_cast<unsigned char>(c) >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kPunctuation.find(c) != std::string_view::npos;
  });
}

void describe_lock(http::Response& response, const storage::ObjectInfo& object) {
  if (object.retention.mode != storage::RetentionMode::none) {
    response.set("x-amz-object-lock-mode", object.retention.mode == storage::RetentionMode::governance ? "GOVERNANCE" : "COMPLIANCE");
    response.set("x-amz-object-lock-retain-until-date", format_iso8601_millis(object.retention.until));
  }
  if (object.legal_hold) {
    response.set("x-amz-object-lock-legal-hold", "ON");
  } else if (storage::find_attribute(object.properties, kLegalHoldProperty) != nullptr) {
    response.set("x-amz-object-lock-legal-hold", "OFF");
  }
}

}  // namespace

std::string quoted(std::string_view etag) {
  std::string text;
  text.reserve(etag.size() + 2);
  text += '"';
  text += etag;
  text += '"';
  return text;
}

bool is_header_text(std::string_view text) noexcept {
  return std::ranges::none_of(text, [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; });
}

Result<storage::ObjectAttributes> attributes_from_request(const Context& context) {
  storage::ObjectAttributes attributes;
  for (const auto& [name, value] : context.request.headers) {
    if (name.starts_with(kUserPrefix)) {
      add_user_metadata(attributes, name.substr(kUserPrefix.size()), value);
    } else if (is_kept(name)) {
      add_header(attributes, name, value);
    }
  }
  HOLDFAST_TRY_VOID(add_metadata_from_query(context, attributes));
  HOLDFAST_TRY_VOID(check_user_metadata(attributes.user_metadata));
  HOLDFAST_TRY_VOID(read_properties(context, attributes));
  HOLDFAST_TRY_VOID(read_lock(context, attributes));
  const auto tagging = context.value("x-amz-tagging");
  if (!tagging.empty()) {
    HOLDFAST_TRY(tags, parse_tags(tagging));
    attributes.tags = std::move(tags);
  }
  return attributes;
}

void set_legal_hold(storage::ObjectAttributes& attributes, bool on) {
  attributes.legal_hold = on;
  storage::set_attribute(attributes.properties, kLegalHoldProperty, on ? "ON" : "OFF");
}

Result<storage::Attributes> parse_tags(std::string_view header) {
  storage::Attributes tags;
  const auto parsed = Query::parse(header);
  if (!parsed)
    return Error(ErrorCode::InvalidArgument,
                 "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.");
  for (const auto& [name, value] : parsed->parameters()) tags.emplace_back(name, value);
  HOLDFAST_TRY_VOID(check_tags(tags, limits::kObjectTags));
  return tags;
}

Result<> check_tags(const storage::Attributes& tags, std::size_t max_tags) {
  if (tags.size() > max_tags) return Error(ErrorCode::BadRequest, "Object tags cannot be greater than " + std::to_string(max_tags));
  for (auto tag = tags.begin(); tag != tags.end(); ++tag) {
    if (tag->first.starts_with("aws:")) return Error(ErrorCode::InvalidTag, "System tags cannot be added/updated by requester");
    if (tag->first.empty() || characters(tag->first) > kTagKeyCharacters || !is_tag_text(tag->first)) {
      return Error(ErrorCode::InvalidTag, "The TagKey you have provided is invalid");
    }
    if (characters(tag->second) > kTagValueCharacters || !is_tag_text(tag->second)) {
      return Error(ErrorCode::InvalidTag, "The TagValue you have provided is invalid");
    }
    if (std::any_of(tags.begin(), tag, [&](const auto& other) { return other.first == tag->first; })) {
      return Error(ErrorCode::InvalidTag, "Cannot provide multiple Tags with the same key");
    }
  }
  return {};
}

void describe_object(http::Response& response, const storage::ObjectInfo& object, DescribeOptions options) {
  constexpr std::size_t kUsualHeaders = 12;
  response.headers.reserve(kUsualHeaders + object.headers.size() + object.user_metadata.size());
  response.set("Accept-Ranges", "bytes");
  response.set("Last-Modified", format_http_date(object.modified));
  response.set("ETag", quoted(object.etag));
  if (storage::find_attribute(object.headers, "content-type") == nullptr) response.set("Content-Type", "binary/octet-stream");
  for (const auto& [name, value] : object.headers) response.set(std::string(shown_name(name)), value);
  for (const auto& [name, value] : object.user_metadata) response.set(std::string(kUserPrefix) + name, value);
  if (options.versioned) response.set("x-amz-version-id", object.version_id);
  if (const auto* value = storage::find_attribute(object.properties, kStorageClassProperty)) response.set("x-amz-storage-class", *value);
  if (const auto* value = storage::find_attribute(object.properties, kRedirectProperty)) {
    response.set("x-amz-website-redirect-location", *value);
  }
  if (!object.tags.empty()) response.set("x-amz-tagging-count", std::to_string(object.tags.size()));
  describe_lock(response, object);
  if (options.checksum && object.checksum) set_checksum_headers(response, *object.checksum);
}

}  // namespace holdfast::s3
