#include "s3/address.hpp"

#include "holdfast/base/limits.hpp"

#include <gtest/gtest.h>

namespace holdfast::s3 {
namespace {

const std::vector<std::string> kNoDomains;
const std::vector<std::string> kDomains = {"s3.example.org", "example.org"};

Address parse(std::string_view path, std::string_view host = "localhost:9000", const std::vector<std::string>& domains = kNoDomains) {
  return *parse_address(path, host, domains);
}
ErrorCode failure(std::string_view path) { return parse_address(path, "h", kNoDomains).error().code; }

TEST(AddressTest, PathStyle) {
  EXPECT_EQ(parse("/").bucket, "");
  EXPECT_EQ(parse("/bucket").bucket, "bucket");
  EXPECT_EQ(parse("/bucket").key, "");
  EXPECT_EQ(parse("/bucket/").key, "");
  EXPECT_EQ(parse("/bucket/a/b").key, "a/b");
}

TEST(AddressTest, SlashesAndDotsMeanNothing) {
  EXPECT_EQ(parse("/bucket//").key, "/");
  EXPECT_EQ(parse("/bucket/dir/").key, "dir/");
  EXPECT_EQ(parse("/bucket/a//b").key, "a//b");
  EXPECT_EQ(parse("/bucket/a/../b").key, "a/../b");
  EXPECT_EQ(parse("/bucket/../../../etc/passwd").key, "../../../etc/passwd");
  EXPECT_EQ(parse("/bucket/.").key, ".");
}

TEST(AddressTest, KeysAreDecodedOnce) {
  EXPECT_EQ(parse("/bucket/a%2Fb").key, "a/b");
  EXPECT_EQ(parse("/bucket/a%252Fb").key, "a%2Fb");
  EXPECT_EQ(parse("/bucket/a+b").key, "a+b");
  EXPECT_EQ(parse("/bucket/a%20b%25=").key, "a b%=");
  EXPECT_EQ(parse("/bucket/%F0%9F%98%80").key, "\xF0\x9F\x98\x80");
  EXPECT_EQ(parse("/bucket/%01%0A").key, "\x01\n");
}

TEST(AddressTest, VirtualHost) {
  const auto plain = parse("/key/x", "bucket.s3.example.org:9000", kDomains);
  EXPECT_TRUE(plain.virtual_host);
  EXPECT_EQ(plain.bucket, "bucket");
  EXPECT_EQ(plain.key, "key/x");
  EXPECT_EQ(parse("/", "Bucket.S3.EXAMPLE.org", kDomains).bucket, "bucket");
  EXPECT_EQ(parse("//", "bucket.s3.example.org", kDomains).key, "/");
  EXPECT_EQ(parse("/k", "a.b.s3.example.org", kDomains).bucket, "a.b");
  EXPECT_FALSE(parse("/bucket/k", "s3.example.org", {"s3.example.org"}).virtual_host);
  EXPECT_FALSE(parse("/bucket/k", "evil-s3.example.org", {"s3.example.org"}).virtual_host);
  EXPECT_FALSE(parse("/bucket/k", "[::1]:9000", kDomains).virtual_host);
}

TEST(AddressTest, WhatCannotBeAKey) {
  EXPECT_EQ(failure("/bucket/%"), ErrorCode::InvalidURI);
  EXPECT_EQ(failure("/bucket/%zz"), ErrorCode::InvalidURI);
  EXPECT_EQ(failure("/bucket/%ff"), ErrorCode::InvalidURI);
  EXPECT_EQ(failure("/bucket/\xff"), ErrorCode::InvalidURI);
  EXPECT_EQ(failure("/bucket/a%00b"), ErrorCode::InvalidURI);
  EXPECT_EQ(failure("//key"), ErrorCode::InvalidURI);
  EXPECT_EQ(failure("*"), ErrorCode::InvalidURI);
  EXPECT_EQ(failure(""), ErrorCode::InvalidURI);
}

TEST(AddressTest, KeyLengthIsCountedInDecodedBytes) {
  EXPECT_EQ(parse("/bucket/" + std::string(limits::kKeyBytes, 'k')).key.size(), limits::kKeyBytes);
  EXPECT_EQ(failure("/bucket/" + std::string(limits::kKeyBytes + 1, 'k')), ErrorCode::KeyTooLongError);
  std::string encoded;
  for (std::size_t i = 0; i < limits::kKeyBytes; ++i) encoded += "%41";
  EXPECT_EQ(parse("/bucket/" + encoded).key.size(), limits::kKeyBytes);
}

TEST(CopySourceTest, Forms) {
  const auto plain = *parse_copy_source("bucket/a/b%20c");
  EXPECT_EQ(plain.bucket, "bucket");
  EXPECT_EQ(plain.key, "a/b c");
  EXPECT_EQ(plain.version_id, "");
  const auto slash = *parse_copy_source("/bucket//x?versionId=0123456789abcdef0123456789abcdef");
  EXPECT_EQ(slash.bucket, "bucket");
  EXPECT_EQ(slash.key, "/x");
  EXPECT_EQ(slash.version_id, "0123456789abcdef0123456789abcdef");
  EXPECT_EQ(parse_copy_source("bucket%2Fkey")->key, "key");
  EXPECT_EQ(parse_copy_source("bucket/a%3FversionId=b")->key, "a?versionId=b");
}

TEST(CopySourceTest, Refused) {
  for (const char* text : {"", "/", "bucket", "bucket/", "//key", "bucket/k?x=y", "bucket/k?versionId=v1", "bucket/%zz"}) {
    const auto source = parse_copy_source(text);
    ASSERT_FALSE(source) << text;
    EXPECT_EQ(source.error().code, ErrorCode::InvalidArgument) << text;
  }
  EXPECT_EQ(parse_copy_source("b/" + std::string(1025, 'k')).error().code, ErrorCode::KeyTooLongError);
}

}  // namespace
}  // namespace holdfast::s3
