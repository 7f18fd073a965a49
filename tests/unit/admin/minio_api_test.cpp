#include "holdfast/admin/minio_api.hpp"

#include "admin/minio/routes.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/crypto/madmin_cipher.hpp"

#include <gtest/gtest.h>
#include <cstring>
#include <nlohmann/json.hpp>

namespace holdfast::admin {
namespace {

using Json = nlohmann::json;
using crypto::MadminCipher;

class NoStorage final : public auth::IdentityStorage {
 public:
  Result<std::optional<std::string>> load() override { return std::optional<std::string>(); }
  Task<Result<>> save(std::string) override { co_return Result<>(); }
};

class TextBody final : public http::BodyStream {
 public:
  explicit TextBody(std::string text) : text_(std::move(text)) {}
  std::optional<std::uint64_t> content_length() const noexcept override { return text_.size(); }
  bool has_body() const noexcept override { return !text_.empty(); }
  Task<Result<std::size_t>> read(ByteSpan out) override {
    const auto size = std::min(out.size(), text_.size() - at_);
    std::memcpy(out.data(), text_.data() + at_, size);
    at_ += size;
    co_return size;
  }

 private:
  std::string text_;
  std::size_t at_ = 0;
};

struct Reply {
  int status = 0;
  std::string body;
  std::string code() const { return Json::parse(body, nullptr, false).value("Code", ""); }
};

Task<> run_here(std::function<void()> work) {
  work();
  co_return;
}

// Requests are presigned: short to write, and the same checks.
struct MinioApiTest : testing::Test {
  ManualClock clock{*parse_iso8601("2026-11-22T10:00:00Z")};
  NoStorage storage;
  std::unique_ptr<auth::IdentityStore> identities = std::move(*auth::IdentityStore::open(storage, clock, "root", "root-secret"));
  auth::Authenticator authenticator{*identities, {}};
  std::unique_ptr<storage::Engine> engine = storage::make_memory_engine(clock);
  std::vector<ServiceAction> actions;
  MinioApi api{
      {*identities, authenticator, *engine, clock, {}, false, run_here, [this](ServiceAction action) { actions.push_back(action); }}};

  Reply send(const std::string& user, const std::string& method, const std::string& path, const std::string& query = {},
             std::string body = {}) {
    auth::PresignSpec spec;
    spec.method = method;
    spec.endpoint = "http://localhost:9000";
    spec.bucket = "minio";
    spec.key = "admin/v3/" + path;
    for (const std::string_view pair : split(query, '&')) {
      const auto equals = pair.find('=');
      if (!pair.empty()) spec.query.emplace_back(pair.substr(0, equals), *uri_decode(pair.substr(equals + 1)));
    }
    const std::string url = auth::presign_url(spec, user, user + "-secret", clock.now()).substr(spec.endpoint.size());
    http::Request request;
    request.method = method;
    request.target = url;
    request.path = std::string_view(url).substr(0, url.find('?'));
    request.query = std::string_view(url).substr(url.find('?') + 1);
    request.headers.emplace_back("host", "localhost:9000");
    request.peer_address = "127.0.0.1";
    TextBody stream(std::move(body));
    http::Response response = sync_wait(api.handle(request, stream));
    return {response.status, std::move(response.body)};
  }
  Json open(const std::string& user, const Reply& reply) {
    const auto text = crypto::madmin_decrypt(user + "-secret", reply.body);
    return text ? Json::parse(*text) : Json();
  }
  std::string seal(const std::string& user, const Json& json) {
    return crypto::madmin_encrypt(user + "-secret", json.dump(), MadminCipher::pbkdf2_aes_gcm);
  }
  Reply add_user(const std::string& name) {
    return send("root", "PUT", "add-user", "accessKey=" + name, seal("root", {{"secretKey", name + "-secret"}, {"status", "enabled"}}));
  }
  void allow(const std::string& user, const std::string& statements) {
    const std::string name = "of-" + user;
    (void)send("root", "PUT", "set-user-or-group-policy", "policyName=&userOrGroup=" + user + "&isGroup=false");
    const Reply made =
        send("root", "PUT", "add-canned-policy", "name=" + name, R"({"Version":"2012-10-17","Statement":[)" + statements + "]}");
    ASSERT_EQ(made.status, 200) << made.body;
    ASSERT_EQ(send("root", "PUT", "set-user-or-group-policy", "policyName=" + name + "&userOrGroup=" + user + "&isGroup=false").status,
              200);
  }
};

std::string allow_text(std::string_view action) { return R"({"Effect":"Allow","Action":")" + std::string(action) + R"("})"; }
std::string deny_text(std::string_view action) { return R"({"Effect":"Deny","Action":")" + std::string(action) + R"("})"; }

std::string path_of(const AdminRoute& row) {
  std::string path(row.path);
  if (path.ends_with('*')) path.back() = 'x';
  return path;
}

TEST_F(MinioApiTest, EveryOperationChecksItsOwnPermission) {
  ASSERT_EQ(add_user("almost").status, 200);
  for (const AdminRoute& row : kAdminRoutes) {
    if (row.action.empty()) continue;
    allow("almost", allow_text("admin:*") + "," + deny_text(row.action));
    const Reply reply = send("almost", std::string(row.method), path_of(row));
    EXPECT_EQ(reply.status, 403) << row.path;
    EXPECT_EQ(reply.code(), "AccessDenied") << row.path;
  }
}

TEST_F(MinioApiTest, NothingIsAnsweredToAUserWithoutRightsOrToNobody) {
  ASSERT_EQ(add_user("nobody").status, 200);
  for (const AdminRoute& row : kAdminRoutes) {
    if (row.path == "accountinfo" || row.action.empty()) continue;
    EXPECT_EQ(send("nobody", std::string(row.method), path_of(row)).status, 403) << row.path;
    EXPECT_EQ(send("unknown", std::string(row.method), path_of(row)).code(), "InvalidAccessKeyId") << row.path;
  }
  for (const char* query : {"action=restart", "action=stop"}) EXPECT_EQ(send("nobody", "POST", "service", query).status, 403);
  EXPECT_TRUE(actions.empty());
}

TEST_F(MinioApiTest, UsersAreAddedDescribedAndRemoved) {
  ASSERT_EQ(add_user("alice").status, 200);
  EXPECT_EQ(open("root", send("root", "GET", "list-users")).at("alice").at("status"), "enabled");
  EXPECT_EQ(send("root", "PUT", "set-user-status", "accessKey=alice&status=disabled").status, 200);
  EXPECT_EQ(Json::parse(send("root", "GET", "user-info", "accessKey=alice").body).at("status"), "disabled");
  EXPECT_EQ(send("alice", "GET", "user-info", "accessKey=alice").code(), "InvalidAccessKeyId");
  EXPECT_EQ(send("root", "DELETE", "remove-user", "accessKey=alice").status, 200);
  EXPECT_EQ(send("root", "GET", "user-info", "accessKey=alice").code(), "XMinioAdminNoSuchUser");
  EXPECT_EQ(send("root", "PUT", "add-user", "accessKey=bob", "not encrypted").code(), "XMinioAdminConfigBadJSON");
}

TEST_F(MinioApiTest, AUserLooksAfterItsOwnSecretKeyAndAccessKeysOnly) {
  ASSERT_EQ(add_user("alice").status, 200);
  ASSERT_EQ(add_user("carol").status, 200);
  EXPECT_EQ(send("alice", "GET", "user-info", "accessKey=alice").status, 200);
  EXPECT_EQ(send("alice", "GET", "user-info", "accessKey=carol").status, 403);
  EXPECT_EQ(send("alice", "PUT", "add-user", "accessKey=carol", seal("alice", {{"secretKey", "taken-over"}})).status, 403);
  EXPECT_EQ(send("alice", "PUT", "add-service-account", "", seal("alice", {{"targetUser", "carol"}})).status, 403);
  EXPECT_EQ(send("alice", "PUT", "add-service-account", "", seal("alice", {{"targetUser", "root"}})).status, 403);
  const Reply made = send("alice", "PUT", "add-service-account", "", seal("alice", {{"accessKey", "own"}, {"secretKey", "own-secret"}}));
  EXPECT_EQ(open("alice", made).at("credentials").at("accessKey"), "own");
  EXPECT_EQ(send("carol", "DELETE", "delete-service-account", "accessKey=own").status, 403);
  EXPECT_EQ(send("alice", "DELETE", "delete-service-account", "accessKey=own").status, 204);
}

TEST_F(MinioApiTest, ANarrowedKeyMakesNoFurtherKeys) {
  const Json policy = Json::parse(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["admin:*"]}]})");
  ASSERT_EQ(send("root", "PUT", "add-service-account", "",
                 seal("root", {{"accessKey", "narrow"}, {"secretKey", "narrow-secret"}, {"policy", policy}}))
                .status,
            200);
  EXPECT_EQ(send("narrow", "GET", "groups").status, 200);
  EXPECT_EQ(send("narrow", "PUT", "add-service-account", "", seal("narrow", Json::object())).status, 403);
  EXPECT_EQ(send("narrow", "POST", "update-service-account", "accessKey=narrow", seal("narrow", {{"newName", "x"}})).status, 403);
}

TEST_F(MinioApiTest, PoliciesAreAttachedAndDetached) {
  ASSERT_EQ(add_user("alice").status, 200);
  const Json asked{{"policies", {"readonly"}}, {"user", "alice"}};
  const Reply attached = send("root", "POST", "idp/builtin/policy/attach", "", seal("root", asked));
  EXPECT_EQ(open("root", attached).at("policiesAttached"), Json({"readonly"}));
  EXPECT_EQ(send("root", "POST", "idp/builtin/policy/attach", "", seal("root", asked)).code(), "XMinioAdminPolicyChangeAlreadyApplied");
  const Json entities = open("root", send("root", "GET", "idp/builtin/policy-entities", "policy=readonly"));
  EXPECT_EQ(entities.at("policyMappings").at(0).at("users"), Json({"alice"}));
  EXPECT_EQ(send("root", "POST", "idp/builtin/policy/detach", "", seal("root", asked)).status, 200);
  EXPECT_EQ(send("root", "GET", "info-canned-policy", "name=nothing").code(), "XMinioAdminNoSuchPolicy");
}

TEST_F(MinioApiTest, FurtherAccountsHaveTheirOwnUsersAndNothingOfTheServer) {
  const Json tenant{{"name", "tenant"}, {"accessKey", "tenant"}, {"secretKey", "tenant-secret"}};
  ASSERT_EQ(send("root", "PUT", "accounts", "", seal("root", tenant)).status, 200);
  EXPECT_EQ(send("tenant", "PUT", "add-user", "accessKey=dave", seal("tenant", {{"secretKey", "dave-secret"}})).status, 200);
  EXPECT_EQ(open("root", send("root", "GET", "list-users")).size(), 0U);
  EXPECT_EQ(open("tenant", send("tenant", "GET", "list-users")).size(), 1U);
  for (const AdminRoute& row : kAdminRoutes) {
    if (row.scope != Scope::server) continue;
    EXPECT_EQ(send("tenant", std::string(row.method), path_of(row)).status, 403) << row.path;
  }
  EXPECT_EQ(send("root", "DELETE", "accounts", "name=tenant").status, 200);
  EXPECT_EQ(send("tenant", "GET", "list-users").code(), "InvalidAccessKeyId");
}

TEST_F(MinioApiTest, RestartStopAndWhatThisServerDoesNot) {
  EXPECT_EQ(send("root", "POST", "service", "action=restart&dry-run=true").status, 200);
  EXPECT_TRUE(actions.empty());
  EXPECT_EQ(send("root", "POST", "service", "action=restart").status, 200);
  EXPECT_EQ(actions, std::vector<ServiceAction>{ServiceAction::restart});
  EXPECT_EQ(send("root", "POST", "service", "action=freeze").code(), "XMinioAdminInvalidArgument");
  EXPECT_EQ(send("root", "POST", "heal/bucket").code(), "XMinioHealNotImplemented");
  EXPECT_EQ(send("root", "GET", "nothing").status, 405);
}

TEST_F(MinioApiTest, InfoSpeaksOfTheServer) {
  const Json info = Json::parse(send("root", "GET", "info").body);
  EXPECT_EQ(info.at("mode"), "online");
  EXPECT_EQ(info.at("servers").size(), 1U);
  EXPECT_EQ(Json::parse(send("root", "GET", "accountinfo").body).at("AccountName"), "root");
}

}  // namespace
}  // namespace holdfast::admin
