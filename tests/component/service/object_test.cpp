// PutObject, GetObject, HeadObject, DeleteObject.
#include "component/service/harness.hpp"

#include "holdfast/base/limits.hpp"

#include <gtest/gtest.h>

namespace holdfast::s3::test {
namespace {

constexpr const char* kHelloEtag = "\"5d41402abc4b2a76b9719d911017c592\"";

class ObjectTest : public testing::Test {
 protected:
  void SetUp() override { harness.make_bucket("bucket"); }
  void enable_versioning() {
    harness.make_bucket("versioned", [](storage::BucketInfo& info) { info.versioning = storage::Versioning::enabled; });
  }
  Harness harness;
};

TEST_F(ObjectTest, PutGetHeadDelete) {
  const auto put = harness.put("/bucket/key", "hello");
  EXPECT_EQ(put.status, 200) << put.body;
  EXPECT_EQ(put.header("ETag"), kHelloEtag);
  EXPECT_FALSE(put.has_header("x-amz-version-id"));
  const auto get = harness.get("/bucket/key");
  EXPECT_EQ(get.status, 200);
  EXPECT_EQ(get.body, "hello");
  EXPECT_EQ(get.content_length, 5U);
  EXPECT_EQ(get.header("Accept-Ranges"), "bytes");
  EXPECT_EQ(get.header("Last-Modified"), "Sun, 01 Mar 2026 12:00:00 GMT");
  EXPECT_FALSE(get.has_header("x-amz-version-id"));
  EXPECT_FALSE(get.has_header("x-amz-checksum-crc64nvme"));
  const auto head = harness.head("/bucket/key");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(head.content_length, 5U);
  EXPECT_EQ(head.header("Content-Type"), "binary/octet-stream");
  EXPECT_EQ(head.header("ETag"), kHelloEtag);
  const auto removed = harness.del("/bucket/key");
  EXPECT_EQ(removed.status, 204);
  EXPECT_EQ(removed.body, "");
  const auto gone = harness.get("/bucket/key");
  EXPECT_EQ(gone.status, 404);
  EXPECT_EQ(gone.code(), "NoSuchKey");
  EXPECT_EQ(gone.element("Key"), "key");
  EXPECT_EQ(gone.element("BucketName"), "bucket");
  const auto head_gone = harness.head("/bucket/key");
  EXPECT_EQ(head_gone.status, 404);
  EXPECT_EQ(head_gone.body, "");
  EXPECT_EQ(harness.del("/bucket/key").status, 204);
}

TEST_F(ObjectTest, NoSuchBucket) {
  EXPECT_EQ(harness.put("/absent/key", "x").code(), "NoSuchBucket");
  EXPECT_EQ(harness.get("/absent/key").code(), "NoSuchBucket");
  EXPECT_EQ(harness.head("/absent/key").status, 404);
  EXPECT_EQ(harness.del("/absent/key").code(), "NoSuchBucket");
}

TEST_F(ObjectTest, EmptyObject) {
  EXPECT_EQ(harness.put("/bucket/dir/").status, 200);
  const auto get = harness.get("/bucket/dir/");
  EXPECT_EQ(get.status, 200);
  EXPECT_EQ(get.body, "");
  EXPECT_EQ(get.content_length, 0U);
  EXPECT_EQ(get.header("ETag"), "\"d41d8cd98f00b204e9800998ecf8427e\"");
  EXPECT_EQ(harness.get("/bucket/dir/", {}, {{"range", "bytes=0-"}}).code(), "InvalidRange");
}

TEST_F(ObjectTest, KeysOfAnyShape) {
  const std::vector<std::string> keys = {"a",
                                         "a/b",
                                         "a//b",
                                         "/",
                                         "a/../b",
                                         "../../../etc/passwd",
                                         " ",
                                         "  a",
                                         "+",
                                         "a%b",
                                         "a=b&c",
                                         "\xF0\x9F\x98\x80",
                                         "\x01\x02\n\r\t",
                                         "?x#y",
                                         ".holdfast",
                                         std::string(1024, 'k')};
  for (const auto& key : keys) EXPECT_EQ(harness.put("/bucket/" + uri_encode(key, true), key).status, 200) << key;
  for (const auto& key : keys) EXPECT_EQ(harness.get("/bucket/" + uri_encode(key, true)).body, key);
  EXPECT_EQ(harness.put("/bucket/" + std::string(1025, 'k'), "x").code(), "KeyTooLongError");
}

TEST_F(ObjectTest, MetadataIsKept) {
  const Headers sent = {{"content-type", "text/html; charset=utf-8"},
                        {"cache-control", "max-age=60"},
                        {"content-disposition", "attachment; filename=\"x\""},
                        {"content-encoding", "aws-chunked,gzip"},
                        {"content-language", "de"},
                        {"expires", "Thu, 01 Dec 2030 16:00:00 GMT"},
                        {"x-amz-meta-plain", "value"},
                        {"x-amz-meta-utf8", "\xC3\xA9"},
                        {"x-amz-meta-latin1", "\xE9"},
                        {"x-amz-meta-rfc2047", "=?UTF-8?B?w4PChE1Bw4PChA==?="},
                        {"x-amz-storage-class", "REDUCED_REDUNDANCY"},
                        {"x-amz-website-redirect-location", "/other"},
                        {"x-amz-tagging", "a=1&b=2"},
                        {"x-amz-acl", "public-read"}};
  ASSERT_EQ(harness.put("/bucket/key", "x", {}, sent).status, 200);
  for (const auto& reply : {harness.get("/bucket/key"), harness.head("/bucket/key")}) {
    EXPECT_EQ(reply.header("Content-Type"), "text/html; charset=utf-8");
    EXPECT_EQ(reply.header("Cache-Control"), "max-age=60");
    EXPECT_EQ(reply.header("Content-Disposition"), "attachment; filename=\"x\"");
    EXPECT_EQ(reply.header("Content-Encoding"), "gzip");
    EXPECT_EQ(reply.header("Content-Language"), "de");
    EXPECT_EQ(reply.header("Expires"), "Thu, 01 Dec 2030 16:00:00 GMT");
    EXPECT_EQ(reply.header("x-amz-meta-plain"), "value");
    EXPECT_EQ(reply.header("x-amz-meta-utf8"), "\xC3\xA9");
    EXPECT_EQ(reply.header("x-amz-meta-latin1"), "\xC3\xA9");
    EXPECT_EQ(reply.header("x-amz-meta-rfc2047"), "=?UTF-8?B?w4PChE1Bw4PChA==?=");
    EXPECT_EQ(reply.header("x-amz-storage-class"), "REDUCED_REDUNDANCY");
    EXPECT_EQ(reply.header("x-amz-website-redirect-location"), "/other");
    EXPECT_EQ(reply.header("x-amz-tagging-count"), "2");
  }
  const auto info = *sync_wait(harness.engine->head({"bucket", "key", ""}));
  EXPECT_EQ(*storage::find_attribute(info->properties, "acl"), "public-read");
}

TEST_F(ObjectTest, AwsChunkedAloneIsNoContentEncoding) {
  harness.put("/bucket/key", "x", {}, {{"content-encoding", "aws-chunked"}});
  EXPECT_FALSE(harness.head("/bucket/key").has_header("Content-Encoding"));
}

TEST_F(ObjectTest, MetadataRefused) {
  const auto code = [this](std::string name, std::string value) {
    return harness.put("/bucket/refused", "x", {}, {{std::move(name), std::move(value)}}).code();
  };
  EXPECT_EQ(code("x-amz-meta-big", std::string(limits::kUserMetadataBytes, 'x')), "MetadataTooLarge");
  EXPECT_EQ(code("x-amz-acl", "everyone"), "InvalidArgument");
  EXPECT_EQ(code("x-amz-storage-class", "GLACIER"), "InvalidStorageClass");
  EXPECT_EQ(code("x-amz-storage-class", "FAST"), "InvalidStorageClass");
  EXPECT_EQ(code("x-amz-website-redirect-location", "ftp://x"), "InvalidArgument");
  EXPECT_EQ(code("x-amz-tagging", "a=1&a=2"), "InvalidArgument");
  EXPECT_EQ(code("x-amz-server-side-encryption", "AES256"), "NotImplemented");
  EXPECT_EQ(code("x-amz-server-side-encryption-customer-algorithm", "AES256"), "InvalidRequest");
  EXPECT_EQ(code("x-amz-object-lock-legal-hold", "ON"), "InvalidRequest");
  EXPECT_EQ(code("x-amz-object-lock-mode", "GOVERNANCE"), "InvalidArgument");
  EXPECT_EQ(harness.head("/bucket/refused").status, 404);
}

TEST_F(ObjectTest, ObjectLockHeaders) {
  harness.make_bucket("locked", [](storage::BucketInfo& info) {
    info.versioning = storage::Versioning::enabled;
    info.object_lock = true;
  });
  const Headers lock = {{"x-amz-object-lock-mode", "GOVERNANCE"},
                        {"x-amz-object-lock-retain-until-date", "2027-01-01T00:00:00Z"},
                        {"x-amz-object-lock-legal-hold", "ON"},
                        {"content-md5", "ndTkYSaMgDT1yFZOFVxnpg=="}};
  ASSERT_EQ(harness.put("/locked/key", "x", {}, lock).status, 200);
  const auto head = harness.head("/locked/key");
  EXPECT_EQ(head.header("x-amz-object-lock-mode"), "GOVERNANCE");
  EXPECT_EQ(head.header("x-amz-object-lock-retain-until-date"), "2027-01-01T00:00:00.000Z");
  EXPECT_EQ(head.header("x-amz-object-lock-legal-hold"), "ON");
  EXPECT_EQ(harness
                .put("/locked/key", "x", {},
                     {{"x-amz-object-lock-mode", "GOVERNANCE"}, {"x-amz-object-lock-retain-until-date", "2020-01-01T00:00:00Z"}})
                .code(),
            "InvalidArgument");
}

TEST_F(ObjectTest, HoistedHeadersOfPresignedUrls) {
  ASSERT_EQ(
      harness.put("/bucket/key", "x", "X-Amz-Meta-Color=blue&x-amz-tagging=a%3D1&x-amz-acl=public-read&x-amz-checksum-crc32=AAAAAA%3D%3D")
          .status,
      200);
  const auto head = harness.head("/bucket/key");
  EXPECT_EQ(head.header("x-amz-meta-color"), "blue");
  EXPECT_EQ(head.header("x-amz-tagging-count"), "1");
  EXPECT_EQ(harness.put("/bucket/key", "x", "x-amz-meta-evil=a%0D%0ASet-Cookie%3Ax").code(), "InvalidArgument");
  EXPECT_EQ(harness.put("/bucket/key", "x", "x-amz-meta-e%20vil=a").code(), "InvalidArgument");
}

TEST_F(ObjectTest, Ranges) {
  harness.put("/bucket/key", "0123456789");
  const auto get = [this](std::string range) { return harness.get("/bucket/key", {}, {{"range", std::move(range)}}); };
  const auto first = get("bytes=0-3");
  EXPECT_EQ(first.status, 206);
  EXPECT_EQ(first.body, "0123");
  EXPECT_EQ(first.content_length, 4U);
  EXPECT_EQ(first.header("Content-Range"), "bytes 0-3/10");
  EXPECT_EQ(get("bytes=-3").body, "789");
  EXPECT_EQ(get("bytes=8-100").body, "89");
  const auto several = get("bytes=0-1,4-5");
  EXPECT_EQ(several.status, 200);
  EXPECT_EQ(several.body, "0123456789");
  const auto beyond = get("bytes=10-");
  EXPECT_EQ(beyond.status, 416);
  EXPECT_EQ(beyond.code(), "InvalidRange");
  EXPECT_EQ(beyond.element("ActualObjectSize"), "10");
  EXPECT_EQ(beyond.header("Content-Range"), "bytes */10");
  const auto head = harness.head("/bucket/key", {}, {{"range", "bytes=2-4"}});
  EXPECT_EQ(head.status, 206);
  EXPECT_EQ(head.content_length, 3U);
  EXPECT_EQ(head.body, "");
}

TEST_F(ObjectTest, ARangeOfWhatHasChangedIsTheWhole) {
  harness.put("/bucket/key", "hello");
  const auto get = [this](std::string if_range) {
    return harness.get("/bucket/key", {}, {{"range", "bytes=1-2"}, {"if-range", std::move(if_range)}});
  };
  EXPECT_EQ(get(kHelloEtag).body, "el");
  EXPECT_EQ(get("\"older\"").status, 200);
  EXPECT_EQ(get("\"older\"").body, "hello");
}

TEST_F(ObjectTest, Conditions) {
  harness.put("/bucket/key", "hello");
  const auto get = [this](std::string name, std::string value) {
    return harness.get("/bucket/key", {}, {{std::move(name), std::move(value)}});
  };
  EXPECT_EQ(get("if-match", kHelloEtag).status, 200);
  const auto failed = get("if-match", "\"other\"");
  EXPECT_EQ(failed.status, 412);
  EXPECT_EQ(failed.code(), "PreconditionFailed");
  const auto unchanged = get("if-none-match", kHelloEtag);
  EXPECT_EQ(unchanged.status, 304);
  EXPECT_EQ(unchanged.body, "");
  EXPECT_EQ(unchanged.header("ETag"), kHelloEtag);
  EXPECT_EQ(unchanged.header("Last-Modified"), "Sun, 01 Mar 2026 12:00:00 GMT");
  EXPECT_EQ(get("if-modified-since", "Sun, 01 Mar 2026 12:00:00 GMT").status, 304);
  EXPECT_EQ(get("if-modified-since", "Sun, 01 Mar 2026 11:59:59 GMT").status, 200);
  EXPECT_EQ(get("if-unmodified-since", "Sun, 01 Mar 2026 11:59:59 GMT").status, 412);
  EXPECT_EQ(harness.head("/bucket/key", {}, {{"if-match", "\"other\""}}).status, 412);
  EXPECT_EQ(harness.head("/bucket/key", {}, {{"if-none-match", "*"}}).status, 304);
}

TEST_F(ObjectTest, WritePreconditions) {
  EXPECT_EQ(harness.put("/bucket/lock", "1", {}, {{"if-match", kHelloEtag}}).code(), "NoSuchKey");
  EXPECT_EQ(harness.put("/bucket/lock", "hello", {}, {{"if-none-match", "*"}}).status, 200);
  const auto lost = harness.put("/bucket/lock", "other", {}, {{"if-none-match", "*"}});
  EXPECT_EQ(lost.status, 412);
  EXPECT_EQ(lost.code(), "PreconditionFailed");
  EXPECT_EQ(lost.element("Condition"), "If-None-Match");
  EXPECT_EQ(harness.put("/bucket/lock", "next", {}, {{"if-match", "\"stale\""}}).status, 412);
  EXPECT_EQ(harness.get("/bucket/lock").body, "hello");
  EXPECT_EQ(harness.put("/bucket/lock", "next", {}, {{"if-match", kHelloEtag}}).status, 200);
  EXPECT_EQ(harness.get("/bucket/lock").body, "next");
}

TEST_F(ObjectTest, IfNoneMatchSucceedsAfterADeleteMarker) {
  enable_versioning();
  harness.put("/versioned/lock", "1");
  harness.del("/versioned/lock");
  EXPECT_EQ(harness.put("/versioned/lock", "2", {}, {{"if-match", "*"}}).code(), "NoSuchKey");
  EXPECT_EQ(harness.put("/versioned/lock", "2", {}, {{"if-none-match", "*"}}).status, 200);
}

TEST_F(ObjectTest, ConditionalDelete) {
  harness.put("/bucket/key", "hello");
  const auto remove = [this](std::string name, std::string value) {
    return harness.del("/bucket/key", {}, {{std::move(name), std::move(value)}});
  };
  EXPECT_EQ(remove("if-match", "\"other\"").status, 412);
  EXPECT_EQ(remove("x-amz-if-match-size", "6").status, 412);
  EXPECT_EQ(remove("x-amz-if-match-last-modified-time", "Sun, 01 Mar 2026 12:00:01 GMT").status, 412);
  EXPECT_EQ(remove("x-amz-if-match-size", "five").code(), "InvalidArgument");
  EXPECT_EQ(harness.get("/bucket/key").body, "hello");
  EXPECT_EQ(remove("if-match", kHelloEtag).status, 204);
  EXPECT_EQ(remove("if-match", kHelloEtag).code(), "NoSuchKey");
  EXPECT_EQ(remove("x-amz-if-match-size", "6").status, 204);
}

TEST_F(ObjectTest, ResponseOverrides) {
  harness.put("/bucket/key", "x", {}, {{"content-type", "text/plain"}});
  const auto reply = harness.get("/bucket/key",
                                 "response-content-type=text%2Fhtml&response-content-disposition=attachment&response-cache-control=no-store"
                                 "&response-content-language=fr&response-content-encoding=br&response-expires=never");
  EXPECT_EQ(reply.header("Content-Type"), "text/html");
  EXPECT_EQ(std::ranges::count(reply.headers, std::string("Content-Type"), &std::pair<std::string, std::string>::first), 1);
  EXPECT_EQ(reply.header("Content-Disposition"), "attachment");
  EXPECT_EQ(reply.header("Cache-Control"), "no-store");
  EXPECT_EQ(reply.header("Content-Language"), "fr");
  EXPECT_EQ(reply.header("Content-Encoding"), "br");
  EXPECT_EQ(reply.header("Expires"), "never");
  EXPECT_EQ(harness.get("/bucket/key", "response-content-type=a%0D%0Ab").code(), "InvalidArgument");
}

TEST_F(ObjectTest, Checksums) {
  const auto put =
      harness.put("/bucket/key", "hello", {}, {{"x-amz-checksum-crc32", "NhCmhg=="}, {"x-amz-sdk-checksum-algorithm", "CRC32"}});
  EXPECT_EQ(put.status, 200) << put.body;
  EXPECT_EQ(put.header("x-amz-checksum-crc32"), "NhCmhg==");
  EXPECT_EQ(put.header("x-amz-checksum-type"), "FULL_OBJECT");
  EXPECT_FALSE(harness.get("/bucket/key").has_header("x-amz-checksum-crc32"));
  const auto get = harness.get("/bucket/key", {}, {{"x-amz-checksum-mode", "ENABLED"}});
  EXPECT_EQ(get.header("x-amz-checksum-crc32"), "NhCmhg==");
  EXPECT_EQ(harness.head("/bucket/key", {}, {{"x-amz-checksum-mode", "ENABLED"}}).header("x-amz-checksum-crc32"), "NhCmhg==");
  const auto ranged = harness.get("/bucket/key", {}, {{"x-amz-checksum-mode", "ENABLED"}, {"range", "bytes=0-1"}});
  EXPECT_FALSE(ranged.has_header("x-amz-checksum-crc32"));
}

TEST_F(ObjectTest, Crc64NvmeWhenNoneIsNamed) {
  const auto put = harness.put("/bucket/key", "123456789");
  EXPECT_EQ(put.header("x-amz-checksum-crc64nvme"), "rosUhgp5mIg=");
  const auto head = harness.head("/bucket/key", {}, {{"x-amz-checksum-mode", "ENABLED"}});
  EXPECT_EQ(head.header("x-amz-checksum-crc64nvme"), "rosUhgp5mIg=");
}

TEST_F(ObjectTest, Versions) {
  enable_versioning();
  const auto first = harness.put("/versioned/key", "one").header("x-amz-version-id");
  const auto second = harness.put("/versioned/key", "two").header("x-amz-version-id");
  ASSERT_FALSE(first.empty());
  EXPECT_NE(first, second);
  EXPECT_EQ(harness.get("/versioned/key").body, "two");
  EXPECT_EQ(harness.get("/versioned/key").header("x-amz-version-id"), second);
  EXPECT_EQ(harness.get("/versioned/key", "versionId=" + first).body, "one");
  EXPECT_EQ(harness.get("/versioned/key", "versionId=nonsense").code(), "InvalidArgument");
  EXPECT_EQ(harness.get("/versioned/key", "versionId=00000000000000000000000000000000").code(), "NoSuchVersion");

  const auto marker = harness.del("/versioned/key");
  EXPECT_EQ(marker.status, 204);
  EXPECT_EQ(marker.header("x-amz-delete-marker"), "true");
  const auto marker_id = marker.header("x-amz-version-id");
  const auto gone = harness.get("/versioned/key");
  EXPECT_EQ(gone.code(), "NoSuchKey");
  EXPECT_EQ(gone.header("x-amz-delete-marker"), "true");
  EXPECT_EQ(gone.header("x-amz-version-id"), marker_id);
  EXPECT_EQ(harness.head("/versioned/key").status, 404);
  const auto named = harness.get("/versioned/key", "versionId=" + marker_id);
  EXPECT_EQ(named.status, 405);
  EXPECT_EQ(named.code(), "MethodNotAllowed");
  EXPECT_EQ(named.header("Allow"), "DELETE");
  EXPECT_TRUE(named.has_header("Last-Modified"));

  const auto undone = harness.del("/versioned/key", "versionId=" + marker_id);
  EXPECT_EQ(undone.header("x-amz-delete-marker"), "true");
  EXPECT_EQ(undone.header("x-amz-version-id"), marker_id);
  EXPECT_EQ(harness.get("/versioned/key").body, "two");
  EXPECT_EQ(harness.del("/versioned/key", "versionId=" + second).header("x-amz-version-id"), second);
  EXPECT_EQ(harness.get("/versioned/key").body, "one");
}

TEST_F(ObjectTest, PartNumberOfAnObjectThatHasNone) {
  harness.put("/bucket/key", "hello");
  const auto first = harness.get("/bucket/key", "partNumber=1");
  EXPECT_EQ(first.status, 206);
  EXPECT_EQ(first.body, "hello");
  EXPECT_EQ(first.header("Content-Range"), "bytes 0-4/5");
  EXPECT_FALSE(first.has_header("x-amz-mp-parts-count"));
  EXPECT_EQ(harness.head("/bucket/key", "partNumber=1").content_length, 5U);
  EXPECT_EQ(harness.get("/bucket/key", "partNumber=2").code(), "InvalidPartNumber");
  EXPECT_EQ(harness.get("/bucket/key", "partNumber=0").code(), "InvalidArgument");
  EXPECT_EQ(harness.get("/bucket/key", "partNumber=x").code(), "InvalidArgument");
  EXPECT_EQ(harness.get("/bucket/key", "partNumber=1", {{"range", "bytes=0-1"}}).code(), "InvalidRequest");
  EXPECT_EQ(harness.head("/bucket/absent", "partNumber=1").status, 404);
}

class MultipartObjectTest : public ObjectTest {
 protected:
  void SetUp() override {
    ObjectTest::SetUp();
    storage::PutSpec spec;
    spec.bucket = "bucket";
    spec.key = "parts";
    const auto upload = *sync_wait(harness.engine->create_upload(std::move(spec)));
    for (const auto& [number, text] : std::vector<std::pair<std::uint32_t, std::string>>{{2, "first-"}, {5, "second"}}) {
      auto writer = std::move(*sync_wait(harness.engine->create_part("bucket", "parts", upload.upload_id, number, text.size())));
      hash::AlgorithmSet algorithms;
      algorithms.add(hash::Algorithm::crc32);
      hash::Verifier verifier(algorithms);
      verifier.update(as_bytes(text));
      (void)*sync_wait([](storage::Writer& out, ByteView bytes) -> Task<Result<bool>> {
        HOLDFAST_CO_TRY_VOID(co_await out.write(bytes));
        co_return true;
      }(*writer, as_bytes(text)));
      const auto digests = *verifier.finish();
      storage::Checksum checksum{hash::Algorithm::crc32, storage::ChecksumType::full_object,
                                 digests.find(hash::Algorithm::crc32)->base64()};
      (void)*sync_wait(writer->commit(digests, "etag", checksum));
    }
    storage::CompletePlanner planner = [](const storage::UploadInfo&,
                                          const std::vector<storage::PartInfo>&) -> Result<storage::CompletePlan> {
      storage::CompletePlan plan;
      plan.part_numbers = {2, 5};
      plan.etag = "whole-2";
      plan.checksum = storage::Checksum{hash::Algorithm::crc32, storage::ChecksumType::composite, "AAAAAA==-2"};
      return plan;
    };
    (void)*sync_wait(harness.engine->complete_upload("bucket", "parts", upload.upload_id, std::move(planner), {}));
  }
};

TEST_F(MultipartObjectTest, PartNumbers) {
  EXPECT_EQ(harness.get("/bucket/parts").body, "first-second");
  EXPECT_FALSE(harness.get("/bucket/parts").has_header("x-amz-mp-parts-count"));
  const auto second = harness.get("/bucket/parts", "partNumber=2", {{"x-amz-checksum-mode", "ENABLED"}});
  EXPECT_EQ(second.status, 206);
  EXPECT_EQ(second.body, "second");
  EXPECT_EQ(second.header("Content-Range"), "bytes 6-11/12");
  EXPECT_EQ(second.header("x-amz-mp-parts-count"), "2");
  EXPECT_NE(second.header("x-amz-checksum-crc32"), "AAAAAA==-2");
  EXPECT_EQ(harness.head("/bucket/parts", "partNumber=1").header("x-amz-mp-parts-count"), "2");
  EXPECT_EQ(harness.get("/bucket/parts", "partNumber=3").code(), "InvalidPartNumber");
}

TEST_F(MultipartObjectTest, CompositeChecksum) {
  const auto head = harness.head("/bucket/parts", {}, {{"x-amz-checksum-mode", "ENABLED"}});
  EXPECT_EQ(head.header("x-amz-checksum-crc32"), "AAAAAA==-2");
  EXPECT_EQ(head.header("x-amz-checksum-type"), "COMPOSITE");
  EXPECT_EQ(head.header("ETag"), "\"whole-2\"");
}

TEST_F(MultipartObjectTest, Attributes) {
  const auto reply =
      harness.get("/bucket/parts", "attributes", {{"x-amz-object-attributes", "ETag,Checksum,ObjectParts,StorageClass,ObjectSize"}});
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.element("ETag"), "whole-2");
  EXPECT_EQ(reply.element("PartsCount"), "2");
  EXPECT_EQ(reply.element("ObjectSize"), "12");
  EXPECT_EQ(reply.element("StorageClass"), "STANDARD");
  EXPECT_EQ(reply.element("ChecksumType"), "COMPOSITE");
  EXPECT_EQ(reply.element("IsTruncated"), "false");
  EXPECT_NE(reply.body.find("<Part><PartNumber>2</PartNumber><Size>6</Size><ChecksumCRC32>"), std::string::npos) << reply.body;
  const auto page = harness.get("/bucket/parts", "attributes", {{"x-amz-object-attributes", "ObjectParts"}, {"x-amz-max-parts", "1"}});
  EXPECT_EQ(page.element("IsTruncated"), "true");
  EXPECT_EQ(page.element("NextPartNumberMarker"), "1");
  const auto next = harness.get("/bucket/parts", "attributes",
                                {{"x-amz-object-attributes", "ObjectParts"}, {"x-amz-max-parts", "1"}, {"x-amz-part-number-marker", "1"}});
  EXPECT_EQ(next.element("PartNumber"), "2");
  EXPECT_EQ(next.element("IsTruncated"), "false");
}

TEST_F(ObjectTest, Attributes) {
  harness.put("/bucket/key", "hello");
  const auto get = [this](std::string wanted) {
    return harness.get("/bucket/key", "attributes", {{"x-amz-object-attributes", std::move(wanted)}});
  };
  const auto some = get("ObjectSize, ETag");
  EXPECT_EQ(some.element("ETag"), "5d41402abc4b2a76b9719d911017c592");
  EXPECT_EQ(some.element("ObjectSize"), "5");
  EXPECT_EQ(some.body.find("<Checksum>"), std::string::npos);
  EXPECT_EQ(some.header("Last-Modified"), "Sun, 01 Mar 2026 12:00:00 GMT");
  EXPECT_EQ(get("ObjectParts").body.find("<ObjectParts>"), std::string::npos);
  EXPECT_EQ(get("Checksum").element("ChecksumType"), "FULL_OBJECT");
  EXPECT_EQ(get("Everything").code(), "InvalidArgument");
  EXPECT_EQ(harness.get("/bucket/key", "attributes").code(), "InvalidArgument");
  EXPECT_EQ(harness.get("/bucket/absent", "attributes", {{"x-amz-object-attributes", "ETag"}}).code(), "NoSuchKey");
}

}  // namespace
}  // namespace holdfast::s3::test
