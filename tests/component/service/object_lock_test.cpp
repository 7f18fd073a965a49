// Object Lock: configuration, retention, legal hold, and that nothing gets past them.
#include "component/service/answers.hpp"

#include "holdfast/storage/default_retention.hpp"

#include <gtest/gtest.h>

namespace holdfast::s3::test {
namespace {

using std::chrono::hours;

constexpr auto kDay = hours(24);

std::string default_rule(std::string_view inner) {
  return "<ObjectLockConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule>"
         "<DefaultRetention>" +
         std::string(inner) + "</DefaultRetention></Rule></ObjectLockConfiguration>";
}
std::string retention(std::string_view mode, std::string_view until) {
  return "<Retention><Mode>" + std::string(mode) + "</Mode><RetainUntilDate>" + std::string(until) + "</RetainUntilDate></Retention>";
}
std::string legal_hold(std::string_view status) { return "<LegalHold><Status>" + std::string(status) + "</Status></LegalHold>"; }

const Headers kBypass = {{"x-amz-bypass-governance-retention", "true"}};

class ObjectLockTest : public testing::Test {
 protected:
  void SetUp() override {
    harness.put("/locked", {}, {}, {{"x-amz-bucket-object-lock-enabled", "true"}});
    harness.make_bucket("plain");
  }
  // Lock documents need a digest of themselves.
  Reply put_document(const std::string& path, const std::string& body, const std::string& query, Headers headers = {}) {
    headers.emplace_back("content-md5", md5_base64(body));
    return harness.put(path, body, query, std::move(headers));
  }
  std::string put_object(Headers headers = {}) {
    const auto put = put_document("/locked/key", "hello", {}, std::move(headers));
    EXPECT_EQ(put.status, 200) << put.body;
    return put.header("x-amz-version-id");
  }
  Reply put_retention(const std::string& version, std::string_view mode, std::string_view until, Headers headers = {}) {
    return put_document("/locked/key", retention(mode, until), "retention&versionId=" + version, std::move(headers));
  }
  Reply remove(const std::string& version, Headers headers = {}) {
    return harness.del("/locked/key", "versionId=" + version, std::move(headers));
  }
  Headers lock(std::string mode, std::string until) {
    return {{"x-amz-object-lock-mode", std::move(mode)}, {"x-amz-object-lock-retain-until-date", std::move(until)}};
  }
  Harness harness;  // its clock starts at 2026-03-01T12:00:00Z
};

TEST_F(ObjectLockTest, Configuration_OfABucketMadeWithLock) {
  const auto got = harness.get("/locked", "object-lock");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.element("ObjectLockEnabled"), "Enabled");
  EXPECT_EQ(got.element("Mode"), "");
}

TEST_F(ObjectLockTest, Configuration_OfABucketWithout) {
  const auto none = harness.get("/plain", "object-lock");
  EXPECT_EQ(none.status, 404);
  EXPECT_EQ(none.code(), "ObjectLockConfigurationNotFoundError");
  EXPECT_EQ(harness.get("/missing", "object-lock").code(), "NoSuchBucket");
}

TEST_F(ObjectLockTest, Configuration_DefaultRetentionIsKept) {
  EXPECT_EQ(put_document("/locked", default_rule("<Mode>GOVERNANCE</Mode><Days>30</Days>"), "object-lock").status, 200);
  auto got = harness.get("/locked", "object-lock");
  EXPECT_EQ(got.element("Mode"), "GOVERNANCE");
  EXPECT_EQ(got.element("Days"), "30");
  EXPECT_EQ(put_document("/locked", default_rule("<Mode>COMPLIANCE</Mode><Years>2</Years>"), "object-lock").status, 200);
  got = harness.get("/locked", "object-lock");
  EXPECT_EQ(got.element("Mode"), "COMPLIANCE");
  EXPECT_EQ(got.element("Years"), "2");
  EXPECT_EQ(got.element("Days"), "");
  const std::string without_rule = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>";
  EXPECT_EQ(put_document("/locked", without_rule, "object-lock").status, 200);
  EXPECT_EQ(harness.get("/locked", "object-lock").element("Mode"), "");
}

TEST_F(ObjectLockTest, Configuration_LocksAVersionedBucket) {
  const auto rule = default_rule("<Mode>GOVERNANCE</Mode><Days>1</Days>");
  const auto refused = put_document("/plain", rule, "object-lock");
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.code(), "InvalidBucketState");
  harness.put("/plain", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>", "versioning");
  EXPECT_EQ(put_document("/plain", rule, "object-lock").status, 200);
  EXPECT_EQ(harness.get("/plain", "object-lock").element("Days"), "1");
  EXPECT_EQ(harness.put("/plain", "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>", "versioning").code(),
            "InvalidBucketState");
}

TEST_F(ObjectLockTest, Configuration_RefusesMalformedDocuments) {
  for (const std::string& body :
       {std::string(), std::string("<ObjectLockConfiguration/>"),
        std::string("<ObjectLockConfiguration><ObjectLockEnabled>Disabled</ObjectLockEnabled></ObjectLockConfiguration>"),
        std::string("<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule/></ObjectLockConfiguration>"),
        default_rule("<Mode>governance</Mode><Days>1</Days>"), default_rule("<Days>1</Days>"), default_rule("<Mode>GOVERNANCE</Mode>"),
        default_rule("<Mode>GOVERNANCE</Mode><Days>1</Days><Years>1</Years>"), default_rule("<Mode>GOVERNANCE</Mode><Days>x</Days>")}) {
    const auto refused = put_document("/locked", body, "object-lock");
    EXPECT_EQ(refused.status, 400) << body;
    EXPECT_EQ(refused.code(), "MalformedXML") << body;
  }
}

TEST_F(ObjectLockTest, Configuration_RefusesImpossiblePeriods) {
  for (const std::string period : {"<Days>0</Days>", "<Days>-1</Days>", "<Days>36501</Days>", "<Years>0</Years>", "<Years>101</Years>"}) {
    const auto refused = put_document("/locked", default_rule("<Mode>GOVERNANCE</Mode>" + period), "object-lock");
    EXPECT_EQ(refused.status, 400) << period;
    EXPECT_EQ(refused.code(), "InvalidArgument") << period;
  }
}

TEST_F(ObjectLockTest, Documents_NeedADigest) {
  const auto version = put_object();
  EXPECT_EQ(harness.put("/locked", default_rule("<Mode>GOVERNANCE</Mode><Days>1</Days>"), "object-lock").code(), "InvalidRequest");
  EXPECT_EQ(harness.put("/locked/key", retention("GOVERNANCE", "2026-04-01T00:00:00Z"), "retention").code(), "InvalidRequest");
  EXPECT_EQ(harness.put("/locked/key", legal_hold("ON"), "legal-hold").code(), "InvalidRequest");
  const auto body = legal_hold("ON");
  EXPECT_EQ(
      harness.put("/locked/key", body, "legal-hold", {{"x-amz-checksum-crc32", checksum_base64(hash::Algorithm::crc32, body)}}).status,
      200);
  EXPECT_EQ(harness.put("/locked/key", body, "legal-hold", {{"content-md5", md5_base64("another")}}).code(), "BadDigest");
}

TEST_F(ObjectLockTest, PutObject_WithLockNeedsADigest) {
  const auto refused = harness.put("/locked/key", "hello", {}, lock("GOVERNANCE", "2026-04-01T00:00:00Z"));
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.code(), "InvalidRequest");
  EXPECT_EQ(harness.get("/locked/key").status, 404);
}

TEST_F(ObjectLockTest, PutObject_KeepsItsRetention) {
  const auto version = put_object(lock("GOVERNANCE", "2026-04-01T00:00:00Z"));
  const auto got = harness.get("/locked/key", "retention");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.element("Mode"), "GOVERNANCE");
  EXPECT_EQ(got.element("RetainUntilDate"), "2026-04-01T00:00:00.000Z");
  const auto head = harness.head("/locked/key");
  EXPECT_EQ(head.header("x-amz-object-lock-mode"), "GOVERNANCE");
  EXPECT_EQ(head.header("x-amz-object-lock-retain-until-date"), "2026-04-01T00:00:00.000Z");
}

TEST_F(ObjectLockTest, PutObject_RefusesBadLockHeaders) {
  const std::vector<Headers> cases = {
      {{"x-amz-object-lock-mode", "GOVERNANCE"}}, {{"x-amz-object-lock-retain-until-date", "2026-04-01T00:00:00Z"}},
      lock("NONSENSE", "2026-04-01T00:00:00Z"),   lock("GOVERNANCE", "tomorrow"),
      lock("GOVERNANCE", "2026-02-01T00:00:00Z"), {{"x-amz-object-lock-legal-hold", "MAYBE"}}};
  for (const auto& headers : cases) {
    const auto refused = put_document("/locked/key", "hello", {}, headers);
    EXPECT_EQ(refused.status, 400) << headers[0].second;
    EXPECT_EQ(refused.code(), "InvalidArgument") << headers[0].second;
  }
}

TEST_F(ObjectLockTest, PutObject_WithLockNeedsALockedBucket) {
  const auto refused = put_document("/plain/key", "hello", {}, lock("GOVERNANCE", "2026-04-01T00:00:00Z"));
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.code(), "InvalidRequest");
  EXPECT_EQ(refused.element("Message"), "Bucket is missing Object Lock Configuration");
  EXPECT_EQ(put_document("/plain/key", "hello", {}, {{"x-amz-object-lock-legal-hold", "ON"}}).code(), "InvalidRequest");
}

TEST_F(ObjectLockTest, Governance_ProtectsUntilItsEnd) {
  const auto version = put_object(lock("GOVERNANCE", "2026-03-02T12:00:00Z"));
  const auto refused = remove(version);
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.code(), "AccessDenied");
  harness.clock.advance(kDay);
  EXPECT_EQ(remove(version).status, 204);
}

TEST_F(ObjectLockTest, Governance_CanBeBypassed) {
  const auto version = put_object(lock("GOVERNANCE", "2026-04-01T00:00:00Z"));
  EXPECT_EQ(remove(version, kBypass).status, 204);
  EXPECT_EQ(harness.get("/locked/key").status, 404);
}

TEST_F(ObjectLockTest, Governance_BypassNeedsItsOwnPermission) {
  const auto version = put_object(lock("GOVERNANCE", "2026-04-01T00:00:00Z"));
  harness.set_policy("locked",
                     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Resource":"arn:aws:s3:::locked/*",)"
                     R"("Action":["s3:DeleteObjectVersion","s3:PutObjectRetention"]}]})");
  Call call{.method = "DELETE", .path = "/locked/key", .query = "versionId=" + version, .headers = kBypass, .anonymous = true};
  EXPECT_EQ(harness.send(call).code(), "AccessDenied");
  EXPECT_EQ(harness.get("/locked/key").status, 200);
  harness.set_policy("locked",
                     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Resource":"arn:aws:s3:::locked/*",)"
                     R"("Action":["s3:DeleteObjectVersion","s3:BypassGovernanceRetention"]}]})");
  EXPECT_EQ(harness.send(call).status, 204);
}

TEST_F(ObjectLockTest, Compliance_KnowsNoBypass) {
  const auto version = put_object(lock("COMPLIANCE", "2026-04-01T00:00:00Z"));
  EXPECT_EQ(remove(version, kBypass).code(), "AccessDenied");
  EXPECT_EQ(put_retention(version, "COMPLIANCE", "2026-03-15T00:00:00Z", kBypass).code(), "AccessDenied");
  EXPECT_EQ(put_retention(version, "GOVERNANCE", "2026-05-01T00:00:00Z", kBypass).code(), "AccessDenied");
  EXPECT_EQ(put_document("/locked/key", "<Retention/>", "retention", kBypass).code(), "AccessDenied");
  EXPECT_EQ(put_retention(version, "COMPLIANCE", "2026-05-01T00:00:00Z").status, 200);
  EXPECT_EQ(harness.get("/locked/key", "retention").element("RetainUntilDate"), "2026-05-01T00:00:00.000Z");
}

TEST_F(ObjectLockTest, Retention_RulesForGovernance) {
  const auto version = put_object(lock("GOVERNANCE", "2026-04-01T00:00:00Z"));
  EXPECT_EQ(put_retention(version, "GOVERNANCE", "2026-04-02T00:00:00Z").status, 200);
  EXPECT_EQ(put_retention(version, "GOVERNANCE", "2026-04-01T00:00:00Z").code(), "AccessDenied");
  EXPECT_EQ(put_retention(version, "COMPLIANCE", "2026-04-02T00:00:00Z").code(), "AccessDenied");
  EXPECT_EQ(put_retention(version, "GOVERNANCE", "2026-04-01T00:00:00Z", kBypass).status, 200);
  EXPECT_EQ(put_document("/locked/key", "<Retention/>", "retention").code(), "AccessDenied");
  EXPECT_EQ(put_document("/locked/key", "<Retention/>", "retention", kBypass).status, 200);
  EXPECT_EQ(harness.get("/locked/key", "retention").code(), "NoSuchObjectLockConfiguration");
}

TEST_F(ObjectLockTest, Retention_OnceOverMayBecomeAnything) {
  const auto version = put_object(lock("COMPLIANCE", "2026-03-02T12:00:00Z"));
  harness.clock.advance(2 * kDay);
  EXPECT_EQ(put_retention(version, "GOVERNANCE", "2026-04-01T00:00:00Z").status, 200);
}

TEST_F(ObjectLockTest, Retention_IsAVersionsOwn) {
  const auto first = put_object();
  const auto second = put_object();
  EXPECT_EQ(put_retention(first, "GOVERNANCE", "2026-04-01T00:00:00Z").status, 200);
  EXPECT_EQ(harness.get("/locked/key", "retention").code(), "NoSuchObjectLockConfiguration");
  EXPECT_EQ(harness.get("/locked/key", "retention&versionId=" + first).element("Mode"), "GOVERNANCE");
  EXPECT_EQ(remove(second).status, 204);
  EXPECT_EQ(remove(first).code(), "AccessDenied");
}

TEST_F(ObjectLockTest, Retention_ErrorsOfItsRequests) {
  const auto version = put_object();
  for (const std::string& body : {std::string(), std::string("<Retention><Mode>GOVERNANCE</Mode></Retention>"),
                                  std::string("<Retention><RetainUntilDate>2026-04-01T00:00:00Z</RetainUntilDate></Retention>"),
                                  retention("NONE", "2026-04-01T00:00:00Z"), retention("GOVERNANCE", "tomorrow")}) {
    EXPECT_EQ(put_document("/locked/key", body, "retention").code(), "MalformedXML") << body;
  }
  EXPECT_EQ(put_retention(version, "GOVERNANCE", "2026-03-01T12:00:00Z").code(), "InvalidArgument");
  EXPECT_EQ(harness.get("/locked/none", "retention").code(), "NoSuchKey");
  harness.put("/plain/key", "x");
  const auto unlocked = harness.get("/plain/key", "retention");
  EXPECT_EQ(unlocked.status, 400);
  EXPECT_EQ(unlocked.code(), "InvalidRequest");
  EXPECT_EQ(put_document("/plain/key", retention("GOVERNANCE", "2026-04-01T00:00:00Z"), "retention").code(), "InvalidRequest");
  EXPECT_EQ(harness.get("/missing/key", "retention").code(), "NoSuchBucket");
}

TEST_F(ObjectLockTest, Retention_NeedsPermission) {
  put_object();
  harness.set_policy("locked",
                     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Resource":"arn:aws:s3:::locked/*",)"
                     R"("Action":["s3:PutObject","s3:GetObject"]}]})");
  EXPECT_EQ(harness.get_anonymously("/locked/key", "retention").code(), "AccessDenied");
  EXPECT_EQ(harness.get_anonymously("/locked/key", "legal-hold").code(), "AccessDenied");
  Call call{.method = "PUT", .path = "/locked/key", .headers = lock("GOVERNANCE", "2026-04-01T00:00:00Z"), .body = "x", .anonymous = true};
  call.headers.emplace_back("content-md5", md5_base64("x"));
  EXPECT_EQ(harness.send(call).code(), "AccessDenied");
}

TEST_F(ObjectLockTest, LegalHold_ProtectsWhileItIsOn) {
  const auto version = put_object();
  EXPECT_EQ(harness.get("/locked/key", "legal-hold").code(), "NoSuchObjectLockConfiguration");
  EXPECT_EQ(put_document("/locked/key", legal_hold("ON"), "legal-hold").status, 200);
  EXPECT_EQ(harness.get("/locked/key", "legal-hold").element("Status"), "ON");
  EXPECT_EQ(harness.head("/locked/key").header("x-amz-object-lock-legal-hold"), "ON");
  EXPECT_EQ(remove(version, kBypass).code(), "AccessDenied");
  EXPECT_EQ(put_document("/locked/key", legal_hold("OFF"), "legal-hold").status, 200);
  EXPECT_EQ(harness.get("/locked/key", "legal-hold").element("Status"), "OFF");
  EXPECT_EQ(remove(version).status, 204);
}

TEST_F(ObjectLockTest, LegalHold_ByHeader) {
  const auto version = put_object({{"x-amz-object-lock-legal-hold", "ON"}});
  EXPECT_EQ(harness.get("/locked/key", "legal-hold").element("Status"), "ON");
  EXPECT_EQ(remove(version).code(), "AccessDenied");
}

TEST_F(ObjectLockTest, LegalHold_ErrorsOfItsRequests) {
  put_object();
  for (const std::string& body : {std::string(), std::string("<LegalHold/>"), legal_hold("on")}) {
    EXPECT_EQ(put_document("/locked/key", body, "legal-hold").code(), "MalformedXML") << body;
  }
  harness.put("/plain/key", "x");
  EXPECT_EQ(put_document("/plain/key", legal_hold("ON"), "legal-hold").code(), "InvalidRequest");
  EXPECT_EQ(harness.get("/plain/key", "legal-hold").code(), "InvalidRequest");
  EXPECT_EQ(harness.get("/locked/none", "legal-hold").code(), "NoSuchKey");
}

TEST_F(ObjectLockTest, DeleteObject_HidesALockedKeyButKeepsItsVersion) {
  const auto version = put_object(lock("COMPLIANCE", "2026-04-01T00:00:00Z"));
  EXPECT_EQ(harness.del("/locked/key").header("x-amz-delete-marker"), "true");
  EXPECT_EQ(harness.get("/locked/key").status, 404);
  EXPECT_EQ(harness.get("/locked/key", "versionId=" + version).body, "hello");
}

TEST_F(ObjectLockTest, DeleteObjects_LeavesLockedVersions) {
  const auto version = put_object(lock("GOVERNANCE", "2026-04-01T00:00:00Z"));
  const std::string body = "<Delete><Object><Key>key</Key><VersionId>" + version + "</VersionId></Object></Delete>";
  const auto refused = harness.post("/locked", body, "delete", {{"content-md5", md5_base64(body)}});
  EXPECT_EQ(refused.status, 200);
  EXPECT_EQ(refused.code(), "AccessDenied");
  EXPECT_EQ(harness.get("/locked/key").status, 200);
  auto headers = kBypass;
  headers.emplace_back("content-md5", md5_base64(body));
  EXPECT_EQ(harness.post("/locked", body, "delete", headers).element("VersionId"), version);
  EXPECT_EQ(harness.get("/locked/key").status, 404);
}

TEST_F(ObjectLockTest, DeleteBucket_RefusesWhileLockedVersionsExist) {
  put_object(lock("GOVERNANCE", "2026-04-01T00:00:00Z"));
  EXPECT_EQ(harness.del("/locked").code(), "BucketNotEmpty");
}

class DefaultRetentionTest : public ObjectLockTest {
 protected:
  void SetUp() override {
    ObjectLockTest::SetUp();
    ASSERT_EQ(put_document("/locked", default_rule("<Mode>COMPLIANCE</Mode><Days>2</Days>"), "object-lock").status, 200);
  }
};

TEST_F(DefaultRetentionTest, OfPutObject) {
  const auto put = harness.put("/locked/key", "hello");
  EXPECT_EQ(put.status, 200);
  const auto got = harness.get("/locked/key", "retention");
  EXPECT_EQ(got.element("Mode"), "COMPLIANCE");
  EXPECT_EQ(got.element("RetainUntilDate"), "2026-03-03T12:00:00.000Z");
  EXPECT_EQ(remove(put.header("x-amz-version-id"), kBypass).code(), "AccessDenied");
}

TEST_F(DefaultRetentionTest, OfCopyObject) {
  harness.put("/plain/source", "hello");
  EXPECT_EQ(harness.put("/locked/key", {}, {}, {{"x-amz-copy-source", "/plain/source"}}).status, 200);
  EXPECT_EQ(harness.get("/locked/key", "retention").element("Mode"), "COMPLIANCE");
}

TEST_F(DefaultRetentionTest, OfCompleteMultipartUpload_CountsFromItsEnd) {
  const auto id = harness.post("/locked/key", {}, "uploads").element("UploadId");
  const auto etag = harness.put("/locked/key", "x", "partNumber=1&uploadId=" + id).header("ETag");
  harness.clock.advance(kDay);
  const auto done = harness.post(
      "/locked/key", "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + etag + "</ETag></Part></CompleteMultipartUpload>",
      "uploadId=" + id);
  EXPECT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(harness.get("/locked/key", "retention").element("RetainUntilDate"), "2026-03-04T12:00:00.000Z");
}

TEST_F(DefaultRetentionTest, GivesWayToWhatTheWriterSays) {
  put_object(lock("GOVERNANCE", "2026-03-01T13:00:00Z"));
  EXPECT_EQ(harness.get("/locked/key", "retention").element("Mode"), "GOVERNANCE");
  EXPECT_EQ(harness.get("/locked/key", "retention").element("RetainUntilDate"), "2026-03-01T13:00:00.000Z");
}

TEST_F(DefaultRetentionTest, LeavesDeleteMarkersAlone) {
  harness.put("/locked/key", "hello");
  const auto marker = harness.del("/locked/key").header("x-amz-version-id");
  EXPECT_EQ(remove(marker).status, 204);
  EXPECT_EQ(harness.get("/locked/key").status, 200);
}

TEST_F(DefaultRetentionTest, OfYearsCountsCalendarYears) {
  put_document("/locked", default_rule("<Mode>GOVERNANCE</Mode><Years>2</Years>"), "object-lock");
  harness.put("/locked/key", "hello");
  EXPECT_EQ(harness.get("/locked/key", "retention").element("RetainUntilDate"), "2028-03-01T12:00:00.000Z");
  harness.clock.set(*parse_iso8601("2028-02-29T12:00:00Z"));
  put_document("/locked", default_rule("<Mode>GOVERNANCE</Mode><Years>1</Years>"), "object-lock");
  harness.put("/locked/leap", "hello");
  EXPECT_EQ(harness.get("/locked/leap", "retention").element("RetainUntilDate"), "2029-02-28T12:00:00.000Z");
}

TEST_F(DefaultRetentionTest, ThatIsNotUnderstoodRefusesWrites) {
  harness.make_bucket("broken", [](storage::BucketInfo& bucket) {
    bucket.versioning = storage::Versioning::enabled;
    bucket.object_lock = true;
    bucket.configuration["default-retention"] = "GOVERNANCE forever";
  });
  EXPECT_EQ(harness.put("/broken/key", "x").status, 500);
  EXPECT_EQ(harness.get("/broken/key").status, 404);
}

TEST_F(ObjectLockTest, CreateMultipartUpload_KeepsItsRetention) {
  auto headers = lock("COMPLIANCE", "2026-04-01T00:00:00Z");
  headers.emplace_back("x-amz-object-lock-legal-hold", "ON");
  const auto id = harness.post("/locked/key", {}, "uploads", headers).element("UploadId");
  ASSERT_NE(id, "");
  const auto etag = harness.put("/locked/key", "x", "partNumber=1&uploadId=" + id).header("ETag");
  harness.post("/locked/key",
               "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + etag + "</ETag></Part></CompleteMultipartUpload>",
               "uploadId=" + id);
  const auto head = harness.head("/locked/key");
  EXPECT_EQ(head.header("x-amz-object-lock-mode"), "COMPLIANCE");
  EXPECT_EQ(head.header("x-amz-object-lock-legal-hold"), "ON");
}

TEST_F(ObjectLockTest, CopyObject_LeavesTheSourcesLocksBehind) {
  const auto version = put_object(lock("GOVERNANCE", "2026-04-01T00:00:00Z"));
  EXPECT_EQ(harness.put("/locked/copy", {}, {}, {{"x-amz-copy-source", "/locked/key"}}).status, 200);
  EXPECT_EQ(harness.get("/locked/copy", "retention").code(), "NoSuchObjectLockConfiguration");
  auto headers = lock("COMPLIANCE", "2026-05-01T00:00:00Z");
  headers.emplace_back("x-amz-copy-source", "/locked/key");
  EXPECT_EQ(harness.put("/locked/copy", {}, {}, headers).status, 200);
  EXPECT_EQ(harness.get("/locked/copy", "retention").element("Mode"), "COMPLIANCE");
}

}  // namespace
}  // namespace holdfast::s3::test
