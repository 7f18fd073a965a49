// Policy documents as AWS has them, and the decision they lead to.
// Source: AWS, "IAM JSON policy elements reference" and "Policy evaluation logic".
#pragma once

#include "holdfast/base/result.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::auth {

// What is asked: who, what, on what, under which circumstances.
struct AccessRequest {
  std::string principal;                                                    // access key's ARN; empty: anonymous
  std::string action;                                                       // "s3:GetObject"
  std::string resource;                                                     // "arn:aws:s3:::bucket/key" or "arn:aws:s3:::bucket"
  std::map<std::string, std::vector<std::string>, std::less<>> conditions;  // condition keys in lower case
};

enum class Decision { allow, deny, neutral };  // neutral: no statement speaks of it

class PolicyDocument {
 public:
  // Identity policies: no Principal. MalformedPolicy with a message that says which element is wrong.
  static Result<PolicyDocument> parse(std::string_view json);
  // Bucket policies: every statement needs a Principal and resources of this bucket.
  static Result<PolicyDocument> parse_bucket_policy(std::string_view json, std::string_view bucket);

  // An explicit Deny wins. Whatever a statement can't make out (a variable without a value, a number that is none) never
  // makes an Allow apply.
  Decision evaluate(const AccessRequest& request) const;
  // What GetBucketPolicyStatus answers: does an Allow statement speak to everyone, without a condition that names fixed
  // addresses, accounts or the like? (AWS, "The meaning of public")
  bool is_public() const;
  // Every condition key and policy variable that the document asks about, in lower case, sorted, each once: so that
  // whoever evaluates it can refuse a document with keys that it never fills in.
  std::vector<std::string> condition_keys() const;
  // Whether it asks about the tags of objects that are there: they have to be read before it can be evaluated.
  bool asks_for_existing_tags() const noexcept { return asks_for_existing_tags_; }

  struct Statement;

 private:
  static PolicyDocument from(std::vector<Statement> statements);

  std::shared_ptr<const std::vector<Statement>> statements_;
  bool asks_for_existing_tags_ = false;
};

// Bucket policies that MinIO's anonymous settings stand for, in the shape that `mc anonymous get` recognises: none or
// private (empty text), download, upload, public. InvalidArgument for any other name.
Result<std::string> canned_bucket_policy(std::string_view name, std::string_view bucket);

}  // namespace holdfast::auth
