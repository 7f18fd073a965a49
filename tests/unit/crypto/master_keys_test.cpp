#include "holdfast/crypto/master_keys.hpp"

#include "holdfast/base/encoding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::crypto {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string configured(std::string_view name, char byte) {
  return std::string(name) + ":" + base64_encode(as_bytes(std::string(Key::kBytes, byte)));
}

std::unique_ptr<KeyService> keys_of(std::string_view text) { return make_local_keys(*parse_master_keys(text)); }

std::string wrapped_with(KeyService& keys, const Key& key, std::string name = {}) {
  return *sync_wait(keys.wrap(key, "object/a/b", std::move(name)));
}

TEST(MasterKeys, AWrappedKeyOpensAgain) {
  const auto keys = keys_of(configured("first", '1') + "," + configured("second", '2'));
  EXPECT_EQ(keys->default_key(), "first");
  EXPECT_THAT(keys->key_names(), ElementsAre("first", "second"));
  const Key key = Key::random();
  for (const std::string name : {"", "first", "second"}) {
    const std::string wrapped = wrapped_with(*keys, key, name);
    EXPECT_EQ(master_key_of(wrapped), name.empty() ? "first" : name);
    EXPECT_THAT(wrapped, Not(HasSubstr(std::string(as_text(key.bytes())))));
    EXPECT_TRUE(*sync_wait(keys->unwrap(wrapped, "object/a/b")) == key);
  }
}

TEST(MasterKeys, OldKeysOpenAfterARotation) {
  const Key key = Key::random();
  const std::string before = wrapped_with(*keys_of(configured("old", '1')), key);
  const auto rotated = keys_of(configured("new", '2') + "\n" + configured("old", '1') + "\n");
  EXPECT_TRUE(*sync_wait(rotated->unwrap(before, "object/a/b")) == key);
  EXPECT_EQ(master_key_of(wrapped_with(*rotated, key)), "new");
}

TEST(MasterKeys, SaysWhichKeyIsMissing) {
  const Key key = Key::random();
  const std::string wrapped = wrapped_with(*keys_of(configured("lost", '1')), key);
  const auto others = keys_of(configured("other", '2'));
  const auto unwrapped = sync_wait(others->unwrap(wrapped, "object/a/b"));
  ASSERT_FALSE(unwrapped);
  EXPECT_EQ(unwrapped.error().code, ErrorCode::KMS_NotFoundException);
  EXPECT_EQ(unwrapped.error().name(), "KMS.NotFoundException");
  EXPECT_THAT(std::string(unwrapped.error().text()), HasSubstr("'lost'"));
  EXPECT_EQ(sync_wait(others->wrap(key, "object/a/b", "absent")).error().code, ErrorCode::KMS_NotFoundException);
}

TEST(MasterKeys, SaysThatAKeyIsAnotherOfThatName) {
  const std::string wrapped = wrapped_with(*keys_of(configured("name", '1')), Key::random());
  const auto unwrapped = sync_wait(keys_of(configured("name", '2'))->unwrap(wrapped, "object/a/b"));
  ASSERT_FALSE(unwrapped);
  EXPECT_EQ(unwrapped.error().name(), "KMS.InvalidCiphertextException");
  EXPECT_THAT(std::string(unwrapped.error().text()), HasSubstr("'name'"));
}

TEST(MasterKeys, BindsContextAndName) {
  const auto keys = keys_of(configured("a", '1') + "," + configured("b", '1'));  // the same key under two names
  const std::string wrapped = wrapped_with(*keys, Key::random());
  EXPECT_FALSE(sync_wait(keys->unwrap(wrapped, "object/a/c")));
  std::string renamed = wrapped;
  renamed[3] = 'b';
  EXPECT_EQ(master_key_of(renamed), "b");
  EXPECT_FALSE(sync_wait(keys->unwrap(renamed, "object/a/b")));
  for (const std::string garbage : {"", "v1", "v1:", "v1:a", "v1:a:", "v1:a:!!", "v2:a:AAAA", "v1:a:AAAA"}) {
    EXPECT_FALSE(sync_wait(keys->unwrap(garbage, "object/a/b"))) << garbage;
  }
}

TEST(MasterKeys, RefusesMalformedSettingsWithoutShowingThem) {
  const std::string secret = base64_encode(as_bytes(std::string(31, 's')));
  for (const std::string& text : {std::string(), std::string(" ,"), std::string("nameonly"), ":" + configured("", '1'), "name:" + secret,
                                  "na/me:" + base64_encode(as_bytes(std::string(32, 's'))), configured(std::string(81, 'n'), '1'),
                                  configured("twice", '1') + "," + configured("twice", '2')}) {
    const auto parsed = parse_master_keys(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::InvalidArgument);
    EXPECT_THAT(std::string(parsed.error().text()), Not(HasSubstr(secret)));
  }
}

TEST(SealedDocument, OpensUnderItsContextAlone) {
  const auto keys = keys_of(configured("m", '1'));
  const std::string sealed = *sync_wait(seal_document(*keys, "{\"secret\":1}", "identities"));
  EXPECT_THAT(sealed, Not(HasSubstr("secret")));
  EXPECT_EQ(sync_wait(open_document(*keys, sealed, "identities"))->text(), "{\"secret\":1}");
  EXPECT_FALSE(sync_wait(open_document(*keys, sealed, "policies")));
  EXPECT_EQ(sync_wait(open_document(*keys_of(configured("n", '1')), sealed, "identities")).error().code, ErrorCode::KMS_NotFoundException);
  for (std::size_t size = 0; size < sealed.size(); ++size)
    EXPECT_FALSE(sync_wait(open_document(*keys, sealed.substr(0, size), "identities")));
  std::string changed = sealed;
  changed.back() = static_cast<char>(changed.back() ^ 1);
  EXPECT_EQ(sync_wait(open_document(*keys, changed, "identities")).error().code, ErrorCode::KMS_InvalidCiphertextException);
}

}  // namespace
}  // namespace holdfast::crypto
