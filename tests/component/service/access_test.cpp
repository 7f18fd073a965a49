// Users and what their policies let them do: every operation asks for the action that AWS names for it.
#include "component/service/answers.hpp"
#include "component/service/harness.hpp"
#include "s3/route_table.hpp"

#include <gtest/gtest.h>

namespace holdfast::s3::test {
namespace {

constexpr std::string_view kUserSecret = "users-secret";
constexpr std::string_view kTenantCanonicalId = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

// Root, and users whose policies a test sets.
class Users final : public auth::CredentialStore {
 public:
  std::optional<auth::Credential> find(std::string_view access_key) const override {
    if (access_key == kAccessKey) return auth::Credential{std::string(kAccessKey), std::string(kSecretKey), auth::make_root_principal("")};
    const auto found = principals_.find(access_key);
    if (found == principals_.end()) return std::nullopt;
    return auth::Credential{std::string(access_key), std::string(kUserSecret), found->second};
  }
  void set(const std::string& name, const std::vector<std::string>& policies, bool tenant = false) {
    auto principal = std::make_shared<auth::Principal>();
    principal->access_key = name;
    principal->user = name;
    principal->account = tenant ? "111122223333" : std::string(auth::kRootAccount);
    principal->canonical_id = tenant ? kTenantCanonicalId : auth::kRootCanonicalId;
    for (const std::string& policy : policies) {
      auto parsed = auth::PolicyDocument::parse(policy);
      ASSERT_TRUE(parsed) << policy << ": " << parsed.error().text();
      principal->policies.push_back(std::move(*parsed));
    }
    principals_[name] = std::move(principal);
  }

 private:
  std::map<std::string, auth::PrincipalPtr, std::less<>> principals_;
};

std::string statement(std::string_view effect, std::string_view action, std::string_view resource = "*",
                      std::string_view condition = "{}") {
  std::string out = R"({"Version":"2012-10-17","Statement":[{"Effect":")";
  return out.append(effect)
      .append(R"(","Action":")")
      .append(action)
      .append(R"(","Resource":")")
      .append(resource)
      .append(R"(","Condition":)")
      .append(condition)
      .append("}]}");
}
std::string allow(std::string_view action, std::string_view resource = "*", std::string_view condition = "{}") {
  return statement("Allow", action, resource, condition);
}
std::string deny(std::string_view action, std::string_view resource = "*", std::string_view condition = "{}") {
  return statement("Deny", action, resource, condition);
}

struct AccessTest : testing::Test {
  Users* users = new Users;
  Harness harness{{}, {}, std::unique_ptr<auth::CredentialStore>(users)};

  AccessTest() {
    harness.make_bucket("bucket");
    harness.make_bucket("other");
    EXPECT_EQ(harness.put("/bucket/key", "content").status, 200);
    EXPECT_EQ(harness.put("/other/secret", "content", {}, {{"x-amz-tagging", "class=secret"}}).status, 200);
  }
  Reply as(const std::string& user, Call call) {
    call.access_key = user;
    call.secret_key = kUserSecret;
    return harness.send(std::move(call));
  }
  Reply get(const std::string& user, std::string path, std::string query = {}, Headers headers = {}) {
    return as(user, {.method = "GET", .path = std::move(path), .query = std::move(query), .headers = std::move(headers)});
  }
  Reply put(const std::string& user, std::string path, std::string query = {}, Headers headers = {}) {
    return as(user, {.method = "PUT", .path = std::move(path), .query = std::move(query), .headers = std::move(headers), .body = "body"});
  }
};

std::string method_name(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::head:
      return "HEAD";
    case Method::put:
      return "PUT";
    case Method::post:
      return "POST";
    default:
      return "DELETE";
  }
}

// A request that takes the row.
Call call_for(const Route& row) {
  Call call;
  call.method = method_name(row.method);
  call.path = row.level == Level::service ? "/" : row.level == Level::bucket ? "/bucket" : "/bucket/key";
  call.query = row.parameter();
  if (!row.value().empty()) call.query = call.query + "=" + std::string(row.value());
  if (!row.second().empty()) call.query = std::string(row.parameter()) + "&" + std::string(row.second()) + "=x";
  if (row.parameter() == "uploadId") call.query = "uploadId=none&partNumber=1";
  if (!row.header.empty()) call.headers.emplace_back(row.header, "/other/secret");
  return call;
}

TEST_F(AccessTest, EveryRowIsRefusedToWhoHasAllRightsButItsOwn) {
  for (const Route& row : kRoutes) {
    if (row.action.empty()) continue;
    users->set("almost", {allow("*"), deny(row.action)});
    const Reply reply = as("almost", call_for(row));
    EXPECT_EQ(reply.status, 403) << row.name << ": " << reply.body;
    if (row.method == Method::head) continue;
    EXPECT_EQ(reply.code(), "AccessDenied") << row.name;
  }
}

TEST_F(AccessTest, EveryRowIsRefusedToWhoHasNoRights) {
  users->set("nobody", {});
  users->set("denied", {deny("s3:DeleteBucketWebsite")});
  for (const Route& row : kRoutes) {
    if (row.action.empty() && row.name != "ListBuckets") continue;
    for (const char* user : {"nobody", "denied"}) {
      EXPECT_EQ(as(user, call_for(row)).status, 403) << row.name << " as " << user;
    }
  }
}

TEST_F(AccessTest, NoRowIsRefusedToWhoHasItsActionAlone) {
  for (const Route& row : kRoutes) {
    if (row.action.empty() || row.run == nullptr) continue;
    if (row.name == "CopyObject" || row.name == "UploadPartCopy" || row.name == "GetObjectAttributes") continue;  // they need more: below
    if (row.name == "DeleteBucket" || row.name == "DeleteObject") continue;
    users->set("exact", {allow(row.action), allow("s3:ListBucket")});
    EXPECT_NE(as("exact", call_for(row)).status, 403) << row.name;
  }
}

// What an operation needs beside its row's action.
TEST_F(AccessTest, FurtherActionsOfARequest) {
  struct Case {
    const char* action;
    Call call;
  };
  const std::string upload = "partNumber=1&uploadId=" + harness.post("/bucket/copy", {}, "uploads").element("UploadId");
  const Headers copy{{"x-amz-copy-source", "/other/secret"}};
  const Headers copy_version{{"x-amz-copy-source", "/other/secret?versionId=null"}};
  const auto with = [](Headers headers, const char* name, const char* value) {
    headers.emplace_back(name, value);
    return headers;
  };
  const Case cases[] = {
      {"s3:GetObject", {.method = "PUT", .path = "/bucket/copy", .headers = copy}},
      {"s3:GetObjectVersion", {.method = "PUT", .path = "/bucket/copy", .headers = copy_version}},
      {"s3:GetObjectTagging", {.method = "PUT", .path = "/bucket/copy", .headers = copy}},
      {"s3:PutObjectTagging",
       {.method = "PUT",
        .path = "/bucket/copy",
        .headers = with(with(copy, "x-amz-tagging", "a=b"), "x-amz-tagging-directive", "REPLACE")}},
      {"s3:PutObjectAcl", {.method = "PUT", .path = "/bucket/copy", .headers = with(copy, "x-amz-acl", "public-read")}},
      {"s3:GetObject", {.method = "PUT", .path = "/bucket/copy", .query = upload, .headers = copy}},
      {"s3:GetObjectVersion", {.method = "PUT", .path = "/bucket/copy", .query = upload, .headers = copy_version}},
      {"s3:PutObjectTagging", {.method = "PUT", .path = "/bucket/new", .headers = {{"x-amz-tagging", "a=b"}}}},
      {"s3:PutObjectAcl", {.method = "PUT", .path = "/bucket/new", .headers = {{"x-amz-acl", "public-read"}}}},
      {"s3:PutObjectTagging", {.method = "POST", .path = "/bucket/new", .query = "uploads", .headers = {{"x-amz-tagging", "a=b"}}}},
      {"s3:PutObjectAcl", {.method = "POST", .path = "/bucket/new", .query = "uploads", .headers = {{"x-amz-acl", "public-read"}}}},
      {"s3:GetObjectVersion", {.method = "GET", .path = "/bucket/key", .query = "versionId=null"}},
      {"s3:GetObjectVersion", {.method = "HEAD", .path = "/bucket/key", .query = "versionId=null"}},
      {"s3:GetObjectVersionTagging", {.method = "GET", .path = "/bucket/key", .query = "tagging&versionId=null"}},
      {"s3:GetObjectVersionAcl", {.method = "GET", .path = "/bucket/key", .query = "acl&versionId=null"}},
      {"s3:GetObjectVersionAttributes", {.method = "GET", .path = "/bucket/key", .query = "attributes&versionId=null"}},
      {"s3:PutObjectVersionTagging", {.method = "PUT", .path = "/bucket/key", .query = "tagging&versionId=null"}},
      {"s3:PutObjectVersionAcl", {.method = "PUT", .path = "/bucket/key", .query = "acl&versionId=null"}},
      {"s3:DeleteObjectVersion", {.method = "DELETE", .path = "/bucket/key", .query = "versionId=null"}},
      {"s3:DeleteObjectVersionTagging", {.method = "DELETE", .path = "/bucket/key", .query = "tagging&versionId=null"}},
      {"s3:BypassGovernanceRetention",
       {.method = "DELETE", .path = "/bucket/key", .headers = {{"x-amz-bypass-governance-retention", "true"}}}},
      {"s3:GetObject", {.method = "GET", .path = "/bucket/key", .query = "attributes", .headers = {{"x-amz-object-attributes", "ETag"}}}},
      {"s3:PutBucketAcl", {.method = "PUT", .path = "/new-bucket", .headers = {{"x-amz-acl", "public-read"}}}},
      {"s3:PutBucketOwnershipControls",
       {.method = "PUT", .path = "/new-bucket", .headers = {{"x-amz-object-ownership", "BucketOwnerEnforced"}}}},
      {"s3:PutBucketVersioning", {.method = "PUT", .path = "/new-bucket", .headers = {{"x-amz-bucket-object-lock-enabled", "true"}}}},
      {"s3:PutBucketObjectLockConfiguration",
       {.method = "PUT", .path = "/new-bucket", .headers = {{"x-amz-bucket-object-lock-enabled", "true"}}}},
      {"s3:ForceDeleteBucket", {.method = "DELETE", .path = "/bucket", .headers = {{"x-minio-force-delete", "true"}}}},
  };
  for (const Case& one : cases) {
    users->set("almost", {allow("*"), deny(one.action)});
    EXPECT_EQ(as("almost", one.call).status, 403) << one.action << " " << one.call.method << " " << one.call.path << "?" << one.call.query;
  }
}

TEST_F(AccessTest, BulkDeletionAsksForEachKey) {
  users->set("almost", {allow("*"), deny("s3:DeleteObject", "arn:aws:s3:::bucket/key")});
  const std::string body = "<Delete><Object><Key>key</Key></Object><Object><Key>free</Key></Object></Delete>";
  const Reply reply =
      as("almost", {.method = "POST", .path = "/bucket", .query = "delete", .headers = {{"content-md5", md5_base64(body)}}, .body = body});
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(texts(reply.body, "Code"), std::vector<std::string>{"AccessDenied"});
  EXPECT_EQ(harness.get("/bucket/key").status, 200);
}

TEST_F(AccessTest, BucketListsShowWhatMayBeListedOrLocated) {
  users->set("all", {allow("s3:ListAllMyBuckets")});
  EXPECT_EQ(texts(get("all", "/").body, "Name"), (std::vector<std::string>{"bucket", "other"}));
  users->set("one", {allow("s3:ListBucket", "arn:aws:s3:::other")});
  EXPECT_EQ(texts(get("one", "/").body, "Name"), std::vector<std::string>{"other"});
  users->set("locates", {allow("s3:GetBucketLocation", "arn:aws:s3:::bucket")});
  EXPECT_EQ(texts(get("locates", "/").body, "Name"), std::vector<std::string>{"bucket"});
  users->set("none", {allow("s3:GetObject")});
  EXPECT_EQ(get("none", "/").code(), "AccessDenied");
}

TEST_F(AccessTest, ABucketPolicyAddsToAndTakesFromAUsersRights) {
  users->set("alice", {});
  harness.set_policy(
      "bucket",
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:user/alice"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket/*"}]})");
  EXPECT_EQ(get("alice", "/bucket/key").status, 200);
  users->set("bob", {allow("s3:*")});
  EXPECT_EQ(get("bob", "/bucket/key").status, 200);
  harness.set_policy(
      "bucket",
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket/*"}]})");
  EXPECT_EQ(get("bob", "/bucket/key").status, 403);
}

TEST_F(AccessTest, BetweenAccountsItTakesBothSides) {
  const std::string policy =
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket/*"}]})";
  users->set("carol", {allow("s3:*")}, true);
  users->set("dave", {}, true);
  EXPECT_EQ(get("carol", "/bucket/key").status, 403);
  harness.set_policy("bucket", policy);
  EXPECT_EQ(get("carol", "/bucket/key").status, 200);
  EXPECT_EQ(get("dave", "/bucket/key").status, 403);
  EXPECT_EQ(put("carol", "/bucket/new").status, 403);
  EXPECT_EQ(get("carol", "/").status, 200);
  EXPECT_EQ(texts(get("carol", "/").body, "Name"), std::vector<std::string>{});
}

TEST_F(AccessTest, AnAclGrantsToAnotherAccount) {
  users->set("carol", {allow("s3:*")}, true);
  users->set("dave", {}, true);
  std::function<Result<>(storage::BucketInfo&)> change = [](storage::BucketInfo& info) -> Result<> {
    info.configuration["acl"] = "READ id=" + std::string(kTenantCanonicalId) + "\n";
    return {};
  };
  ASSERT_TRUE(sync_wait(harness.engine->update_bucket("bucket", std::move(change))));
  EXPECT_EQ(get("carol", "/bucket").status, 200);
  EXPECT_EQ(get("dave", "/bucket").status, 403);
  EXPECT_EQ(get("carol", "/bucket/key").status, 403);
  // To the owner's own users their policies speak, and not the owner's grants.
  users->set("erin", {});
  EXPECT_EQ(get("erin", "/other").status, 403);
}

TEST_F(AccessTest, BucketsBelongToTheirMakersAccount) {
  users->set("carol", {allow("s3:*")}, true);
  EXPECT_EQ(put("carol", "/tenants").status, 400);  // the body is no XML
  EXPECT_EQ(as("carol", {.method = "PUT", .path = "/tenants"}).status, 200);
  EXPECT_EQ((*harness.engine->bucket("tenants"))->owner, kTenantCanonicalId);
  EXPECT_EQ(as("carol", {.method = "PUT", .path = "/tenants"}).code(), "BucketAlreadyOwnedByYou");
  EXPECT_EQ(as("carol", {.method = "PUT", .path = "/bucket"}).code(), "BucketAlreadyExists");
  EXPECT_EQ(texts(get("carol", "/").body, "Name"), std::vector<std::string>{"tenants"});
}

// --- condition keys ---

TEST_F(AccessTest, ConditionKeysComeFromTheRequest) {
  struct Case {
    const char* condition;
    Call matches;
    Call differs;
  };
  const Call list{.method = "GET", .path = "/bucket", .query = "prefix=home%2F"};
  const Case cases[] = {
      {R"({"StringEquals":{"s3:prefix":"home/"}})", list, {.method = "GET", .path = "/bucket", .query = "prefix=etc"}},
      {R"({"StringEquals":{"s3:delimiter":"/"}})", {.method = "GET", .path = "/bucket", .query = "delimiter=%2F"}, list},
      {R"({"NumericLessThanEquals":{"s3:max-keys":"10"}})",
       {.method = "GET", .path = "/bucket", .query = "max-keys=10"},
       {.method = "GET", .path = "/bucket", .query = "max-keys=11"}},
      {R"({"IpAddress":{"aws:SourceIp":"10.1.0.0/16"}})",
       {.method = "GET", .path = "/bucket", .peer = "10.1.2.3"},
       {.method = "GET", .path = "/bucket", .headers = {{"x-forwarded-for", "10.1.2.3"}, {"x-real-ip", "10.1.2.3"}}, .peer = "10.2.2.3"}},
      {R"({"Bool":{"aws:SecureTransport":"true"}})",
       {.method = "GET", .path = "/bucket", .secure = true},
       {.method = "GET", .path = "/bucket", .headers = {{"x-forwarded-proto", "https"}, {"aws:securetransport", "true"}}}},
      {R"({"StringLike":{"aws:Referer":"https://a.example/*"}})",
       {.method = "GET", .path = "/bucket", .headers = {{"referer", "https://a.example/x"}}},
       list},
      {R"({"StringEquals":{"aws:UserAgent":"tool"}})", {.method = "GET", .path = "/bucket", .headers = {{"user-agent", "tool"}}}, list},
      {R"({"StringEquals":{"s3:signatureversion":"AWS4-HMAC-SHA256"}})", list, {.method = "GET", .path = "/missing-bucket"}},
      {R"({"StringEquals":{"s3:x-amz-acl":"private"}})",
       {.method = "PUT", .path = "/bucket/new", .headers = {{"x-amz-acl", "private"}}},
       {.method = "PUT", .path = "/bucket/new"}},
      {R"({"StringEquals":{"s3:RequestObjectTag/team":"red"}})",
       {.method = "PUT", .path = "/bucket/new", .headers = {{"x-amz-tagging", "team=red"}}},
       {.method = "PUT", .path = "/bucket/new", .headers = {{"x-amz-tagging", "team=blue"}}}},
      {R"({"ForAllValues:StringEquals":{"s3:RequestObjectTagKeys":["team"]},"Null":{"s3:RequestObjectTagKeys":"false"}})",
       {.method = "PUT", .path = "/bucket/new", .headers = {{"x-amz-tagging", "team=red"}}},
       {.method = "PUT", .path = "/bucket/new", .headers = {{"x-amz-tagging", "team=red&more=1"}}}},
      {R"({"StringEquals":{"s3:VersionId":"null"}})",
       {.method = "GET", .path = "/bucket/key", .query = "versionId=null"},
       {.method = "GET", .path = "/bucket/key"}},
      {R"({"StringEquals":{"aws:username":"conditional","aws:PrincipalAccount":"000000000000","s3:authType":"REST-HEADER"}})",
       list,
       {.method = "GET", .path = "/missing-bucket"}},
      {R"({"DateLessThan":{"aws:CurrentTime":"2026-03-01T12:00:01Z"}})", list, {.method = "GET", .path = "/missing-bucket"}},
      {R"({"DateGreaterThan":{"aws:CurrentTime":"2026-03-01T13:00:00Z"}})", {.method = "GET", .path = "/missing-bucket"}, list},
  };
  for (const Case& one : cases) {
    users->set("conditional", {allow("*", "*", one.condition)});
    const Reply good = as("conditional", one.matches);
    EXPECT_NE(good.status, 403) << one.condition << good.body;
    const Reply bad = as("conditional", one.differs);
    EXPECT_EQ(bad.status, one.differs.path == "/missing-bucket" ? 404 : 403) << one.condition << bad.body;
  }
}

TEST_F(AccessTest, ExistingTagsAreTheObjectsOwn) {
  users->set("alice", {allow("*"), deny("s3:*", "*", R"({"StringEquals":{"s3:ExistingObjectTag/class":"secret"}})")});
  EXPECT_EQ(get("alice", "/bucket/key").status, 200);
  EXPECT_EQ(get("alice", "/other/secret").status, 403);
  EXPECT_EQ(put("alice", "/bucket/copy", {}, {{"x-amz-copy-source", "/other/secret"}}).status, 403);
  const std::string body = "<Delete><Object><Key>secret</Key></Object></Delete>";
  const Reply reply =
      as("alice", {.method = "POST", .path = "/other", .query = "delete", .headers = {{"content-md5", md5_base64(body)}}, .body = body});
  EXPECT_EQ(texts(reply.body, "Code"), std::vector<std::string>{"AccessDenied"}) << reply.body;
  EXPECT_EQ(put("alice", "/bucket/new").status, 200);
}

TEST_F(AccessTest, ADisabledUserIsRefusedAtTheNextRequest) {
  users->set("alice", {allow("*")});
  EXPECT_EQ(get("alice", "/bucket/key").status, 200);
  EXPECT_EQ(get("gone", "/bucket/key").code(), "InvalidAccessKeyId");
}

TEST_F(AccessTest, AListingFiltersNothing) {
  users->set("lists", {allow("s3:ListBucket")});
  EXPECT_EQ(keys_of(get("lists", "/bucket")), std::vector<std::string>{"key"});
  EXPECT_EQ(get("lists", "/bucket/key").status, 403);
}

TEST_F(AccessTest, WhoMayNotListDoesNotLearnWhichKeysAreMissing) {
  users->set("reads", {allow("s3:GetObject")});
  EXPECT_EQ(get("reads", "/bucket/missing").status, 403);
  users->set("lists", {allow("s3:GetObject"), allow("s3:ListBucket")});
  EXPECT_EQ(get("lists", "/bucket/missing").status, 404);
}

}  // namespace
}  // namespace holdfast::s3::test
