// Access control lists: canned ones, grants in headers and XML, and what they allow.
// Source: AWS, "Access control list (ACL) overview".
//
// Kept as text: a canned ACL's name ("public-read"), or one grant a line ("READ uri=http://...", "FULL_CONTROL id=...").
#pragma once

#include "s3/context.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::s3 {

enum class AclKind : std::uint8_t { bucket, object };
enum class AclPermission : std::uint8_t { full_control, read, write, read_acp, write_acp };

inline constexpr std::string_view kAllUsers = "http://acs.amazonaws.com/groups/global/AllUsers";
inline constexpr std::string_view kAuthenticatedUsers = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
inline constexpr std::string_view kLogDelivery = "http://acs.amazonaws.com/groups/s3/LogDelivery";

struct AclGrant {
  AclPermission permission = AclPermission::full_control;
  bool group = false;
  std::string grantee;  // canonical id, or the group's URI
};
using Acl = std::vector<AclGrant>;

// The grants that stored text stands for. `owner` and `bucket_owner` are canonical ids; empty text is "private".
// InternalError for text that isn't understood.
Result<Acl> expand_acl(std::string_view text, std::string_view owner, std::string_view bucket_owner);

// x-amz-acl or x-amz-grant-* of a request, as text to keep; nullopt if it has neither. InvalidArgument for what isn't
// known, InvalidRequest for both kinds at once, UnresolvableGrantByEmailAddress.
Result<std::optional<std::string>> acl_from_headers(const Context& context, AclKind kind);
// A canned ACL's name: InvalidArgument (ArgumentName `argument`) for one that isn't known.
Result<> check_canned_acl(std::string_view name, std::string_view argument, AclKind kind);

// The document of PutBucketAcl and PutObjectAcl, as text to keep. MalformedACLError, InvalidArgument; AccessDenied for
// another owner.
Result<std::string> parse_acl_document(std::string_view document, std::string_view owner);
std::string render_acl(const Acl& acl, std::string_view owner);

// What PutBucketAcl and PutObjectAcl ask for: headers or a document. MissingSecurityHeader, UnexpectedContent.
Task<Result<std::string>> read_acl_request(Context& context, AclKind kind);

// True if anyone, or anyone with an account, gets something.
bool is_public(const Acl& acl) noexcept;
// May the caller do what needs `permission`? With ignore_public only grants to single accounts count. A grant to the
// bucket owner's account speaks to its root alone: to its users policies speak.
bool allows(const Acl& acl, AclPermission permission, const Caller& caller, std::string_view bucket_owner, bool ignore_public) noexcept;

// What an IAM action needs of the bucket's or the object's ACL; nullopt: no ACL grants it.
std::optional<AclPermission> bucket_permission(std::string_view action) noexcept;
std::optional<AclPermission> object_permission(std::string_view action) noexcept;

// Stored texts.
std::string_view bucket_acl_text(const storage::BucketInfo& bucket) noexcept;
std::string_view object_acl_text(const storage::ObjectAttributes& object) noexcept;
std::string_view owner_of(const storage::BucketInfo& bucket) noexcept;

// Whether this bucket takes that ACL: AccessControlListNotSupported where ACLs are off, AccessDenied for a public one
// where those are blocked.
Result<> check_acl_accepted(const storage::BucketInfo& bucket, std::string_view text);

}  // namespace holdfast::s3
