// ACLs, object ownership and public access blocks: kept, shown, and what they let in.
#include "component/service/answers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::s3::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kRootId = "366dd5f399c5ed0fee2a6e86d88d9825bd106dd018d21e707c98ee1052ec1926";
constexpr std::string_view kEveryone = "http://acs.amazonaws.com/groups/global/AllUsers";
constexpr std::string_view kAccounts = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";

std::string grant_to_group(std::string_view uri, std::string_view permission) {
  return "<Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"Group\"><URI>" + std::string(uri) +
         "</URI></Grantee><Permission>" + std::string(permission) + "</Permission></Grant>";
}
std::string grant_to_account(std::string_view id, std::string_view permission) {
  return "<Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\"><ID>" + std::string(id) +
         "</ID></Grantee><Permission>" + std::string(permission) + "</Permission></Grant>";
}
std::string acl_document(std::string_view grants, std::string_view owner = kRootId) {
  return "<AccessControlPolicy xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Owner><ID>" + std::string(owner) +
         "</ID></Owner><AccessControlList>" + std::string(grants) + "</AccessControlList></AccessControlPolicy>";
}
std::string ownership_document(std::string_view ownership) {
  return "<OwnershipControls><Rule><ObjectOwnership>" + std::string(ownership) + "</ObjectOwnership></Rule></OwnershipControls>";
}
std::string block_document(std::string_view inner) {
  return "<PublicAccessBlockConfiguration>" + std::string(inner) + "</PublicAccessBlockConfiguration>";
}

class AclTest : public testing::Test {
 protected:
  void SetUp() override {
    harness.make_bucket("bucket");
    harness.put("/bucket/key", "hello");
  }
  Reply set_bucket_acl(const std::string& canned) { return harness.put("/bucket", {}, "acl", {{"x-amz-acl", canned}}); }
  Reply set_object_acl(const std::string& canned) { return harness.put("/bucket/key", {}, "acl", {{"x-amz-acl", canned}}); }
  Reply put_anonymously(const std::string& path, Headers headers = {}) {
    return harness.send({.method = "PUT", .path = path, .headers = std::move(headers), .body = "x", .anonymous = true});
  }
  void enforce_ownership() {
    ASSERT_EQ(harness.put("/bucket", ownership_document("BucketOwnerEnforced"), "ownershipControls").status, 200);
  }
  void block(const std::string& name) {
    ASSERT_EQ(harness.put("/bucket", block_document("<" + name + ">true</" + name + ">"), "publicAccessBlock").status, 200);
  }
  Harness harness;
};

TEST_F(AclTest, GetBucketAcl_IsPrivateAtFirst) {
  const auto got = harness.get("/bucket", "acl");
  EXPECT_EQ(got.status, 200);
  EXPECT_THAT(got.body, HasSubstr("<AccessControlPolicy xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Owner><ID>" +
                                  std::string(kRootId) + "</ID><DisplayName>root</DisplayName></Owner>"));
  EXPECT_THAT(got.body, HasSubstr("xsi:type=\"CanonicalUser\"><ID>" + std::string(kRootId)));
  EXPECT_THAT(texts(got.body, "Permission"), ElementsAre("FULL_CONTROL"));
  EXPECT_EQ(harness.get("/missing", "acl").code(), "NoSuchBucket");
}

TEST_F(AclTest, PutObject_PublicReadIsReadByAnyone) {
  EXPECT_EQ(harness.put("/bucket/public", "hello", {}, {{"x-amz-acl", "public-read"}}).status, 200);
  const auto got = harness.get_anonymously("/bucket/public");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body, "hello");
  EXPECT_EQ(harness.send({.method = "HEAD", .path = "/bucket/public", .anonymous = true}).status, 200);
  EXPECT_EQ(harness.get_anonymously("/bucket/key").code(), "AccessDenied");
  EXPECT_EQ(put_anonymously("/bucket/public").code(), "AccessDenied");
  EXPECT_EQ(harness.send({.method = "DELETE", .path = "/bucket/public", .anonymous = true}).code(), "AccessDenied");
  EXPECT_EQ(harness.get_anonymously("/bucket").code(), "AccessDenied");
  EXPECT_EQ(harness.get_anonymously("/bucket/public", "tagging").code(), "AccessDenied");
}

TEST_F(AclTest, PutObject_OverwritingMakesItPrivateAgain) {
  harness.put("/bucket/public", "hello", {}, {{"x-amz-acl", "public-read"}});
  harness.put("/bucket/public", "secret");
  EXPECT_EQ(harness.get_anonymously("/bucket/public").code(), "AccessDenied");
}

TEST_F(AclTest, PutObject_GrantsInHeaders) {
  EXPECT_EQ(harness
                .put("/bucket/shared", "hello", {},
                     {{"x-amz-grant-read", "uri=\"" + std::string(kEveryone) + "\""},
                      {"x-amz-grant-full-control", "id=" + std::string(kRootId) + ", uri=\"" + std::string(kAccounts) + "\""}})
                .status,
            200);
  EXPECT_EQ(harness.get_anonymously("/bucket/shared").body, "hello");
  EXPECT_EQ(harness.get_anonymously("/bucket/shared", "acl").code(), "AccessDenied");
  const auto acl = harness.get("/bucket/shared", "acl");
  EXPECT_THAT(texts(acl.body, "Permission"), ElementsAre("FULL_CONTROL", "FULL_CONTROL", "READ"));
  EXPECT_THAT(texts(acl.body, "URI"), ElementsAre(kAccounts, kEveryone));
}

TEST_F(AclTest, PutObject_RefusesBadAcls) {
  const std::vector<std::pair<Headers, std::string>> cases = {
      {{{"x-amz-acl", "everyone"}}, "InvalidArgument"},
      {{{"x-amz-acl", "log-delivery-write"}}, "InvalidArgument"},
      {{{"x-amz-acl", "private"}, {"x-amz-grant-read", "uri=" + std::string(kEveryone)}}, "InvalidRequest"},
      {{{"x-amz-grant-read", "uri=http://example.com/"}}, "InvalidArgument"},
      {{{"x-amz-grant-read", "id=nobody"}}, "InvalidArgument"},
      {{{"x-amz-grant-read", "somebody"}}, "InvalidArgument"},
      {{{"x-amz-grant-read", "emailAddress=a@example.com"}}, "UnresolvableGrantByEmailAddress"}};
  for (const auto& [headers, code] : cases) {
    const auto refused = harness.put("/bucket/refused", "x", {}, headers);
    EXPECT_EQ(refused.status, 400) << headers[0].second;
    EXPECT_EQ(refused.code(), code) << headers[0].second;
  }
  EXPECT_EQ(harness.head("/bucket/refused").status, 404);
}

TEST_F(AclTest, CopyObject_HasItsOwnAcl) {
  harness.put("/bucket/public", "hello", {}, {{"x-amz-acl", "public-read"}});
  harness.put("/bucket/copy", {}, {}, {{"x-amz-copy-source", "/bucket/public"}});
  EXPECT_EQ(harness.get_anonymously("/bucket/copy").status, 403);
  harness.put("/bucket/copy", {}, {}, {{"x-amz-copy-source", "/bucket/key"}, {"x-amz-acl", "public-read"}});
  EXPECT_EQ(harness.get_anonymously("/bucket/copy").status, 200);
}

TEST_F(AclTest, CompleteMultipartUpload_KeepsTheUploadsAcl) {
  const auto id = harness.post("/bucket/parts", {}, "uploads", {{"x-amz-acl", "public-read"}}).element("UploadId");
  const auto etag = harness.put("/bucket/parts", "x", "partNumber=1&uploadId=" + id).header("ETag");
  harness.post("/bucket/parts",
               "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + etag + "</ETag></Part></CompleteMultipartUpload>",
               "uploadId=" + id);
  EXPECT_EQ(harness.get_anonymously("/bucket/parts").status, 200);
}

TEST_F(AclTest, PutObjectAcl_CannedAndBack) {
  EXPECT_EQ(set_object_acl("public-read").status, 200);
  EXPECT_EQ(harness.get_anonymously("/bucket/key").status, 200);
  const auto acl = harness.get("/bucket/key", "acl");
  EXPECT_THAT(texts(acl.body, "URI"), ElementsAre(kEveryone));
  EXPECT_THAT(texts(acl.body, "Permission"), ElementsAre("FULL_CONTROL", "READ"));
  EXPECT_EQ(set_object_acl("private").status, 200);
  EXPECT_EQ(harness.get_anonymously("/bucket/key").status, 403);
}

TEST_F(AclTest, PutObjectAcl_ByDocument) {
  const auto put =
      harness.put("/bucket/key", acl_document(grant_to_account(kRootId, "FULL_CONTROL") + grant_to_group(kEveryone, "READ_ACP")), "acl");
  EXPECT_EQ(put.status, 200) << put.body;
  EXPECT_EQ(harness.get_anonymously("/bucket/key").code(), "AccessDenied");
  const auto acl = harness.get_anonymously("/bucket/key", "acl");
  EXPECT_EQ(acl.status, 200);
  EXPECT_THAT(texts(acl.body, "Permission"), ElementsAre("FULL_CONTROL", "READ_ACP"));
}

TEST_F(AclTest, PutObjectAcl_EmptyListTakesAllAway) {
  EXPECT_EQ(harness.put("/bucket/key", acl_document(""), "acl").status, 200);
  EXPECT_THAT(texts(harness.get("/bucket/key", "acl").body, "Permission"), testing::IsEmpty());
  EXPECT_EQ(harness.get("/bucket/key").status, 200);
}

TEST_F(AclTest, PutObjectAcl_WriteAcpLetsOthersChangeIt) {
  harness.put("/bucket/key", acl_document(grant_to_group(kEveryone, "WRITE_ACP")), "acl");
  Call call{.method = "PUT", .path = "/bucket/key", .query = "acl", .headers = {{"x-amz-acl", "public-read"}}, .anonymous = true};
  EXPECT_EQ(harness.send(call).status, 200);
  EXPECT_EQ(harness.get_anonymously("/bucket/key").status, 200);
  EXPECT_EQ(harness.send(call).code(), "AccessDenied");
}

TEST_F(AclTest, PutObjectAcl_RefusesMalformedDocuments) {
  for (const std::string& body :
       {std::string("<AccessControlPolicy>"), std::string("<AccessControlPolicy/>"), std::string("<Other/>"),
        acl_document(grant_to_group(kEveryone, "SOMETHING")), acl_document("<Grant><Permission>READ</Permission></Grant>"),
        acl_document("<Grant><Grantee/><Permission>READ</Permission></Grant>"), acl_document("<Other/>"), acl_document("", "")}) {
    const auto refused = harness.put("/bucket/key", body, "acl");
    EXPECT_EQ(refused.status, 400) << body;
    EXPECT_EQ(refused.code(), "MalformedACLError") << body;
  }
  EXPECT_EQ(harness.put("/bucket/key", acl_document(grant_to_group("http://example.com/", "READ")), "acl").code(), "InvalidArgument");
  EXPECT_EQ(harness.put("/bucket/key", acl_document(grant_to_account("nobody", "READ")), "acl").code(), "InvalidArgument");
  EXPECT_EQ(harness.put("/bucket/key", acl_document("", "another-owner"), "acl").code(), "AccessDenied");
  EXPECT_EQ(harness.put("/bucket/key", {}, "acl").code(), "MissingSecurityHeader");
  EXPECT_EQ(harness.put("/bucket/key", acl_document(""), "acl", {{"x-amz-acl", "private"}}).code(), "UnexpectedContent");
  std::string many;
  for (int i = 0; i < 101; ++i) many += grant_to_group(kEveryone, "READ");
  EXPECT_EQ(harness.put("/bucket/key", acl_document(many), "acl").code(), "MalformedACLError");
}

TEST_F(AclTest, PutObjectAcl_OfWhatIsNotThere) {
  EXPECT_EQ(harness.put("/bucket/none", {}, "acl", {{"x-amz-acl", "private"}}).code(), "NoSuchKey");
  EXPECT_EQ(harness.get("/bucket/none", "acl").code(), "NoSuchKey");
  EXPECT_EQ(harness.put("/missing/none", {}, "acl", {{"x-amz-acl", "private"}}).code(), "NoSuchBucket");
}

TEST_F(AclTest, PutObjectAcl_OfOneVersion) {
  harness.put("/bucket", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>", "versioning");
  const auto first = harness.put("/bucket/key", "one").header("x-amz-version-id");
  harness.put("/bucket/key", "two");
  EXPECT_EQ(harness.put("/bucket/key", {}, "acl&versionId=" + first, {{"x-amz-acl", "public-read"}}).header("x-amz-version-id"), first);
  EXPECT_EQ(harness.get_anonymously("/bucket/key", "versionId=" + first).body, "one");
  EXPECT_EQ(harness.get_anonymously("/bucket/key").status, 403);
  EXPECT_EQ(harness.get_anonymously("/bucket/key", "versionId=00000000000000000000000000000000").code(), "AccessDenied");
}

TEST_F(AclTest, BucketAcl_PublicReadListsButDoesNotRead) {
  EXPECT_EQ(set_bucket_acl("public-read").status, 200);
  EXPECT_THAT(keys_of(harness.get_anonymously("/bucket")), ElementsAre("key"));
  EXPECT_EQ(harness.get_anonymously("/bucket", "versions").status, 200);
  EXPECT_EQ(harness.get_anonymously("/bucket", "uploads").status, 200);
  EXPECT_EQ(harness.get_anonymously("/bucket/key").status, 403);
  EXPECT_EQ(harness.get_anonymously("/bucket/none").code(), "NoSuchKey");
  EXPECT_EQ(put_anonymously("/bucket/new").status, 403);
  EXPECT_EQ(harness.get_anonymously("/bucket", "acl").status, 403);
  EXPECT_EQ(harness.get_anonymously("/bucket", "policy").status, 403);
}

TEST_F(AclTest, BucketAcl_PublicReadWriteTakesUploads) {
  set_bucket_acl("public-read-write");
  EXPECT_EQ(put_anonymously("/bucket/new").status, 200);
  EXPECT_EQ(harness.get("/bucket/new").body, "x");
  EXPECT_EQ(put_anonymously("/bucket/new", {{"x-amz-acl", "public-read"}}).code(), "AccessDenied");
  EXPECT_EQ(harness.send({.method = "DELETE", .path = "/bucket/new", .anonymous = true}).status, 403);
}

TEST_F(AclTest, BucketAcl_ByDocumentAndHeaders) {
  EXPECT_EQ(harness.put("/bucket", acl_document(grant_to_group(kEveryone, "READ_ACP")), "acl").status, 200);
  EXPECT_EQ(harness.get_anonymously("/bucket", "acl").status, 200);
  EXPECT_EQ(harness.put("/bucket", {}, "acl", {{"x-amz-grant-write", "uri=http://acs.amazonaws.com/groups/s3/LogDelivery"}}).status, 200);
  EXPECT_EQ(harness.get_anonymously("/bucket", "acl").status, 403);
  EXPECT_THAT(texts(harness.get("/bucket", "acl").body, "Permission"), ElementsAre("WRITE"));
  EXPECT_EQ(set_bucket_acl("log-delivery-write").status, 200);
  EXPECT_THAT(texts(harness.get("/bucket", "acl").body, "Permission"), ElementsAre("FULL_CONTROL", "WRITE", "READ_ACP"));
}

TEST_F(AclTest, AuthenticatedRead_IsNotForAnonymousCallers) {
  set_bucket_acl("authenticated-read");
  set_object_acl("authenticated-read");
  EXPECT_EQ(harness.get_anonymously("/bucket").status, 403);
  EXPECT_EQ(harness.get_anonymously("/bucket/key").status, 403);
  EXPECT_THAT(texts(harness.get("/bucket/key", "acl").body, "URI"), ElementsAre(kAccounts));
}

TEST_F(AclTest, PolicyDenyOutranksAcls) {
  set_object_acl("public-read");
  set_bucket_acl("public-read");
  harness.set_policy("bucket",
                     R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*",)"
                     R"("Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::bucket/*","arn:aws:s3:::bucket"]}]})");
  EXPECT_EQ(harness.get_anonymously("/bucket/key").code(), "AccessDenied");
  EXPECT_EQ(harness.get_anonymously("/bucket").code(), "AccessDenied");
}

TEST_F(AclTest, CopySource_MayBeReadByItsAcl) {
  set_object_acl("public-read");
  harness.make_bucket("inbox");
  harness.put("/inbox", {}, "acl", {{"x-amz-acl", "public-read-write"}});
  Call call{.method = "PUT", .path = "/inbox/copy", .headers = {{"x-amz-copy-source", "/bucket/key"}}, .anonymous = true};
  EXPECT_EQ(harness.send(call).status, 200);
  set_object_acl("private");
  EXPECT_EQ(harness.send(call).code(), "AccessDenied");
}

TEST_F(AclTest, CreateBucket_WithAcl) {
  EXPECT_EQ(harness.put("/open", {}, {}, {{"x-amz-acl", "public-read"}}).status, 200);
  EXPECT_EQ(harness.get_anonymously("/open").status, 200);
  EXPECT_EQ(harness.put("/bad", {}, {}, {{"x-amz-acl", "everyone"}}).code(), "InvalidArgument");
  EXPECT_EQ(harness.put("/bad", {}, {}, {{"x-amz-object-ownership", "Mine"}}).code(), "InvalidArgument");
  EXPECT_EQ(harness.put("/bad", {}, {}, {{"x-amz-object-ownership", "BucketOwnerEnforced"}, {"x-amz-acl", "public-read"}}).code(),
            "InvalidBucketAclWithObjectOwnership");
  EXPECT_EQ(harness.head("/bad").status, 404);
}

TEST_F(AclTest, CreateBucket_WithObjectOwnership) {
  EXPECT_EQ(harness.put("/owned", {}, {}, {{"x-amz-object-ownership", "BucketOwnerEnforced"}}).status, 200);
  EXPECT_EQ(harness.get("/owned", "ownershipControls").element("ObjectOwnership"), "BucketOwnerEnforced");
}

TEST_F(AclTest, OwnershipControls_AreKept) {
  const auto none = harness.get("/bucket", "ownershipControls");
  EXPECT_EQ(none.status, 404);
  EXPECT_EQ(none.code(), "OwnershipControlsNotFoundError");
  for (const std::string ownership : {"ObjectWriter", "BucketOwnerPreferred", "BucketOwnerEnforced"}) {
    EXPECT_EQ(harness.put("/bucket", ownership_document(ownership), "ownershipControls").status, 200);
    EXPECT_EQ(harness.get("/bucket", "ownershipControls").element("ObjectOwnership"), ownership);
  }
  EXPECT_EQ(harness.del("/bucket", "ownershipControls").status, 204);
  EXPECT_EQ(harness.get("/bucket", "ownershipControls").status, 404);
}

TEST_F(AclTest, OwnershipControls_RefuseWhatTheyDoNotKnow) {
  for (const std::string& body : {std::string(), std::string("<OwnershipControls/>"), ownership_document("Nobody"),
                                  std::string("<OwnershipControls><Rule/></OwnershipControls>")}) {
    EXPECT_EQ(harness.put("/bucket", body, "ownershipControls").code(), "MalformedXML") << body;
  }
  EXPECT_EQ(harness.put("/missing", ownership_document("ObjectWriter"), "ownershipControls").code(), "NoSuchBucket");
  set_bucket_acl("public-read");
  EXPECT_EQ(harness.put("/bucket", ownership_document("BucketOwnerEnforced"), "ownershipControls").code(),
            "InvalidBucketAclWithObjectOwnership");
}

TEST_F(AclTest, BucketOwnerEnforced_TurnsAclsOff) {
  set_object_acl("public-read");
  enforce_ownership();
  EXPECT_EQ(harness.get_anonymously("/bucket/key").status, 403);
  EXPECT_THAT(texts(harness.get("/bucket/key", "acl").body, "Permission"), ElementsAre("FULL_CONTROL"));
  const auto refused = set_object_acl("public-read");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.code(), "AccessControlListNotSupported");
  EXPECT_EQ(set_bucket_acl("public-read").code(), "AccessControlListNotSupported");
  EXPECT_EQ(harness.put("/bucket/new", "x", {}, {{"x-amz-acl", "public-read"}}).code(), "AccessControlListNotSupported");
  EXPECT_EQ(harness.put("/bucket/new", "x", {}, {{"x-amz-acl", "bucket-owner-full-control"}}).status, 200);
}

TEST_F(AclTest, PublicAccessBlock_IsKept) {
  EXPECT_EQ(harness.get("/bucket", "publicAccessBlock").code(), "NoSuchPublicAccessBlockConfiguration");
  EXPECT_EQ(
      harness
          .put("/bucket", block_document("<BlockPublicAcls>TRUE</BlockPublicAcls><RestrictPublicBuckets>true</RestrictPublicBuckets>"),
               "publicAccessBlock")
          .status,
      200);
  const auto got = harness.get("/bucket", "publicAccessBlock");
  EXPECT_EQ(got.element("BlockPublicAcls"), "true");
  EXPECT_EQ(got.element("IgnorePublicAcls"), "false");
  EXPECT_EQ(got.element("BlockPublicPolicy"), "false");
  EXPECT_EQ(got.element("RestrictPublicBuckets"), "true");
  EXPECT_EQ(harness.del("/bucket", "publicAccessBlock").status, 204);
  EXPECT_EQ(harness.get("/bucket", "publicAccessBlock").status, 404);
}

TEST_F(AclTest, PublicAccessBlock_RefusesMalformedXml) {
  for (const std::string& body :
       {std::string(), block_document("<BlockPublicAcls>yes</BlockPublicAcls>"), block_document("<Other>true</Other>")}) {
    EXPECT_EQ(harness.put("/bucket", body, "publicAccessBlock").code(), "MalformedXML") << body;
  }
  EXPECT_EQ(harness.put("/missing", block_document(""), "publicAccessBlock").code(), "NoSuchBucket");
}

TEST_F(AclTest, BlockPublicAcls_RefusesNewOnes) {
  set_object_acl("public-read");
  block("BlockPublicAcls");
  EXPECT_EQ(harness.get_anonymously("/bucket/key").status, 200);
  EXPECT_EQ(set_object_acl("public-read").code(), "AccessDenied");
  EXPECT_EQ(set_bucket_acl("authenticated-read").code(), "AccessDenied");
  EXPECT_EQ(harness.put("/bucket/new", "x", {}, {{"x-amz-acl", "public-read"}}).code(), "AccessDenied");
  EXPECT_EQ(harness.put("/bucket/key", acl_document(grant_to_group(kEveryone, "READ")), "acl").code(), "AccessDenied");
  EXPECT_EQ(set_object_acl("private").status, 200);
}

TEST_F(AclTest, IgnorePublicAcls_TakesTheirEffect) {
  set_object_acl("public-read");
  set_bucket_acl("public-read");
  block("IgnorePublicAcls");
  EXPECT_EQ(harness.get_anonymously("/bucket/key").status, 403);
  EXPECT_EQ(harness.get_anonymously("/bucket").status, 403);
  EXPECT_EQ(set_object_acl("public-read").status, 200);
  EXPECT_EQ(harness.get_anonymously("/bucket/key").status, 403);
}

constexpr const char* kPublicPolicy = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",)"
                                      R"("Resource":"arn:aws:s3:::bucket/*"}]})";

TEST_F(AclTest, BlockPublicPolicy_RefusesThem) {
  block("BlockPublicPolicy");
  EXPECT_EQ(harness.put("/bucket", kPublicPolicy, "policy").code(), "AccessDenied");
  EXPECT_EQ(harness.get("/bucket", "policy").code(), "NoSuchBucketPolicy");
}

TEST_F(AclTest, RestrictPublicBuckets_TakesThePolicysEffect) {
  EXPECT_EQ(harness.put("/bucket", kPublicPolicy, "policy").status, 204);
  EXPECT_EQ(harness.get_anonymously("/bucket/key").status, 200);
  block("RestrictPublicBuckets");
  EXPECT_EQ(harness.get_anonymously("/bucket/key").status, 403);
  set_object_acl("public-read");
  EXPECT_EQ(harness.get_anonymously("/bucket/key").status, 200);
}

TEST(AclOptions, IgnorePublicAclsOfNewBuckets) {
  ServiceOptions options;
  options.ignore_public_acls = true;
  Harness harness(std::move(options));
  harness.put("/bucket");
  EXPECT_EQ(harness.get("/bucket", "publicAccessBlock").element("IgnorePublicAcls"), "true");
  EXPECT_EQ(harness.put("/bucket/key", "x", {}, {{"x-amz-acl", "public-read"}}).status, 200);
  EXPECT_EQ(harness.get_anonymously("/bucket/key").status, 403);
  EXPECT_EQ(harness.del("/bucket", "publicAccessBlock").status, 204);
  EXPECT_EQ(harness.get_anonymously("/bucket/key").status, 200);
}

TEST_F(AclTest, PutBucketPolicy_RefusesConditionsThatCanNotBeChecked) {
  const auto refused = harness.put("/bucket",
                                   R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*",)"
                                   R"("Resource":"arn:aws:s3:::bucket/*","Condition":{"StringEquals":{"aws:SourceVpc":"vpc-1"}}}]})",
                                   "policy");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.code(), "MalformedPolicy");
}

}  // namespace
}  // namespace holdfast::s3::test
