// Object Lock: its documents, and the rules by which a version's protection may change.
// Source: AWS, "Locking objects with Object Lock".
#pragma once

#include "s3/context.hpp"

#include "holdfast/storage/default_retention.hpp"

#include <string>
#include <string_view>

namespace holdfast::s3 {

// The document of PutObjectLockConfiguration; mode none: no default retention. MalformedXML, InvalidArgument.
Result<storage::DefaultRetention> parse_lock_configuration(std::string_view document);
std::string render_lock_configuration(const storage::DefaultRetention& retention);

// The document of PutObjectRetention; mode none: to be cleared. MalformedXML; InvalidArgument for a date that has passed.
Result<storage::Retention> parse_retention(std::string_view document, TimePoint now);
std::string render_retention(const storage::Retention& retention);
// The document of PutObjectLegalHold. MalformedXML.
Result<bool> parse_legal_hold(std::string_view document);

// AccessDenied unless the retention of a version may become `to`: while it lasts it may be prolonged; all else needs
// the bypass of governance, and compliance knows none.
Result<> check_retention_change(const storage::Retention& from, const storage::Retention& to, bool bypass_governance, TimePoint now);

// InvalidRequest unless the request's bucket has Object Lock.
Result<> require_object_lock(const Context& context);
// InvalidRequest with this text unless the request says what its body's digest is.
Result<> require_integrity(const Context& context, const char* text);
// For the three requests that put a lock document.
Result<> require_document_integrity(const Context& context);
// x-amz-bypass-governance-retention, which needs its own permission.
Result<bool> bypass_governance(const Context& context);

}  // namespace holdfast::s3
