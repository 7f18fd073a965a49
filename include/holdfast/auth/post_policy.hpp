// The policy document of a browser's form upload: what the signer allows to be posted.
// Source: AWS, "Creating a POST Policy".
#pragma once

#include "holdfast/auth/authenticate.hpp"
#include "holdfast/base/clock.hpp"
#include "holdfast/base/result.hpp"

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::auth {

class PostPolicy {
 public:
  // `base64` is the form's field "policy". InvalidPolicyDocument, with a message that says what is wrong.
  static Result<PostPolicy> parse(std::string_view base64);

  // AccessDenied once it has expired, where a condition doesn't hold, or for a field of which no condition speaks.
  // `fields`: all of the form's before the file, names in lower case, and "bucket", which the address names.
  Result<> check(std::span<const HeaderView> fields, TimePoint now) const;

  // The size that the file may have (content-length-range).
  std::uint64_t min_bytes() const noexcept { return min_bytes_; }
  std::uint64_t max_bytes() const noexcept { return max_bytes_; }

 private:
  friend struct PostPolicyReader;
  struct Condition {
    bool prefix = false;  // starts-with, else eq
    std::string field;    // in lower case, without '$'
    std::string value;
  };
  bool holds(const Condition& condition, std::span<const HeaderView> fields) const;

  TimePoint expiration_;
  std::vector<Condition> conditions_;
  std::uint64_t min_bytes_ = 0;
  std::uint64_t max_bytes_ = std::numeric_limits<std::uint64_t>::max();
};

}  // namespace holdfast::auth
