// The fields of a browser's form upload, as the request that a client with headers would have sent.
// Source: AWS, "POST Object".
#pragma once

#include "s3/context.hpp"

#include "holdfast/auth/post_policy.hpp"
#include "holdfast/http/form.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::s3 {

class PostForm {
 public:
  // Takes the parser's fields, with ${filename} filled in. InvalidArgument for a field given twice, a value that no
  // header could hold, or a missing key; KeyTooLongError.
  static Result<PostForm> make(const http::FormParser& parser, std::string bucket);

  const std::string& key() const noexcept { return key_; }
  std::string_view get(std::string_view name) const noexcept;  // empty if there is none
  // All fields, and "bucket".
  std::vector<auth::HeaderView> fields() const;
  // `original` with the fields that stand for headers in the place of its own. Views live as long as the form.
  http::Request as_request(const http::Request& original) const;

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
  std::string key_;
};

// What a policy says of the form, or that an anonymous one has none. AccessDenied, InvalidPolicyDocument.
Result<std::optional<auth::PostPolicy>> check_post_policy(const PostForm& form, TimePoint now);

}  // namespace holdfast::s3
