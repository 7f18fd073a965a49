#include "s3/public_access.hpp"

#include "s3/bucket_config.hpp"
#include "s3/xml.hpp"

#include "holdfast/base/encoding.hpp"

#include <algorithm>
#include <array>

namespace holdfast::s3 {
namespace {

struct OwnershipName {
  ObjectOwnership ownership;
  std::string_view name;
};
constexpr std::array<OwnershipName, 3> kOwnerships{{{ObjectOwnership::object_writer, "ObjectWriter"},
                                                    {ObjectOwnership::bucket_owner_preferred, "BucketOwnerPreferred"},
                                                    {ObjectOwnership::bucket_owner_enforced, "BucketOwnerEnforced"}}};

struct Switch {
  std::string_view name;
  bool PublicAccessBlock::*flag;
};
constexpr std::array<Switch, 4> kSwitches{{{"BlockPublicAcls", &PublicAccessBlock::block_public_acls},
                                           {"IgnorePublicAcls", &PublicAccessBlock::ignore_public_acls},
                                           {"BlockPublicPolicy", &PublicAccessBlock::block_public_policy},
                                           {"RestrictPublicBuckets", &PublicAccessBlock::restrict_public_buckets}}};

}  // namespace

ObjectOwnership object_ownership(const storage::BucketInfo& bucket) noexcept {
  const auto found = bucket.configuration.find(kOwnershipConfiguration);
  if (found == bucket.configuration.end()) return ObjectOwnership::object_writer;
  return parse_object_ownership(found->second).value_or(ObjectOwnership::bucket_owner_enforced);  // the narrowest
}

std::optional<ObjectOwnership> parse_object_ownership(std::string_view name) noexcept {
  const auto found = std::ranges::find(kOwnerships, name, &OwnershipName::name);
  if (found == kOwnerships.end()) return std::nullopt;
  return found->ownership;
}

std::string_view object_ownership_name(ObjectOwnership ownership) noexcept {
  return std::ranges::find(kOwnerships, ownership, &OwnershipName::ownership)->name;
}

PublicAccessBlock public_access_block(const storage::BucketInfo& bucket) noexcept {
  PublicAccessBlock block;
  const auto found = bucket.configuration.find(kPublicAccessConfiguration);
  if (found == bucket.configuration.end()) return block;
  for (const Switch& one : kSwitches) block.*one.flag = found->second.find(one.name) != std::string::npos;
  return block;
}

std::string format_public_access_block(const PublicAccessBlock& block) {
  std::string text;
  for (const Switch& one : kSwitches) {
    if (block.*one.flag) text.append(text.empty() ? "" : " ").append(one.name);
  }
  return text;
}

Result<PublicAccessBlock> parse_public_access_block(std::string_view document) {
  HOLDFAST_TRY(xml, XmlDocument::parse(document, "PublicAccessBlockConfiguration"));
  PublicAccessBlock block;
  for (auto element = xml.root().first_child(); element; element = element.next_sibling()) {
    const auto one = std::ranges::find(kSwitches, element.name(), &Switch::name);
    const auto value = trim(element.text());
    const bool on = equals_ignoring_case(value, "true");
    if (one == kSwitches.end() || (!on && !equals_ignoring_case(value, "false"))) return Error(ErrorCode::MalformedXML);
    block.*one->flag = on;
  }
  return block;
}

std::string render_public_access_block(const PublicAccessBlock& block) {
  XmlWriter xml("PublicAccessBlockConfiguration");
  for (const Switch& one : kSwitches) xml.boolean(one.name, block.*one.flag);
  return xml.finish();
}

}  // namespace holdfast::s3
