#include "holdfast/auth/identities.hpp"

#include <gtest/gtest.h>

namespace holdfast::auth {
namespace {

constexpr std::string_view kReadReports =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::reports/*"}]})";
constexpr std::string_view kDenyDrafts =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::reports/drafts/*"}]})";

struct MemoryStorage final : IdentityStorage {
  std::optional<std::string> text;
  bool broken = false;
  int saves = 0;

  Result<std::optional<std::string>> load() override { return text; }
  Task<Result<>> save(std::string content) override {
    if (broken) co_return Error(ErrorCode::XMinioStorageFull);
    text = std::move(content);
    ++saves;
    co_return Result<>();
  }
};

struct IdentityStoreTest : testing::Test {
  MemoryStorage storage;
  ManualClock clock{*parse_iso8601("2026-11-22T10:00:00Z")};
  std::unique_ptr<IdentityStore> store = open();

  std::unique_ptr<IdentityStore> open(std::string user = "admin", std::string password = "admin-secret") {
    auto opened = IdentityStore::open(storage, clock, std::move(user), std::move(password));
    EXPECT_TRUE(opened);
    return opened ? std::move(*opened) : nullptr;
  }
  ErrorCode change(IdentityStore::Change what) {
    const auto done = sync_wait(store->change(std::move(what)));
    return done ? kDone : done.error().code;
  }
  void add_user(const std::string& name) {
    ASSERT_EQ(change([&](Identities& all, const ChangeContext& context) {
                return all.put_user(context, kRootAccount, name, name + "-secret", true);
              }),
              kDone);
  }
  void attach(const std::string& name, HolderKind kind, const std::string& policy) {
    ASSERT_EQ(change([&](Identities& all, const ChangeContext& context) -> Result<> {
                HOLDFAST_TRY_VOID(all.attach(context, kRootAccount, kind, name, {policy}));
                return {};
              }),
              kDone);
  }
  void add_key(AccessKey key) {
    key.account = kRootAccount;
    key.secret_key = "service-secret";
    ASSERT_EQ(change([&](Identities& all, const ChangeContext& context) { return all.add_key(context, key); }), kDone);
  }
  Decision decide(std::string_view access_key, std::string_view action, std::string_view resource) {
    const auto found = store->find(access_key);
    return found ? found->principal->decide({found->principal->arn(), std::string(action), std::string(resource), {}}) : Decision::deny;
  }
  bool reads(std::string_view access_key) { return decide(access_key, "s3:GetObject", "arn:aws:s3:::reports/a") == Decision::allow; }

  static constexpr ErrorCode kDone = ErrorCode::NotModified;
};

TEST_F(IdentityStoreTest, RootIsUnrestrictedAndNeverStored) {
  const auto root = store->find("admin");
  ASSERT_TRUE(root);
  EXPECT_TRUE(root->principal->is_unrestricted());
  EXPECT_EQ(root->principal->arn(), "arn:aws:iam::000000000000:root");
  add_user("alice");
  EXPECT_EQ(storage.text->find("admin-secret"), std::string::npos);
}

TEST_F(IdentityStoreTest, ANewUserHasNoRights) {
  add_user("alice");
  const auto alice = store->find("alice");
  ASSERT_TRUE(alice);
  EXPECT_EQ(alice->secret_key, "alice-secret");
  EXPECT_EQ(alice->principal->arn(), "arn:aws:iam::000000000000:user/alice");
  EXPECT_FALSE(alice->principal->is_unrestricted());
  EXPECT_EQ(decide("alice", "s3:GetObject", "arn:aws:s3:::reports/a"), Decision::neutral);
}

TEST_F(IdentityStoreTest, PoliciesComeFromTheUserAndItsGroups) {
  add_user("alice");
  ASSERT_EQ(change([](Identities& all, const ChangeContext& context) -> Result<> {
              HOLDFAST_TRY_VOID(all.put_policy(context, kRootAccount, "read-reports", kReadReports));
              HOLDFAST_TRY_VOID(all.add_members(context, kRootAccount, "readers", {"alice"}));
              return all.put_inline_policy(context, kRootAccount, HolderKind::user, "alice", "no-drafts", kDenyDrafts);
            }),
            kDone);
  EXPECT_FALSE(reads("alice"));
  attach("readers", HolderKind::group, "read-reports");
  EXPECT_TRUE(reads("alice"));
  EXPECT_EQ(decide("alice", "s3:GetObject", "arn:aws:s3:::reports/drafts/a"), Decision::deny);
  ASSERT_EQ(
      change([](Identities& all, const ChangeContext& context) { return all.set_group_enabled(context, kRootAccount, "readers", false); }),
      kDone);
  EXPECT_FALSE(reads("alice"));
}

TEST_F(IdentityStoreTest, ADenyOnlyPolicyAllowsNothing) {
  add_user("alice");
  ASSERT_EQ(change([](Identities& all, const ChangeContext& context) {
              return all.put_inline_policy(context, kRootAccount, HolderKind::user, "alice", "no-drafts", kDenyDrafts);
            }),
            kDone);
  EXPECT_EQ(decide("alice", "s3:GetObject", "arn:aws:s3:::reports/a"), Decision::neutral);
}

TEST_F(IdentityStoreTest, BuiltInPoliciesSayWhatTheirNamesSay) {
  struct Case {
    const char* policy;
    const char* action;
    bool allowed;
  };
  for (const Case& one :
       {Case{"readonly", "s3:GetObject", true}, Case{"readonly", "s3:PutObject", false}, Case{"readonly", "s3:ListBucket", false},
        Case{"writeonly", "s3:PutObject", true}, Case{"writeonly", "s3:GetObject", false}, Case{"readwrite", "s3:DeleteObject", true},
        Case{"readwrite", "admin:CreateUser", false}, Case{"diagnostics", "admin:ServerInfo", true},
        Case{"diagnostics", "s3:GetObject", false}, Case{"consoleAdmin", "admin:CreateUser", true},
        Case{"consoleAdmin", "s3:GetObject", true}, Case{"consoleAdmin", "kms:CreateKey", true}}) {
    add_user("alice");
    ASSERT_EQ(change([&](Identities& all, const ChangeContext& context) {
                return all.set_policies(context, kRootAccount, HolderKind::user, "alice", {one.policy});
              }),
              kDone);
    EXPECT_EQ(decide("alice", one.action, "arn:aws:s3:::reports/a") == Decision::allow, one.allowed) << one.policy << " " << one.action;
  }
}

TEST_F(IdentityStoreTest, AServiceAccountNeverOutranksItsParent) {
  add_user("alice");
  AccessKey key;
  key.access_key = "service";
  key.user = "alice";
  key.policy = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::*"}]})";
  add_key(key);
  EXPECT_FALSE(reads("service"));
  attach("alice", HolderKind::user, "readonly");
  EXPECT_TRUE(reads("service"));
  EXPECT_EQ(decide("service", "s3:PutObject", "arn:aws:s3:::reports/a"), Decision::neutral);
  EXPECT_EQ(store->find("service")->principal->user, "alice");
}

TEST_F(IdentityStoreTest, ANarrowerPolicyNarrowsEvenRoot) {
  AccessKey key;
  key.access_key = "service";
  key.policy = kReadReports;
  add_key(key);
  EXPECT_TRUE(reads("service"));
  EXPECT_EQ(decide("service", "s3:PutObject", "arn:aws:s3:::reports/a"), Decision::deny);
  EXPECT_FALSE(store->find("service")->principal->is_unrestricted());
}

TEST_F(IdentityStoreTest, AServiceAccountNeverOutlivesItsParent) {
  add_user("alice");
  AccessKey key;
  key.access_key = "service";
  key.user = "alice";
  add_key(key);
  ASSERT_TRUE(store->find("service"));
  ASSERT_EQ(
      change([](Identities& all, const ChangeContext& context) { return all.set_user_enabled(context, kRootAccount, "alice", false); }),
      kDone);
  EXPECT_FALSE(store->find("alice"));
  EXPECT_FALSE(store->find("service"));
  ASSERT_EQ(
      change([](Identities& all, const ChangeContext& context) { return all.set_user_enabled(context, kRootAccount, "alice", true); }),
      kDone);
  EXPECT_TRUE(store->find("service"));
  ASSERT_EQ(change([](Identities& all, const ChangeContext&) { return all.remove_user(kRootAccount, "alice"); }), kDone);
  EXPECT_FALSE(store->find("service"));
  EXPECT_EQ(store->snapshot()->identities().find_key("service"), nullptr);
}

TEST_F(IdentityStoreTest, AnExpiredKeyIsGone) {
  AccessKey key;
  key.access_key = "service";
  key.expires = clock.now() + std::chrono::hours(1);
  add_key(key);
  EXPECT_TRUE(store->find("service"));
  clock.advance(std::chrono::hours(1));
  EXPECT_FALSE(store->find("service"));
}

TEST_F(IdentityStoreTest, EverythingIsKeptOverARestartWithOtherRootCredentials) {
  add_user("alice");
  attach("alice", HolderKind::user, "readonly");
  AccessKey key;
  key.access_key = "service";
  key.description = "of root";
  add_key(key);
  store = open("someone-else", "another-password");
  EXPECT_FALSE(store->find("admin"));
  EXPECT_TRUE(store->find("someone-else")->principal->is_unrestricted());
  EXPECT_TRUE(store->find("service")->principal->is_unrestricted());
  EXPECT_TRUE(reads("alice"));
  EXPECT_EQ(store->snapshot()->identities().find_key("service")->description, "of root");
}

TEST_F(IdentityStoreTest, WhatCouldNotBeStoredDoesNotCount) {
  storage.broken = true;
  EXPECT_EQ(change([](Identities& all, const ChangeContext& context) {
              return all.put_user(context, kRootAccount, "alice", "alice-secret", true);
            }),
            ErrorCode::XMinioStorageFull);
  EXPECT_FALSE(store->find("alice"));
}

TEST_F(IdentityStoreTest, DamagedIdentitiesStopTheStart) {
  for (const std::string text : {"", "{}", "[1]", R"({"format":2})", R"({"format":1,"accounts":{},"keys":{}})", "\xff"}) {
    storage.text = text;
    EXPECT_FALSE(IdentityStore::open(storage, clock, "admin", "admin-secret")) << text;
  }
}

TEST_F(IdentityStoreTest, RefusalsAreMinIOs) {
  add_user("alice");
  attach("alice", HolderKind::user, "readonly");
  struct Case {
    ErrorCode expected;
    IdentityStore::Change change;
  };
  const auto names = [](const Result<Names>& result) -> Result<> {
    if (!result) return result.error();
    return {};
  };
  AccessKey orphan;
  orphan.access_key = "service";
  orphan.secret_key = "service-secret";
  orphan.account = kRootAccount;
  orphan.user = "nobody";
  AccessKey taken = orphan;
  taken.user = "alice";
  taken.access_key = "alice";
  AccessKey stale = orphan;
  stale.user = "alice";
  stale.expires = clock.now() - std::chrono::seconds(1);
  using I = Identities;
  using C = const ChangeContext;
  const Case cases[] = {
      {ErrorCode::XMinioAdminNoSuchUser, [](I& all, C&) { return all.remove_user(kRootAccount, "bob"); }},
      {ErrorCode::XMinioAdminNoSuchUser, [](I& all, C& c) { return all.set_user_enabled(c, kRootAccount, "bob", true); }},
      {ErrorCode::XMinioAdminNoSuchUser, [](I& all, C& c) { return all.add_members(c, kRootAccount, "staff", {"bob"}); }},
      {ErrorCode::XMinioAdminNoSuchGroup, [](I& all, C& c) { return all.remove_members(c, kRootAccount, "staff", {"alice"}); }},
      {ErrorCode::XMinioAdminNoSuchGroup, [](I& all, C&) { return all.remove_group(kRootAccount, "staff"); }},
      {ErrorCode::XMinioAdminNoSuchPolicy,
       [&](I& all, C& c) { return names(all.attach(c, kRootAccount, HolderKind::user, "alice", {"x"})); }},
      {ErrorCode::XMinioAdminPolicyChangeAlreadyApplied,
       [&](I& all, C& c) { return names(all.attach(c, kRootAccount, HolderKind::user, "alice", {"readonly"})); }},
      {ErrorCode::XMinioAdminPolicyChangeAlreadyApplied,
       [&](I& all, C& c) { return names(all.detach(c, kRootAccount, HolderKind::user, "alice", {"readwrite"})); }},
      {ErrorCode::XMinioMalformedIAMPolicy, [](I& all, C& c) { return all.put_policy(c, kRootAccount, "bad", "{}"); }},
      {ErrorCode::XMinioIAMActionNotAllowed, [](I& all, C& c) { return all.put_policy(c, kRootAccount, "readonly", kReadReports); }},
      {ErrorCode::XMinioIAMActionNotAllowed, [](I& all, C&) { return all.remove_policy(kRootAccount, "readonly"); }},
      {ErrorCode::XMinioIAMActionNotAllowed, [](I& all, C& c) { return all.put_user(c, kRootAccount, "admin", "12345678", true); }},
      {ErrorCode::XMinioAdminInvalidAccessKey, [](I& all, C& c) { return all.put_user(c, kRootAccount, "ab", "12345678", true); }},
      {ErrorCode::XMinioAdminInvalidAccessKey, [](I& all, C& c) { return all.put_user(c, kRootAccount, "a,b=c", "12345678", true); }},
      {ErrorCode::XMinioAdminInvalidSecretKey, [](I& all, C& c) { return all.put_user(c, kRootAccount, "bob", "1234567", true); }},
      {ErrorCode::XMinioAdminNoSuchUser, [&](I& all, C& c) { return all.add_key(c, orphan); }},
      {ErrorCode::XMinioAdminInvalidAccessKey, [&](I& all, C& c) { return all.add_key(c, taken); }},
      {ErrorCode::XMinioAdminInvalidArgument, [&](I& all, C& c) { return all.add_key(c, stale); }},
      {ErrorCode::XMinioAdminServiceAccountNotFound, [](I& all, C&) { return all.remove_key("alice"); }},
      {ErrorCode::XMinioAdminNoSuchAccount, [](I& all, C&) { return all.remove_account("other"); }},
      {ErrorCode::XMinioIAMActionNotAllowed, [](I& all, C&) { return all.remove_account("root"); }},
      {ErrorCode::XMinioAdminAccountExists, [](I& all, C& c) { return all.add_account(c, "root", "other", "12345678"); }},
      {ErrorCode::XMinioAdminNoSuchAccount, [](I& all, C& c) { return all.put_user(c, "1", "bob", "12345678", true); }},
  };
  const int saves = storage.saves;
  for (std::size_t i = 0; i < std::size(cases); ++i) EXPECT_EQ(change(cases[i].change), cases[i].expected) << i;
  EXPECT_EQ(storage.saves, saves);
}

TEST_F(IdentityStoreTest, PoliciesAndGroupsInUseStay) {
  add_user("alice");
  ASSERT_EQ(change([](Identities& all, const ChangeContext& c) -> Result<> {
              HOLDFAST_TRY_VOID(all.put_policy(c, kRootAccount, "read-reports", kReadReports));
              HOLDFAST_TRY_VOID(all.add_members(c, kRootAccount, "staff", {"alice"}));
              return all.set_policies(c, kRootAccount, HolderKind::group, "staff", {"read-reports"});
            }),
            kDone);
  EXPECT_EQ(change([](Identities& all, const ChangeContext&) { return all.remove_policy(kRootAccount, "read-reports"); }),
            ErrorCode::XMinioAdminPolicyInUse);
  EXPECT_EQ(change([](Identities& all, const ChangeContext&) { return all.remove_group(kRootAccount, "staff"); }),
            ErrorCode::XMinioAdminGroupNotEmpty);
  EXPECT_EQ(change([](Identities& all, const ChangeContext& c) -> Result<> {
              HOLDFAST_TRY_VOID(all.remove_members(c, kRootAccount, "staff", {"alice"}));
              HOLDFAST_TRY_VOID(all.remove_group(kRootAccount, "staff"));
              return all.remove_policy(kRootAccount, "read-reports");
            }),
            kDone);
}

TEST_F(IdentityStoreTest, AccountsAreApart) {
  ASSERT_EQ(change([](Identities& all, const ChangeContext& c) { return all.add_account(c, "tenant", "tenant-root", "tenant-secret"); }),
            kDone);
  const auto root = store->find("tenant-root");
  ASSERT_TRUE(root);
  EXPECT_TRUE(root->principal->is_root());
  EXPECT_FALSE(root->principal->is_unrestricted());
  EXPECT_EQ(root->principal->canonical_id.size(), 64U);
  EXPECT_NE(root->principal->account, kRootAccount);
  const std::string id = root->principal->account;
  ASSERT_EQ(change([&](Identities& all, const ChangeContext& c) { return all.put_user(c, id, "carol", "carol-secret", true); }), kDone);
  EXPECT_EQ(store->snapshot()->identities().find_user(kRootAccount, "carol"), nullptr);
  EXPECT_EQ(store->find("carol")->principal->arn(), "arn:aws:iam::" + id + ":user/carol");
  EXPECT_EQ(change([](Identities& all, const ChangeContext& c) { return all.put_user(c, kRootAccount, "carol", "12345678", true); }),
            ErrorCode::XMinioIAMActionNotAllowed);
  ASSERT_EQ(change([](Identities& all, const ChangeContext&) { return all.remove_account("tenant"); }), kDone);
  EXPECT_FALSE(store->find("tenant-root"));
  EXPECT_FALSE(store->find("carol"));
}

TEST_F(IdentityStoreTest, SigningInNeedsKeyAndSecret) {
  add_user("alice");
  EXPECT_TRUE(store->sign_in("admin", "admin-secret"));
  EXPECT_EQ((*store->sign_in("alice", "alice-secret"))->user, "alice");
  EXPECT_EQ(store->sign_in("alice", "admin-secret").error().code, ErrorCode::AccessDenied);
  EXPECT_EQ(store->sign_in("nobody", "admin-secret").error().code, ErrorCode::AccessDenied);
}

TEST(RandomKeys, HaveTheFormThatClientsKnow) {
  EXPECT_EQ(random_access_key().size(), 20U);
  EXPECT_EQ(random_secret_key().size(), 40U);
  EXPECT_NE(random_access_key(), random_access_key());
  EXPECT_TRUE(check_access_key(random_access_key()));
}

}  // namespace
}  // namespace holdfast::auth
