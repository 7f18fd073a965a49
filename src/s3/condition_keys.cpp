#include "s3/condition_keys.hpp"

#include "s3/context.hpp"
#include "s3/metadata.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"

#include <algorithm>
#include <array>

namespace holdfast::s3 {
namespace {

constexpr std::array<std::string_view, 23> kOwnKeys{"aws:currenttime",
                                                    "aws:epochtime",
                                                    "aws:groups",
                                                    "aws:principalaccount",
                                                    "aws:principalarn",
                                                    "aws:principaltype",
                                                    "aws:referer",
                                                    "aws:securetransport",
                                                    "aws:sourceip",
                                                    "aws:useragent",
                                                    "aws:userid",
                                                    "aws:username",
                                                    "s3:authtype",
                                                    "s3:delimiter",
                                                    "s3:max-keys",
                                                    "s3:object-lock-legal-hold",
                                                    "s3:object-lock-mode",
                                                    "s3:object-lock-remaining-retention-days",
                                                    "s3:object-lock-retain-until-date",
                                                    "s3:prefix",
                                                    "s3:requestobjecttagkeys",
                                                    "s3:signatureage",
                                                    "s3:signatureversion"};

// Headers (or a presigned URL's parameters) of the same name behind "s3:".
constexpr std::array<std::string_view, 17> kHeaders{"if-match",
                                                    "if-none-match",
                                                    "x-amz-acl",
                                                    "x-amz-content-sha256",
                                                    "x-amz-copy-source",
                                                    "x-amz-grant-full-control",
                                                    "x-amz-grant-read",
                                                    "x-amz-grant-read-acp",
                                                    "x-amz-grant-write",
                                                    "x-amz-grant-write-acp",
                                                    "x-amz-metadata-directive",
                                                    "x-amz-object-ownership",
                                                    "x-amz-server-side-encryption",
                                                    "x-amz-server-side-encryption-aws-kms-key-id",
                                                    "x-amz-server-side-encryption-customer-algorithm",
                                                    "x-amz-storage-class",
                                                    "x-amz-website-redirect-location"};

class Conditions {
 public:
  explicit Conditions(auth::AccessRequest& access) : conditions_(access.conditions) {}
  void add(std::string name, std::string_view value) {
    if (!value.empty()) conditions_[std::move(name)] = {std::string(value)};
  }
  void add_even_empty(std::string name, std::string_view value) { conditions_[std::move(name)] = {std::string(value)}; }
  void add_all(std::string name, std::vector<std::string> values) {
    if (!values.empty()) conditions_[std::move(name)] = std::move(values);
  }

 private:
  std::map<std::string, std::vector<std::string>, std::less<>>& conditions_;
};

std::string_view principal_type(const auth::Principal* principal) noexcept {
  if (principal == nullptr) return "Anonymous";
  if (!principal->session.empty()) return "AssumedRole";
  return principal->is_root() ? "Account" : "User";
}

void add_caller(const Context& context, Conditions& out) {
  const auth::Principal* principal = context.caller.principal.get();
  out.add("aws:principaltype", principal_type(principal));
  if (principal == nullptr) return;
  const std::string& name = principal->is_root() ? principal->access_key : principal->user;
  out.add("aws:username", name);
  out.add("aws:userid", name);
  out.add("aws:principalaccount", principal->account);
  out.add("aws:principalarn", principal->arn());
  out.add_all("aws:groups", principal->groups);
}

void add_signature(const Context& context, Conditions& out) {
  using enum auth::SignatureKind;
  const auto kind = context.authentication.kind;
  if (kind == anonymous) return;
  const bool v4 = kind == v4_header || kind == v4_query || kind == v4_post;
  out.add("s3:signatureversion", v4 ? "AWS4-HMAC-SHA256" : "AWS");
  const bool in_query = kind == v4_query || kind == v2_query;
  const bool in_form = kind == v4_post || kind == v2_post;
  out.add("s3:authtype", in_query ? "REST-QUERY-STRING" : in_form ? "POST" : "REST-HEADER");
  if (!v4) return;
  const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(context.now - context.authentication.signed_at);
  out.add("s3:signatureage", std::to_string(std::max<std::int64_t>(age.count(), 0)));
}

void add_lock(const Context& context, Conditions& out) {
  const auto mode = context.value("x-amz-object-lock-mode");
  const auto until = context.value("x-amz-object-lock-retain-until-date");
  out.add("s3:object-lock-mode", mode);
  out.add("s3:object-lock-retain-until-date", until);
  out.add("s3:object-lock-legal-hold", context.value("x-amz-object-lock-legal-hold"));
  const auto end = parse_iso8601(until);
  if (!end) return;
  const auto days = std::chrono::ceil<std::chrono::days>(*end - context.now);
  out.add("s3:object-lock-remaining-retention-days", std::to_string(days.count()));
}

void add_tags(const Context& context, const storage::Attributes* existing, Conditions& out) {
  if (existing != nullptr) {
    for (const auto& [name, value] : *existing) out.add_even_empty("s3:existingobjecttag/" + ascii_lower(name), value);
  }
  const auto header = context.value("x-amz-tagging");
  if (header.empty()) return;
  const auto tags = parse_tags(header);
  if (!tags) return;
  std::vector<std::string> names;
  for (const auto& [name, value] : *tags) {
    out.add_even_empty("s3:requestobjecttag/" + ascii_lower(name), value);
    names.push_back(name);
  }
  out.add_all("s3:requestobjecttagkeys", std::move(names));
}

}  // namespace

void fill_conditions(const Context& context, const storage::Attributes* existing_tags, auth::AccessRequest& access) {
  Conditions out(access);
  out.add("aws:sourceip", context.request.peer_address);
  out.add("aws:securetransport", context.request.secure ? "true" : "false");
  out.add("aws:currenttime", format_iso8601_millis(context.now));
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(context.now.time_since_epoch());
  out.add("aws:epochtime", std::to_string(seconds.count()));
  out.add("aws:referer", context.header("referer"));
  out.add("aws:useragent", context.header("user-agent"));
  for (const std::string_view name : {"prefix", "delimiter", "max-keys"}) {
    if (const auto value = context.query.find(name)) out.add_even_empty("s3:" + std::string(name), *value);
  }
  out.add("s3:versionid", context.query.get("versionId"));
  for (const std::string_view name : kHeaders) out.add("s3:" + std::string(name), context.value(name));
  add_caller(context, out);
  add_signature(context, out);
  add_lock(context, out);
  add_tags(context, existing_tags, out);
}

bool is_known_condition(std::string_view key) noexcept {
  constexpr std::string_view kS3 = "s3:";
  if (std::ranges::find(kOwnKeys, key) != kOwnKeys.end() || key == "s3:versionid") return true;
  if (key.starts_with("s3:existingobjecttag/") || key.starts_with("s3:requestobjecttag/")) return true;
  return key.starts_with(kS3) && std::ranges::find(kHeaders, key.substr(kS3.size())) != kHeaders.end();
}

}  // namespace holdfast::s3
