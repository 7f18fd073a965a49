// Server-side encryption through the whole service: what clients see, and what the engine gets to keep.
#include "component/service/answers.hpp"
#include "component/service/harness.hpp"

#include "holdfast/crypto/master_keys.hpp"
#include "holdfast/crypto/object_cipher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace holdfast::s3::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::size_t kBlock = crypto::kContentBlockBytes;
constexpr std::size_t kPart = 5U << 20U;

std::string random_text(std::size_t size, unsigned seed = 1) {
  std::mt19937_64 random(seed);
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>('a' + random() % 26);
  return text;
}

std::string master_key(std::string_view name, char byte) {
  return std::string(name) + ":" + base64_encode(as_bytes(std::string(crypto::Key::kBytes, byte)));
}

Headers customer_headers(char byte, std::string_view prefix = "x-amz-") {
  const std::string key(crypto::Key::kBytes, byte);
  const std::string start = std::string(prefix) + "server-side-encryption-customer-";
  return {{start + "algorithm", "AES256"},
          {start + "key", base64_encode(as_bytes(key))},
          {start + "key-md5", hash::digest(hash::Algorithm::md5, as_bytes(key)).base64()}};
}

Headers operator+(Headers left, const Headers& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

const Headers kS3{{"x-amz-server-side-encryption", "AES256"}};
const Headers kKms{{"x-amz-server-side-encryption", "aws:kms"}};

class EncryptionTest : public testing::Test {
 protected:
  EncryptionTest() : harness(options()) {
    harness.make_bucket("bucket");
    harness.make_bucket("other");
  }

  ServiceOptions options() {
    keys = crypto::make_local_keys(*crypto::parse_master_keys(master_key("first", '1') + "," + master_key("second", '2')));
    ServiceOptions made;
    made.keys = keys.get();
    return made;
  }

  Reply send(Call call) {
    call.secure = true;
    return harness.send(std::move(call));
  }
  Reply put(std::string path, std::string body, Headers headers = {}, std::string query = {}) {
    return send(
        {.method = "PUT", .path = std::move(path), .query = std::move(query), .headers = std::move(headers), .body = std::move(body)});
  }
  Reply get(std::string path, Headers headers = {}, std::string query = {}) {
    return send({.method = "GET", .path = std::move(path), .query = std::move(query), .headers = std::move(headers)});
  }
  Reply head(std::string path, Headers headers = {}) {
    return send({.method = "HEAD", .path = std::move(path), .headers = std::move(headers)});
  }
  Reply post(std::string path, std::string query, std::string body = {}, Headers headers = {}) {
    return send(
        {.method = "POST", .path = std::move(path), .query = std::move(query), .headers = std::move(headers), .body = std::move(body)});
  }

  // What the engine keeps: content, ETag, checksums and attributes.
  std::string kept(const std::string& key, const std::string& bucket = "bucket") {
    auto reader = *sync_wait(harness.engine->open({bucket, key, {}}));
    std::string all = reader->info().etag + "\n";
    if (reader->info().checksum) all += reader->info().checksum->value + "\n";
    for (const auto& part : reader->parts()) all += part.etag + "\n" + (part.checksum ? part.checksum->value : "") + "\n";
    for (const auto& [name, value] : reader->info().properties) all += name + "=" + value + "\n";
    const std::uint64_t begin = all.size();
    while (true) {
      const auto piece = sync_wait(reader->read_unchecked(all.size() - begin, UINT64_MAX));
      if (!piece) return all;
      all += as_text(piece->bytes);
    }
  }

  std::unique_ptr<crypto::KeyService> keys;
  Harness harness;
};

TEST_F(EncryptionTest, EveryKindComesBackAndIsKeptSealed) {
  const Headers customer = customer_headers('c');
  for (const std::size_t size : {std::size_t{0}, std::size_t{5}, kBlock, 3 * kBlock + 7}) {
    const std::string text = random_text(size);
    const std::string md5 = hash::digest(hash::Algorithm::md5, as_bytes(text)).hex();
    for (const Headers& headers : {kS3, kKms, customer}) {
      const auto made = put("/bucket/key", text, headers);
      ASSERT_EQ(made.status, 200) << made.body;
      const bool is_customer = headers == customer;
      const Headers read = is_customer ? customer : Headers{};
      const auto got = get("/bucket/key", read);
      ASSERT_EQ(got.status, 200) << got.body;
      EXPECT_EQ(got.body, text);
      EXPECT_FALSE(got.broken);
      EXPECT_EQ(got.header("etag"), made.header("etag"));
      EXPECT_EQ(got.header("etag") == '"' + md5 + '"', headers == kS3);
      EXPECT_EQ(head("/bucket/key", read).content_length, size);
      for (const Reply& reply : {made, got}) {
        EXPECT_EQ(reply.header("x-amz-server-side-encryption"), is_customer ? "" : headers.front().second);
        EXPECT_EQ(reply.header("x-amz-server-side-encryption-customer-algorithm"), is_customer ? "AES256" : "");
      }
      const auto checked = get("/bucket/key", read + Headers{{"x-amz-checksum-mode", "ENABLED"}});
      EXPECT_EQ(checked.header("x-amz-checksum-crc64nvme"), hash::digest(hash::Algorithm::crc64nvme, as_bytes(text)).base64());
      const std::string on_disk = kept("key");
      if (size > 4) {
        EXPECT_THAT(on_disk, Not(HasSubstr(text.substr(0, 5))));
      }
      EXPECT_THAT(on_disk, Not(HasSubstr(checked.header("x-amz-checksum-crc64nvme"))));
      if (headers != kS3) {
        EXPECT_THAT(on_disk, Not(HasSubstr(md5)));
      }
      EXPECT_THAT(on_disk, Not(HasSubstr(std::string(32, 'c'))));
      EXPECT_THAT(on_disk, Not(HasSubstr(base64_encode(as_bytes(std::string(32, 'c'))))));
    }
  }
}

TEST_F(EncryptionTest, RangesAreThoseOfThePlaintext) {
  const std::string text = random_text(9 * kBlock + 100);
  ASSERT_EQ(put("/bucket/key", text, kS3).status, 200);
  std::mt19937 random(3);
  for (int i = 0; i < 60; ++i) {
    const std::size_t first = random() % text.size();
    const std::size_t last = std::min<std::size_t>(text.size() - 1, first + random() % (6 * kBlock));
    const auto got = get("/bucket/key", {{"range", "bytes=" + std::to_string(first) + "-" + std::to_string(last)}});
    ASSERT_EQ(got.status, 206);
    ASSERT_EQ(got.body, text.substr(first, last - first + 1)) << first << '-' << last;
    EXPECT_EQ(got.header("content-range"),
              "bytes " + std::to_string(first) + "-" + std::to_string(last) + "/" + std::to_string(text.size()));
  }
  EXPECT_EQ(get("/bucket/key", {{"range", "bytes=-10"}}).body, text.substr(text.size() - 10));
}

TEST_F(EncryptionTest, ListingsShowPlainSizes) {
  ASSERT_EQ(put("/bucket/key", random_text(3 * kBlock), kKms).status, 200);
  EXPECT_THAT(get("/bucket", {}, "list-type=2").body, HasSubstr("<Size>" + std::to_string(3 * kBlock) + "</Size>"));
  EXPECT_EQ(harness.engine->usage("bucket")->bytes, 3 * kBlock);
}

TEST_F(EncryptionTest, AnswersOfSseCAreAwss) {
  const Headers key = customer_headers('c');
  ASSERT_EQ(put("/bucket/key", "text", key).status, 200);
  ASSERT_EQ(put("/bucket/plain", "text").status, 200);
  const auto expect = [](const Reply& reply, int status, std::string_view code, std::string_view message) {
    EXPECT_EQ(reply.status, status);
    EXPECT_EQ(reply.code(), code);
    EXPECT_THAT(reply.element("Message"), HasSubstr(std::string(message)));
  };
  expect(get("/bucket/key"), 400, "InvalidRequest", "stored using a form of Server Side Encryption");
  EXPECT_EQ(head("/bucket/key").status, 400);
  expect(get("/bucket/key", customer_headers('d')), 403, "AccessDenied", "correct secret key");
  expect(get("/bucket/plain", key), 400, "InvalidRequest", "not applicable to this object");
  expect(put("/bucket/x", "text", {key[0], key[1]}), 400, "InvalidArgument", "client calculated MD5");
  expect(put("/bucket/x", "text", {key[0], key[2]}), 400, "InvalidArgument", "appropriate secret key");
  expect(put("/bucket/x", "text", {key[1], key[2]}), 400, "InvalidArgument", "valid encryption algorithm");
  expect(put("/bucket/x", "text", {{key[0].first, "AES128"}, key[1], key[2]}), 400, "InvalidEncryptionAlgorithmError", "AES256");
  expect(put("/bucket/x", "text", {key[0], key[1], customer_headers('d')[2]}), 400, "InvalidArgument", "did not match the hash");
  expect(put("/bucket/x", "text", {key[0], {key[1].first, "c2hvcnQ="}, key[2]}), 400, "InvalidArgument", "secret key was invalid");
  expect(put("/bucket/x", "text", key + kS3), 400, "InvalidArgument", "incompatible with the encryption method");
  const auto plain_http = harness.put("/bucket/x", "text", {}, key);
  expect(plain_http, 400, "InvalidRequest", "secure connection");
  EXPECT_THAT(plain_http.body, HasSubstr("--insecure-sse-c"));
  expect(harness.get("/bucket/key", {}, key), 400, "InvalidRequest", "secure connection");
  EXPECT_EQ(get("/bucket/x").status, 404);
}

TEST_F(EncryptionTest, InsecureSseCIsForThoseWhoAskForIt) {
  ServiceOptions insecure = options();
  insecure.insecure_sse_c = true;
  Harness open(insecure);
  open.make_bucket("bucket");
  ASSERT_EQ(open.put("/bucket/key", "text", {}, customer_headers('c')).status, 200);
  EXPECT_EQ(open.get("/bucket/key", {}, customer_headers('c')).body, "text");
}

TEST_F(EncryptionTest, RefusesWhatItCannotDo) {
  EXPECT_EQ(put("/bucket/x", "text", {{"x-amz-server-side-encryption", "rot13"}}).code(), "InvalidArgument");
  EXPECT_EQ(put("/bucket/x", "text", {{"x-amz-server-side-encryption", "aws:kms:dsse"}}).code(), "NotImplemented");
  EXPECT_EQ(put("/bucket/x", "text", kS3 + Headers{{"x-amz-server-side-encryption-aws-kms-key-id", "first"}}).code(), "InvalidArgument");
  EXPECT_EQ(put("/bucket/x", "text", kKms + Headers{{"x-amz-server-side-encryption-aws-kms-key-id", "third"}}).code(),
            "KMS.NotFoundException");
  EXPECT_EQ(put("/bucket/x", "text", kKms + Headers{{"x-amz-server-side-encryption-context", "{}"}}).code(), "InvalidArgument");
  ASSERT_EQ(put("/bucket/key", "text", kS3).status, 200);
  EXPECT_EQ(get("/bucket/key", kS3).code(), "InvalidArgument");
  Harness without;
  without.make_bucket("bucket");
  EXPECT_EQ(without.put("/bucket/x", "text", {}, kS3).code(), "NotImplemented");
  EXPECT_EQ(without.put("/bucket/x", "text").status, 200);
}

TEST_F(EncryptionTest, NamesTheMasterKeyOfSseKms) {
  const auto with_key = [](std::string id) {
    return kKms + Headers{{"x-amz-server-side-encryption-aws-kms-key-id", std::move(id)},
                          {"x-amz-server-side-encryption-context", base64_encode(as_bytes(R"({"team":"a"})"))},
                          {"x-amz-server-side-encryption-bucket-key-enabled", "true"}};
  };
  for (const std::string id : {"second", "arn:aws:kms:second", "arn:aws:kms:us-east-1:000000000000:key/second"}) {
    const auto made = put("/bucket/key", "text", with_key(id));
    ASSERT_EQ(made.status, 200) << made.body;
    EXPECT_EQ(made.header("x-amz-server-side-encryption-aws-kms-key-id"), "arn:aws:kms:second");
    EXPECT_EQ(made.header("x-amz-server-side-encryption-bucket-key-enabled"), "true");
    EXPECT_EQ(get("/bucket/key").body, "text");
  }
}

TEST_F(EncryptionTest, BucketsHaveADefault) {
  EXPECT_EQ(get("/bucket", {}, "encryption").code(), "ServerSideEncryptionConfigurationNotFoundError");
  const auto configuration = [](std::string_view rule) {
    return "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>" + std::string(rule) +
           "</ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>";
  };
  ASSERT_EQ(
      put("/bucket", configuration("<SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>second</KMSMasterKeyID>"), {}, "encryption").status,
      200);
  const auto shown = get("/bucket", {}, "encryption");
  EXPECT_EQ(shown.element("SSEAlgorithm"), "aws:kms");
  EXPECT_EQ(shown.element("KMSMasterKeyID"), "second");
  EXPECT_EQ(shown.element("BucketKeyEnabled"), "true");
  EXPECT_EQ(put("/bucket/key", "text").header("x-amz-server-side-encryption-aws-kms-key-id"), "arn:aws:kms:second");
  EXPECT_THAT(kept("key"), Not(HasSubstr("text")));
  EXPECT_EQ(put("/bucket/key", "text", kS3).header("x-amz-server-side-encryption"), "AES256");
  EXPECT_EQ(put("/bucket/key", "text", customer_headers('c')).header("x-amz-server-side-encryption-customer-algorithm"), "AES256");
  EXPECT_EQ(
      put("/bucket", configuration("<SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>none</KMSMasterKeyID>"), {}, "encryption").code(),
      "KMS.NotFoundException");
  EXPECT_EQ(put("/bucket", configuration("<SSEAlgorithm>DES</SSEAlgorithm>"), {}, "encryption").code(), "MalformedXML");
  EXPECT_EQ(
      put("/bucket", configuration("<SSEAlgorithm>AES256</SSEAlgorithm><KMSMasterKeyID>first</KMSMasterKeyID>"), {}, "encryption").code(),
      "InvalidArgument");
  EXPECT_EQ(send({.method = "DELETE", .path = "/bucket", .query = "encryption"}).status, 204);
  EXPECT_EQ(put("/bucket/key", "text").header("x-amz-server-side-encryption"), "");
}

TEST_F(EncryptionTest, CopiesBetweenAnyTwoKinds) {
  const std::string text = random_text(2 * kBlock + 9);
  const Headers source_key = customer_headers('c', "x-amz-copy-source-");
  const Headers target_key = customer_headers('d');
  const std::vector<Headers> sources{{}, kS3, kKms, customer_headers('c')};
  const std::vector<Headers> targets{{}, kS3, kKms, target_key};
  for (const Headers& from : sources) {
    ASSERT_EQ(put("/bucket/from", text, from).status, 200);
    for (const Headers& to : targets) {
      Headers headers = to + Headers{{"x-amz-copy-source", "/bucket/from"}};
      if (from == sources.back()) headers = headers + source_key;
      const auto copied = put("/other/to", {}, headers);
      ASSERT_EQ(copied.status, 200) << copied.body;
      const bool by_customer = to == target_key;
      const auto got = get("/other/to", by_customer ? target_key : Headers{});
      ASSERT_EQ(got.status, 200) << got.body;
      EXPECT_EQ(got.body, text);
      EXPECT_EQ(got.header("etag"), "\"" + copied.element("ETag").substr(6, 32) + "\"");
      const bool plain = from.empty() && to.empty();
      EXPECT_EQ(kept("to", "other").find(text.substr(0, 64)) != std::string::npos, plain)
          << "an encrypted source never becomes plain by itself";
      EXPECT_EQ(copied.element("ChecksumCRC64NVME"), hash::digest(hash::Algorithm::crc64nvme, as_bytes(text)).base64());
    }
  }
  EXPECT_EQ(put("/other/to", {}, {{"x-amz-copy-source", "/bucket/from"}}).status, 400) << "the source's key is missing";
  EXPECT_EQ(put("/other/to", {}, customer_headers('d', "x-amz-copy-source-") + Headers{{"x-amz-copy-source", "/bucket/from"}}).status, 403);
}

TEST_F(EncryptionTest, ACopyOntoItselfChangesTheKey) {
  ASSERT_EQ(put("/bucket/key", "text", customer_headers('c')).status, 200);
  const auto rotated =
      put("/bucket/key", {},
          customer_headers('d') + customer_headers('c', "x-amz-copy-source-") + Headers{{"x-amz-copy-source", "/bucket/key"}});
  ASSERT_EQ(rotated.status, 200) << rotated.body;
  EXPECT_EQ(get("/bucket/key", customer_headers('c')).status, 403);
  EXPECT_EQ(get("/bucket/key", customer_headers('d')).body, "text");
}

TEST_F(EncryptionTest, MultipartUploadsOfEveryKind) {
  const std::string first = random_text(kPart, 1);
  const std::string second = random_text(kBlock + 3, 2);
  ASSERT_EQ(put("/bucket/source", first, kKms).status, 200);
  const Headers customer = customer_headers('c');
  for (const Headers& headers : {kS3, kKms, customer}) {
    const Headers each = headers == customer ? customer : Headers{};
    const auto made = post("/bucket/big", "uploads", {}, headers);
    ASSERT_EQ(made.status, 200) << made.body;
    const std::string id = made.element("UploadId");
    const auto upload = [&](int number, std::string body, Headers with) {
      return put("/bucket/big", std::move(body), std::move(with), "partNumber=" + std::to_string(number) + "&uploadId=" + id);
    };
    ASSERT_EQ(upload(2, random_text(100), each).status, 200);  // replaced below
    const auto copied = upload(1, {}, each + Headers{{"x-amz-copy-source", "/bucket/source"}});
    ASSERT_EQ(copied.status, 200) << copied.body;
    const auto sent = upload(2, second, each);
    ASSERT_EQ(sent.status, 200) << sent.body;
    const std::string etag1 = copied.element("ETag").substr(6, 32);
    const auto done =
        post("/bucket/big", "uploadId=" + id,
             "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + etag1 +
                 "</ETag></Part><Part><PartNumber>2</PartNumber><ETag>" + sent.header("etag") + "</ETag></Part></CompleteMultipartUpload>");
    ASSERT_EQ(done.status, 200) << done.body;
    EXPECT_EQ(get("/bucket/big", each).body, first + second);
    EXPECT_EQ(get("/bucket/big", each, "partNumber=2").body, second);
    const Headers range{{"range", "bytes=" + std::to_string(kPart - 10) + "-" + std::to_string(kPart + 9)}};
    EXPECT_EQ(get("/bucket/big", each + range).body, (first + second).substr(kPart - 10, 20));
    const auto attributes =
        get("/bucket/big", each + Headers{{"x-amz-object-attributes", "ObjectSize,ObjectParts,Checksum"}}, "attributes");
    EXPECT_EQ(attributes.element("ObjectSize"), std::to_string(first.size() + second.size()));
    EXPECT_THAT(kept("big"), Not(HasSubstr(second.substr(0, 64))));
    if (headers != customer) {
      EXPECT_EQ(done.element("ChecksumCRC64NVME"), hash::digest(hash::Algorithm::crc64nvme, as_bytes(first + second)).base64());
    }
    const auto moved = put("/other/big", {},
                           kS3 + (headers == customer ? customer_headers('c', "x-amz-copy-source-") : Headers{}) +
                               Headers{{"x-amz-copy-source", "/bucket/big"}});
    ASSERT_EQ(moved.status, 200) << moved.body;
    EXPECT_EQ(get("/other/big").body, first + second);
  }
}

TEST_F(EncryptionTest, PartsNeedTheKeyOfTheirUpload) {
  const auto id = post("/bucket/big", "uploads", {}, customer_headers('c')).element("UploadId");
  const std::string query = "partNumber=1&uploadId=" + id;
  EXPECT_THAT(put("/bucket/big", "x", {}, query).element("Message"), HasSubstr("Subsequent part requests must include"));
  EXPECT_THAT(put("/bucket/big", "x", customer_headers('d'), query).element("Message"),
              HasSubstr("did not match the ones used originally"));
  const auto plain = post("/bucket/plain", "uploads").element("UploadId");
  EXPECT_THAT(put("/bucket/plain", "x", customer_headers('c'), "partNumber=1&uploadId=" + plain).element("Message"),
              HasSubstr("initiate did not request encryption"));
}

TEST_F(EncryptionTest, LostAndWrongMasterKeysAreNamed) {
  ASSERT_EQ(put("/bucket/key", "text", kS3).status, 200);
  const auto read_with = [this](std::string_view configured) {
    const auto others = crypto::make_local_keys(*crypto::parse_master_keys(configured));
    ServiceOptions changed;
    changed.keys = others.get();
    std::unique_ptr<http::Handler> service = make_service(*harness.engine, *harness.credentials, harness.clock, changed, {});
    std::swap(harness.service, service);
    Reply reply = get("/bucket/key");
    std::swap(harness.service, service);
    return reply;
  };
  const auto lost = read_with(master_key("other", '9'));
  EXPECT_EQ(lost.code(), "KMS.NotFoundException");
  EXPECT_THAT(lost.element("Message"), HasSubstr("first"));
  EXPECT_EQ(read_with(master_key("first", '9')).code(), "KMS.InvalidCiphertextException");
  EXPECT_EQ(read_with(master_key("new", '9') + "," + master_key("first", '1')).body, "text") << "rotated";
}

TEST_F(EncryptionTest, ADeleteMarkerNeedsNoKey) {
  harness.make_bucket("versions", [](storage::BucketInfo& bucket) { bucket.versioning = storage::Versioning::enabled; });
  const Headers key = customer_headers('c');
  ASSERT_EQ(put("/versions/key", "text", key).status, 200);
  ASSERT_EQ(send({.method = "DELETE", .path = "/versions/key"}).status, 204);
  EXPECT_EQ(get("/versions/key", key).status, 404);
  EXPECT_EQ(head("/versions/key", key).status, 404);
}

TEST_F(EncryptionTest, DamageIsNeverHandedOut) {
  const std::string text = random_text(3 * kBlock);
  ASSERT_EQ(put("/bucket/key", text, kS3).status, 200);
  // The attributes of one object on the content of another, as someone with the disk might have it.
  const auto victim = sync_wait(harness.engine->head({"bucket", "key", {}}));
  ASSERT_EQ(put("/bucket/key", random_text(3 * kBlock, 2), kS3).status, 200);
  std::function<Result<>(storage::ObjectAttributes&)> swap = [&](storage::ObjectAttributes& attributes) -> Result<> {
    attributes.properties = (*victim)->properties;
    return {};
  };
  ASSERT_TRUE(sync_wait(harness.engine->update({"bucket", "key", {}}, std::move(swap))));
  const auto got = get("/bucket/key");
  EXPECT_TRUE(got.broken);
  EXPECT_EQ(got.body, "");
}

}  // namespace
}  // namespace holdfast::s3::test
