// Multipart uploads: all their operations.
#include "component/service/answers.hpp"

#include "holdfast/base/limits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::s3::test {
namespace {

using hash::Algorithm;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string big(char fill) { return std::string(limits::kMinPartBytes, fill); }

struct Named {
  int number;
  std::string etag;
  std::string extra = {};  // further elements
};

std::string complete_document(const std::vector<Named>& parts) {
  std::string xml = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
  for (const auto& part : parts) {
    xml += "<Part><PartNumber>" + std::to_string(part.number) + "</PartNumber><ETag>" + part.etag + "</ETag>" + part.extra + "</Part>";
  }
  return xml + "</CompleteMultipartUpload>";
}

class MultipartTest : public testing::Test {
 protected:
  void SetUp() override { harness.make_bucket("bucket"); }

  std::string begin(Headers headers = {}, const std::string& key = "key") {
    const auto reply = harness.post("/bucket/" + key, {}, "uploads", std::move(headers));
    EXPECT_EQ(reply.status, 200) << reply.body;
    return reply.element("UploadId");
  }
  Reply upload(const std::string& id, int number, std::string body, Headers headers = {}, const std::string& key = "key") {
    return harness.put("/bucket/" + key, std::move(body), "partNumber=" + std::to_string(number) + "&uploadId=" + id, std::move(headers));
  }
  Named part(const std::string& id, int number, std::string body, Headers headers = {}) {
    const auto reply = upload(id, number, std::move(body), std::move(headers));
    EXPECT_EQ(reply.status, 200) << reply.body;
    return {number, reply.header("ETag")};
  }
  Reply complete(const std::string& id, const std::vector<Named>& parts, Headers headers = {}, const std::string& key = "key") {
    return harness.post("/bucket/" + key, complete_document(parts), "uploadId=" + id, std::move(headers));
  }
  Reply head(Headers headers = {}) { return harness.head("/bucket/key", {}, std::move(headers)); }
  Harness harness;
};

TEST_F(MultipartTest, CreateMultipartUpload_NamesTheUpload) {
  const auto reply = harness.post("/bucket/a%20b", {}, "uploads");
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, HasSubstr("<InitiateMultipartUploadResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"));
  EXPECT_EQ(reply.element("Bucket"), "bucket");
  EXPECT_EQ(reply.element("Key"), "a b");
  EXPECT_NE(reply.element("UploadId"), "");
  EXPECT_EQ(harness.get("/bucket/a%20b").status, 404);
}

TEST_F(MultipartTest, CreateMultipartUpload_InNoBucket) { EXPECT_EQ(harness.post("/missing/key", {}, "uploads").code(), "NoSuchBucket"); }

TEST_F(MultipartTest, CreateMultipartUpload_AnswersWithItsChecksum) {
  const auto reply = harness.post("/bucket/key", {}, "uploads", {{"x-amz-checksum-algorithm", "CRC32"}});
  EXPECT_EQ(reply.header("x-amz-checksum-algorithm"), "CRC32");
  EXPECT_EQ(reply.header("x-amz-checksum-type"), "COMPOSITE");
  const auto whole =
      harness.post("/bucket/key", {}, "uploads", {{"x-amz-checksum-algorithm", "CRC32C"}, {"x-amz-checksum-type", "FULL_OBJECT"}});
  EXPECT_EQ(whole.header("x-amz-checksum-type"), "FULL_OBJECT");
  EXPECT_EQ(harness.post("/bucket/key", {}, "uploads", {{"x-amz-checksum-algorithm", "CRC64NVME"}}).header("x-amz-checksum-type"),
            "FULL_OBJECT");
}

TEST_F(MultipartTest, CreateMultipartUpload_RefusesImpossibleChecksums) {
  const std::vector<std::pair<std::string, std::string>> pairs = {
      {"SHA256", "FULL_OBJECT"}, {"SHA1", "FULL_OBJECT"}, {"CRC64NVME", "COMPOSITE"}, {"CRC32", "SOMETHING"}, {"MD5", "COMPOSITE"}};
  for (const auto& [algorithm, type] : pairs) {
    const auto refused =
        harness.post("/bucket/key", {}, "uploads", {{"x-amz-checksum-algorithm", algorithm}, {"x-amz-checksum-type", type}});
    EXPECT_EQ(refused.status, 400) << algorithm << " " << type;
    EXPECT_EQ(refused.code(), "InvalidRequest") << algorithm << " " << type;
  }
}

TEST_F(MultipartTest, CreateMultipartUpload_TagsNeedTheirOwnPermission) {
  harness.set_policy("bucket", R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:PutObject",)"
                               R"("Resource":"arn:aws:s3:::bucket/*"}]})");
  Call call{.method = "POST", .path = "/bucket/key", .query = "uploads", .anonymous = true};
  EXPECT_EQ(harness.send(call).status, 200);
  call.headers = {{"x-amz-tagging", "a=1"}};
  EXPECT_EQ(harness.send(call).code(), "AccessDenied");
}

TEST_F(MultipartTest, CompleteMultipartUpload_JoinsTheParts) {
  const auto id = begin({{"content-type", "text/plain"}, {"x-amz-meta-color", "blue"}});
  const auto first = part(id, 1, big('a'));
  const auto second = part(id, 2, "tail");
  const auto done = complete(id, {first, second});
  EXPECT_EQ(done.status, 200) << done.body;
  EXPECT_THAT(done.body, HasSubstr("<CompleteMultipartUploadResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"));
  EXPECT_EQ(done.element("Location"), "http://localhost:9000/bucket/key");
  EXPECT_EQ(done.element("Bucket"), "bucket");
  EXPECT_EQ(done.element("Key"), "key");
  hash::Hasher md5(Algorithm::md5);
  for (const auto& named : {first, second}) md5.update(hash::Digest::from_hex(Algorithm::md5, without_quotes(named.etag))->bytes());
  const std::string etag = md5.finish().hex() + "-2";
  EXPECT_EQ(done.element("ETag"), "&quot;" + etag + "&quot;");
  const auto got = harness.get("/bucket/key");
  EXPECT_EQ(got.body, big('a') + "tail");
  EXPECT_EQ(got.header("ETag"), "\"" + etag + "\"");
  EXPECT_EQ(got.header("Content-Type"), "text/plain");
  EXPECT_EQ(got.header("x-amz-meta-color"), "blue");
  EXPECT_EQ(harness.get("/bucket/key", "partNumber=2").body, "tail");
  EXPECT_THAT(keys_of(harness.get("/bucket", "uploads")), IsEmpty());
}

TEST_F(MultipartTest, CompleteMultipartUpload_TakesOnlyTheNamedParts) {
  const auto id = begin();
  part(id, 1, "left out");
  const auto second = part(id, 5, "taken");
  EXPECT_EQ(complete(id, {second}).status, 200);
  EXPECT_EQ(harness.get("/bucket/key").body, "taken");
}

TEST_F(MultipartTest, CompleteMultipartUpload_ETagsMayComeWithoutQuotes) {
  const auto id = begin();
  auto only = part(id, 1, "x");
  only.etag = without_quotes(only.etag);
  EXPECT_EQ(complete(id, {only}).status, 200);
}

TEST_F(MultipartTest, CompleteMultipartUpload_IsIdempotent) {
  const auto id = begin();
  const auto only = part(id, 1, "x");
  const auto first = complete(id, {only});
  const auto second = complete(id, {only});
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(second.body, first.body);
  harness.del("/bucket/key");
  EXPECT_EQ(complete(id, {only}).code(), "NoSuchUpload");
}

TEST_F(MultipartTest, CompleteMultipartUpload_RefusesUnknownParts) {
  const auto id = begin();
  const auto only = part(id, 1, "x");
  for (const auto& named : {Named{2, only.etag}, Named{1, "\"00000000000000000000000000000000\""}, Named{10'001, only.etag}}) {
    const auto refused = complete(id, {named});
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(refused.code(), "InvalidPart");
  }
  EXPECT_EQ(complete(id, {Named{0, only.etag}}).code(), "InvalidArgument");
  EXPECT_EQ(complete(id, {only}).status, 200);
}

TEST_F(MultipartTest, CompleteMultipartUpload_RefusesWrongOrder) {
  const auto id = begin();
  const auto first = part(id, 1, big('a'));
  const auto second = part(id, 2, big('b'));
  EXPECT_EQ(complete(id, {second, first}).code(), "InvalidPartOrder");
  EXPECT_EQ(complete(id, {first, first}).code(), "InvalidPartOrder");
}

TEST_F(MultipartTest, CompleteMultipartUpload_RefusesSmallParts) {
  const auto id = begin();
  const auto first = part(id, 1, "small");
  const auto second = part(id, 2, "tail");
  const auto refused = complete(id, {first, second});
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.code(), "EntityTooSmall");
  EXPECT_EQ(refused.element("PartNumber"), "1");
  EXPECT_EQ(refused.element("ProposedSize"), "5");
  EXPECT_EQ(refused.element("MinSizeAllowed"), "5242880");
}

TEST_F(MultipartTest, CompleteMultipartUpload_RefusesMalformedDocuments) {
  const auto id = begin();
  part(id, 1, "x");
  for (const std::string body : {"", "<CompleteMultipartUpload>", "<CompleteMultipartUpload/>", "<Other/>",
                                 "<CompleteMultipartUpload><Part><PartNumber>x</PartNumber><ETag>a</ETag></Part></CompleteMultipartUpload>",
                                 "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>"}) {
    const auto refused = harness.post("/bucket/key", body, "uploadId=" + id);
    EXPECT_EQ(refused.status, 400) << body;
    EXPECT_EQ(refused.code(), "MalformedXML") << body;
  }
}

TEST_F(MultipartTest, CompleteMultipartUpload_OfNoUpload) {
  EXPECT_EQ(complete("00000000000000000000000000000000", {{1, "x"}}).code(), "NoSuchUpload");
  const auto id = begin();
  EXPECT_EQ(complete(id, {part(id, 1, "x")}, {}, "another-key").code(), "NoSuchUpload");
}

TEST_F(MultipartTest, CompleteMultipartUpload_ChecksTheSizeOfTheWhole) {
  const auto id = begin();
  const auto only = part(id, 1, "12345");
  const auto refused = complete(id, {only}, {{"x-amz-mp-object-size", "6"}});
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.code(), "InvalidRequest");
  EXPECT_EQ(complete(id, {only}, {{"x-amz-mp-object-size", "x"}}).code(), "InvalidRequest");
  EXPECT_EQ(complete(id, {only}, {{"x-amz-mp-object-size", "5"}}).status, 200);
}

TEST_F(MultipartTest, CompleteMultipartUpload_IfNoneMatch) {
  harness.put("/bucket/key", "there");
  const auto id = begin();
  const auto only = part(id, 1, "x");
  const auto refused = complete(id, {only}, {{"if-none-match", "*"}});
  EXPECT_EQ(refused.status, 412);
  EXPECT_EQ(refused.code(), "PreconditionFailed");
  harness.del("/bucket/key");
  EXPECT_EQ(complete(id, {only}, {{"if-none-match", "*"}}).status, 200);
}

TEST_F(MultipartTest, CompleteMultipartUpload_IfMatch) {
  const auto etag = harness.put("/bucket/key", "there").header("ETag");
  const auto id = begin();
  const auto only = part(id, 1, "x");
  EXPECT_EQ(complete(id, {only}, {{"if-match", "\"other\""}}).code(), "PreconditionFailed");
  EXPECT_EQ(complete(id, {only}, {{"if-match", etag}}).status, 200);
  const auto other = begin({}, "none");
  const auto reply = upload(other, 1, "x", {}, "none");
  const auto missing = complete(other, {{1, reply.header("ETag")}}, {{"if-match", etag}}, "none");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.code(), "NoSuchKey");
}

TEST_F(MultipartTest, CompleteMultipartUpload_OnAVersionedBucket) {
  harness.put("/bucket", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>", "versioning");
  const auto id = begin();
  const auto done = complete(id, {part(id, 1, "x")});
  EXPECT_NE(done.header("x-amz-version-id"), "");
  EXPECT_EQ(done.header("x-amz-version-id"), head().header("x-amz-version-id"));
}

TEST_F(MultipartTest, CompleteMultipartUpload_OnASuspendedBucketMakesTheNullVersion) {
  harness.put("/bucket", "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>", "versioning");
  const auto id = begin();
  EXPECT_EQ(complete(id, {part(id, 1, "x")}).header("x-amz-version-id"), "");
  EXPECT_EQ(head().header("x-amz-version-id"), "null");
}

TEST_F(MultipartTest, Checksum_Composite) {
  const auto id = begin({{"x-amz-checksum-algorithm", "SHA256"}});
  const auto body = big('a');
  const auto value = checksum_base64(Algorithm::sha256, body);
  const auto reply = upload(id, 1, body, {{"x-amz-checksum-sha256", value}});
  EXPECT_EQ(reply.header("x-amz-checksum-sha256"), value);
  const auto tail = upload(id, 2, "tail");  // the server computes what the client doesn't say
  const auto tail_value = checksum_base64(Algorithm::sha256, "tail");
  EXPECT_EQ(tail.header("x-amz-checksum-sha256"), tail_value);
  const auto done = complete(id, {{1, reply.header("ETag"), "<ChecksumSHA256>" + value + "</ChecksumSHA256>"},
                                  {2, tail.header("ETag"), "<ChecksumSHA256>" + tail_value + "</ChecksumSHA256>"}});
  EXPECT_EQ(done.status, 200) << done.body;
  hash::Hasher of_parts(Algorithm::sha256);
  for (const auto& text : {value, tail_value}) of_parts.update(hash::Digest::from_base64(Algorithm::sha256, text)->bytes());
  const auto expected = of_parts.finish().base64() + "-2";
  EXPECT_EQ(done.element("ChecksumSHA256"), expected);
  EXPECT_EQ(done.element("ChecksumType"), "COMPOSITE");
  const auto described = head({{"x-amz-checksum-mode", "ENABLED"}});
  EXPECT_EQ(described.header("x-amz-checksum-sha256"), expected);
  EXPECT_EQ(described.header("x-amz-checksum-type"), "COMPOSITE");
}

TEST_F(MultipartTest, Checksum_OfTheWholeObject) {
  for (const auto algorithm : {Algorithm::crc32, Algorithm::crc32c, Algorithm::crc64nvme}) {
    const std::string name(hash::algorithm_name(algorithm));
    const auto id = begin({{"x-amz-checksum-algorithm", name}, {"x-amz-checksum-type", "FULL_OBJECT"}});
    const auto first = part(id, 1, big('a'));
    const auto second = part(id, 2, "tail");
    const auto expected = checksum_base64(algorithm, big('a') + "tail");
    const auto header = "x-amz-checksum-" + ascii_lower(name);
    const auto wrong = complete(id, {first, second}, {{header, checksum_base64(algorithm, "other")}});
    EXPECT_EQ(wrong.status, 400) << name;
    EXPECT_EQ(wrong.code(), "BadDigest") << name;
    const auto done = complete(id, {first, second}, {{header, expected}, {"x-amz-checksum-type", "FULL_OBJECT"}});
    EXPECT_EQ(done.status, 200) << done.body;
    EXPECT_EQ(done.element("Checksum" + name), expected);
    EXPECT_EQ(done.element("ChecksumType"), "FULL_OBJECT");
    EXPECT_EQ(head({{"x-amz-checksum-mode", "ENABLED"}}).header(header), expected);
  }
}

TEST_F(MultipartTest, Checksum_CompositeGivenAtComplete) {
  const auto id = begin({{"x-amz-checksum-algorithm", "CRC32"}});
  auto only = part(id, 1, "x");
  EXPECT_EQ(complete(id, {only}).code(), "InvalidRequest");  // of checksums that it doesn't name
  only.extra = "<ChecksumCRC32>" + checksum_base64(Algorithm::crc32, "x") + "</ChecksumCRC32>";
  hash::Hasher of_parts(Algorithm::crc32);
  of_parts.update(hash::digest(Algorithm::crc32, as_bytes("x")).bytes());
  const auto value = of_parts.finish().base64();
  EXPECT_EQ(complete(id, {only}, {{"x-amz-checksum-crc32", checksum_base64(Algorithm::crc32, "other")}}).code(), "BadDigest");
  EXPECT_EQ(complete(id, {only}, {{"x-amz-checksum-crc32", value + "-1"}}).status, 200);
}

TEST_F(MultipartTest, Checksum_NoneNamedIsCrc64OfTheWhole) {
  const auto id = begin();
  const auto first = part(id, 1, big('a'));
  const auto done = complete(id, {first, part(id, 2, "tail")});
  EXPECT_EQ(done.element("ChecksumCRC64NVME"), checksum_base64(Algorithm::crc64nvme, big('a') + "tail"));
}

TEST_F(MultipartTest, Checksum_OfAnotherAlgorithmThanTheUploadsIsRefused) {
  const auto id = begin({{"x-amz-checksum-algorithm", "CRC32"}});
  const auto refused = upload(id, 1, "x", {{"x-amz-checksum-sha1", checksum_base64(Algorithm::sha1, "x")}});
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.code(), "InvalidRequest");
  const auto only = part(id, 1, "x");
  EXPECT_EQ(complete(id, {only}, {{"x-amz-checksum-sha1", checksum_base64(Algorithm::sha1, "x")}}).code(), "InvalidRequest");
  EXPECT_EQ(complete(id, {only}, {{"x-amz-checksum-type", "FULL_OBJECT"}}).code(), "InvalidRequest");
}

TEST_F(MultipartTest, Checksum_WrongPartIsNotKept) {
  const auto id = begin({{"x-amz-checksum-algorithm", "CRC32"}});
  EXPECT_EQ(upload(id, 1, "x", {{"x-amz-checksum-crc32", checksum_base64(Algorithm::crc32, "y")}}).code(), "BadDigest");
  EXPECT_EQ(upload(id, 1, "x", {{"content-md5", md5_base64("y")}}).code(), "BadDigest");
  EXPECT_THAT(texts(harness.get("/bucket/key", "uploadId=" + id).body, "PartNumber"), IsEmpty());
}

TEST_F(MultipartTest, Checksum_WrongPartChecksumAtComplete) {
  const auto id = begin({{"x-amz-checksum-algorithm", "CRC32"}});
  auto only = part(id, 1, "x");
  only.extra = "<ChecksumCRC32>" + checksum_base64(Algorithm::crc32, "y") + "</ChecksumCRC32>";
  EXPECT_EQ(complete(id, {only}).code(), "InvalidPart");
  only.extra = "<ChecksumCRC32>" + checksum_base64(Algorithm::crc32, "x") + "</ChecksumCRC32>";
  EXPECT_EQ(complete(id, {only}).status, 200);
}

TEST_F(MultipartTest, UploadPart_RefusesBadNumbers) {
  const auto id = begin();
  for (const std::string number : {"0", "10001", "x", "-1", ""}) {
    const auto refused = harness.put("/bucket/key", "x", "partNumber=" + number + "&uploadId=" + id);
    EXPECT_EQ(refused.status, 400) << number;
    EXPECT_EQ(refused.code(), "InvalidArgument") << number;
  }
  EXPECT_EQ(harness.put("/bucket/key", "x", "uploadId=" + id).code(), "InvalidArgument");
}

TEST_F(MultipartTest, UploadPart_OfNoUpload) {
  EXPECT_EQ(upload("nonsense", 1, "x").code(), "NoSuchUpload");
  const auto id = begin();
  EXPECT_EQ(upload(id, 1, "x", {}, "another").code(), "NoSuchUpload");
  EXPECT_EQ(harness.put("/missing/key", "x", "partNumber=1&uploadId=" + id).code(), "NoSuchBucket");
}

TEST_F(MultipartTest, UploadPart_AgainReplacesThePart) {
  const auto id = begin();
  part(id, 1, "old");
  const auto again = part(id, 1, "newer");
  EXPECT_EQ(complete(id, {again}).status, 200);
  EXPECT_EQ(harness.get("/bucket/key").body, "newer");
}

TEST_F(MultipartTest, UploadPart_AfterCompleteOrAbort) {
  const auto id = begin();
  complete(id, {part(id, 1, "x")});
  EXPECT_EQ(upload(id, 2, "x").code(), "NoSuchUpload");
  const auto aborted = begin();
  harness.del("/bucket/key", "uploadId=" + aborted);
  EXPECT_EQ(upload(aborted, 1, "x").code(), "NoSuchUpload");
}

TEST_F(MultipartTest, AbortMultipartUpload_ForgetsIt) {
  const auto id = begin();
  const auto only = part(id, 1, "x");
  EXPECT_EQ(harness.del("/bucket/key", "uploadId=" + id).status, 204);
  const auto again = harness.del("/bucket/key", "uploadId=" + id);
  EXPECT_EQ(again.status, 404);
  EXPECT_EQ(again.code(), "NoSuchUpload");
  EXPECT_EQ(complete(id, {only}).code(), "NoSuchUpload");
  EXPECT_EQ(harness.get("/bucket/key", "uploadId=" + id).code(), "NoSuchUpload");
}

TEST_F(MultipartTest, UploadPartCopy_OfAWholeAndARange) {
  harness.put("/bucket/source", "0123456789");
  const auto id = begin();
  const auto copy = [&](int number, Headers headers) {
    headers.emplace_back("x-amz-copy-source", "/bucket/source");
    return harness.put("/bucket/key", {}, "partNumber=" + std::to_string(number) + "&uploadId=" + id, std::move(headers));
  };
  const auto whole = copy(1, {});
  EXPECT_EQ(whole.status, 200) << whole.body;
  EXPECT_THAT(whole.body, HasSubstr("<CopyPartResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"));
  EXPECT_EQ(whole.element("LastModified"), "2026-03-01T12:00:00.000Z");
  const auto range = copy(1, {{"x-amz-copy-source-range", "bytes=2-4"}});
  EXPECT_EQ(range.status, 200);
  EXPECT_EQ(complete(id, {{1, range.element("ETag")}}).status, 200);
  EXPECT_EQ(harness.get("/bucket/key").body, "234");
}

TEST_F(MultipartTest, UploadPartCopy_RefusesBadRanges) {
  harness.put("/bucket/source", "0123456789");
  const auto id = begin();
  for (const std::string range : {"bytes=5-10", "bytes=4-2", "bytes=-3", "bytes=3-", "2-4", "bytes=a-b"}) {
    const auto refused = harness.put("/bucket/key", {}, "partNumber=1&uploadId=" + id,
                                     {{"x-amz-copy-source", "/bucket/source"}, {"x-amz-copy-source-range", range}});
    EXPECT_THAT(refused.code(), testing::AnyOf("InvalidArgument", "InvalidRange")) << range;
  }
}

TEST_F(MultipartTest, UploadPartCopy_ObeysTheSourcesConditionsAndPermissions) {
  const auto etag = harness.put("/bucket/source", "0123456789").header("ETag");
  const auto id = begin();
  const std::string query = "partNumber=1&uploadId=" + id;
  EXPECT_EQ(harness.put("/bucket/key", {}, query, {{"x-amz-copy-source", "/bucket/none"}}).code(), "NoSuchKey");
  EXPECT_EQ(harness.put("/bucket/key", {}, query, {{"x-amz-copy-source", "/missing/none"}}).code(), "NoSuchBucket");
  EXPECT_EQ(
      harness.put("/bucket/key", {}, query, {{"x-amz-copy-source", "/bucket/source"}, {"x-amz-copy-source-if-none-match", etag}}).code(),
      "PreconditionFailed");
  harness.set_policy("bucket", R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:PutObject",)"
                               R"("Resource":"arn:aws:s3:::bucket/*"}]})");
  Call call{
      .method = "PUT", .path = "/bucket/key", .query = query, .headers = {{"x-amz-copy-source", "/bucket/source"}}, .anonymous = true};
  EXPECT_EQ(harness.send(call).code(), "AccessDenied");
}

TEST_F(MultipartTest, ListParts_PagesByNumber) {
  const auto id = begin({{"x-amz-storage-class", "STANDARD_IA"}});
  for (const int number : {7, 1, 3}) part(id, number, std::string(static_cast<std::size_t>(number), 'x'));
  const auto first = harness.get("/bucket/key", "max-parts=2&uploadId=" + id);
  EXPECT_EQ(first.status, 200);
  EXPECT_THAT(first.body, HasSubstr("<ListPartsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"));
  EXPECT_EQ(first.element("UploadId"), id);
  EXPECT_EQ(first.element("StorageClass"), "STANDARD_IA");
  EXPECT_THAT(texts(first.body, "PartNumber"), ElementsAre("1", "3"));
  EXPECT_THAT(texts(first.body, "Size"), ElementsAre("1", "3"));
  EXPECT_EQ(first.element("IsTruncated"), "true");
  EXPECT_EQ(first.element("NextPartNumberMarker"), "3");
  EXPECT_EQ(first.element("MaxParts"), "2");
  const auto second = harness.get("/bucket/key", "part-number-marker=3&uploadId=" + id);
  EXPECT_THAT(texts(second.body, "PartNumber"), ElementsAre("7"));
  EXPECT_EQ(second.element("PartNumberMarker"), "3");
  EXPECT_EQ(second.element("NextPartNumberMarker"), "7");
  EXPECT_EQ(second.element("IsTruncated"), "false");
}

TEST_F(MultipartTest, ListParts_ShowsChecksums) {
  const auto id = begin({{"x-amz-checksum-algorithm", "SHA1"}});
  part(id, 1, "x");
  const auto listing = harness.get("/bucket/key", "uploadId=" + id);
  EXPECT_EQ(listing.element("ChecksumAlgorithm"), "SHA1");
  EXPECT_EQ(listing.element("ChecksumType"), "COMPOSITE");
  EXPECT_EQ(listing.element("ChecksumSHA1"), checksum_base64(Algorithm::sha1, "x"));
}

TEST_F(MultipartTest, ListParts_RefusesBadParameters) {
  const auto id = begin();
  EXPECT_EQ(harness.get("/bucket/key", "max-parts=x&uploadId=" + id).code(), "InvalidArgument");
  EXPECT_EQ(harness.get("/bucket/key", "part-number-marker=-1&uploadId=" + id).code(), "InvalidArgument");
  EXPECT_EQ(harness.get("/bucket/key", "uploadId=nonsense").code(), "NoSuchUpload");
}

TEST_F(MultipartTest, ListMultipartUploads_ByKeyThenTime) {
  const auto b1 = begin({}, "b");
  harness.clock.advance(std::chrono::seconds(1));
  const auto b2 = begin({}, "b");
  const auto a = begin({}, "a");
  const auto listing = harness.get("/bucket", "uploads");
  EXPECT_EQ(listing.status, 200);
  EXPECT_THAT(listing.body, HasSubstr("<ListMultipartUploadsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"));
  EXPECT_THAT(keys_of(listing), ElementsAre("a", "b", "b"));
  EXPECT_THAT(texts(listing.body, "UploadId"), ElementsAre(a, b1, b2));
  EXPECT_EQ(listing.element("Initiated"), "2026-03-01T12:00:01.000Z");
  EXPECT_EQ(listing.element("IsTruncated"), "false");
  EXPECT_EQ(listing.element("StorageClass"), "STANDARD");
}

TEST_F(MultipartTest, ListMultipartUploads_PagesByBothMarkers) {
  const auto b1 = begin({}, "b");
  const auto b2 = begin({}, "b");
  const auto c = begin({}, "c");
  std::vector<std::string> seen;
  std::string query = "uploads&max-uploads=1";
  for (int page = 0; page < 10; ++page) {
    const auto listing = harness.get("/bucket", query);
    for (const auto& id : texts(listing.body, "UploadId")) seen.push_back(id);
    if (listing.element("IsTruncated") == "false") break;
    query = "uploads&max-uploads=1&key-marker=" + listing.element("NextKeyMarker") +
            "&upload-id-marker=" + listing.element("NextUploadIdMarker");
  }
  EXPECT_THAT(seen, ElementsAre(b1, b2, c));
  EXPECT_THAT(texts(harness.get("/bucket", "uploads&key-marker=b").body, "UploadId"), ElementsAre(c));
}

TEST_F(MultipartTest, ListMultipartUploads_PrefixAndDelimiter) {
  begin({}, "x/1");
  begin({}, "x/2");
  begin({}, "y");
  const auto listing = harness.get("/bucket", "uploads&delimiter=%2F");
  EXPECT_THAT(prefixes_of(listing), ElementsAre("x/"));
  EXPECT_THAT(keys_of(listing), ElementsAre("y"));
  EXPECT_EQ(listing.element("Delimiter"), "/");
  EXPECT_THAT(keys_of(harness.get("/bucket", "uploads&prefix=x%2F")), ElementsAre("x/1", "x/2"));
}

TEST_F(MultipartTest, ListMultipartUploads_RefusesBadParameters) {
  EXPECT_EQ(harness.get("/bucket", "uploads&max-uploads=x").code(), "InvalidArgument");
  EXPECT_EQ(harness.get("/bucket", "uploads&encoding-type=x").code(), "InvalidArgument");
  EXPECT_EQ(harness.get("/missing", "uploads").code(), "NoSuchBucket");
}

TEST_F(MultipartTest, Uploads_AcceptBothFormsOfTheParameter) {
  EXPECT_EQ(harness.post("/bucket/key", {}, "uploads=").status, 200);
  EXPECT_EQ(harness.get("/bucket", "uploads=").status, 200);
}

TEST_F(MultipartTest, Uploads_NeedPermission) {
  EXPECT_EQ(harness.send({.method = "POST", .path = "/bucket/key", .query = "uploads", .anonymous = true}).code(), "AccessDenied");
  const auto id = begin();
  for (const std::string method : {"PUT", "GET", "DELETE", "POST"}) {
    Call call{.method = method, .path = "/bucket/key", .query = "partNumber=1&uploadId=" + id, .anonymous = true};
    EXPECT_EQ(harness.send(call).code(), "AccessDenied") << method;
  }
}

}  // namespace
}  // namespace holdfast::s3::test
