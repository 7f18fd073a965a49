// What a bucket says about ACLs and public access as such: its object ownership and its public access block.
// Source: AWS, "Controlling ownership of objects" and "Blocking public access to your Amazon S3 storage".
#pragma once

#include "holdfast/base/result.hpp"
#include "holdfast/storage/types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::s3 {

enum class ObjectOwnership : std::uint8_t { object_writer, bucket_owner_preferred, bucket_owner_enforced };

// A bucket that never said so has ObjectWriter: ACLs work, as applications expect that send them.
ObjectOwnership object_ownership(const storage::BucketInfo& bucket) noexcept;
std::optional<ObjectOwnership> parse_object_ownership(std::string_view name) noexcept;
std::string_view object_ownership_name(ObjectOwnership ownership) noexcept;

struct PublicAccessBlock {
  bool block_public_acls = false;        // refuses requests that would set a public ACL
  bool ignore_public_acls = false;       // public ACLs that are there allow nothing
  bool block_public_policy = false;      // refuses public bucket policies
  bool restrict_public_buckets = false;  // a public policy allows nothing to those without an account
};
PublicAccessBlock public_access_block(const storage::BucketInfo& bucket) noexcept;
std::string format_public_access_block(const PublicAccessBlock& block);  // as it is kept

Result<PublicAccessBlock> parse_public_access_block(std::string_view document);  // MalformedXML
std::string render_public_access_block(const PublicAccessBlock& block);

}  // namespace holdfast::s3
