// PostObject: form uploads from browsers.
#include "component/service/answers.hpp"

#include <gtest/gtest.h>

namespace holdfast::s3::test {
namespace {

using hash::Algorithm;
using Fields = std::vector<std::pair<std::string, std::string>>;

struct Form {
  Fields fields;
  std::string file = "hello";
  std::string file_name = "photo.jpg";
  bool with_file = true;
  std::string boundary = "----WebKitFormBoundary7MA4YWxkTrZu0gW";

  std::string body() const {
    std::string out;
    for (const auto& [name, value] : fields) {
      out += "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
    }
    if (with_file) {
      out += "--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + file_name +
             "\"\r\nContent-Type: image/jpeg\r\n\r\n" + file + "\r\n";
    }
    return out + "--" + boundary + "--\r\n";
  }
};

class PostObjectTest : public testing::Test {
 protected:
  void SetUp() override { harness.make_bucket("bucket"); }

  Reply send(const Form& form, std::size_t wire_step = 1U << 20U) {
    Call call{.method = "POST", .path = "/bucket", .body = form.body(), .anonymous = true};
    call.headers = {{"content-type", "multipart/form-data; boundary=" + form.boundary}};
    call.wire_step = wire_step;
    return harness.send(std::move(call));
  }

  static std::string conditions_of(const Fields& fields) {
    std::string out = R"({"bucket":"bucket"})";
    for (const auto& [name, value] : fields) {
      out += name == "key" ? R"(,["starts-with","$key",""])" : R"(,["eq","$)" + name + R"(",")" + value + R"("])";
    }
    return out;
  }
  std::string policy(const std::string& conditions, const std::string& expiration = "2026-03-01T13:00:00.000Z") {
    return base64_encode(as_bytes(R"({"expiration":")" + expiration + R"(","conditions":[)" + conditions + "]}"));
  }

  // Signed as SigV4's page on forms says; the policy allows just these fields, and `further` conditions.
  Form signed_form(Fields fields, const std::string& further = {}) {
    const std::string date = format_amz_date(harness.clock.now());
    const std::string scope = date.substr(0, 8) + "/us-east-1/s3/aws4_request";
    fields.emplace_back("x-amz-algorithm", "AWS4-HMAC-SHA256");
    fields.emplace_back("x-amz-credential", std::string(kAccessKey) + "/" + scope);
    fields.emplace_back("x-amz-date", date);
    const auto document = policy(conditions_of(fields) + further);
    return sign_policy(std::move(fields), document);
  }
  Form sign_policy(Fields fields, const std::string& document) {
    hash::Digest key = hash::hmac_sha256(as_bytes("AWS4" + std::string(kSecretKey)), as_bytes(format_day(harness.clock.now())));
    for (const std::string_view step : {"us-east-1", "s3", "aws4_request"}) key = hash::hmac_sha256(key.bytes(), as_bytes(step));
    fields.emplace_back("policy", document);
    fields.emplace_back("x-amz-signature", hash::hmac_sha256(key.bytes(), as_bytes(document)).hex());
    Form form;
    form.fields = std::move(fields);
    return form;
  }
  void allow_anonymous_uploads() {
    harness.set_policy("bucket", R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:PutObject",)"
                                 R"("Resource":"arn:aws:s3:::bucket/*"}]})");
  }
  Harness harness;
};

TEST_F(PostObjectTest, SignedV4) {
  const auto form = signed_form({{"key", "user/a.jpg"}, {"Content-Type", "image/jpeg"}, {"x-amz-meta-color", "blue"}});
  const auto posted = send(form);
  EXPECT_EQ(posted.status, 204) << posted.body;
  EXPECT_EQ(posted.header("ETag"), "\"5d41402abc4b2a76b9719d911017c592\"");
  EXPECT_EQ(posted.header("Location"), "http://localhost:9000/bucket/user/a.jpg");
  const auto got = harness.get("/bucket/user/a.jpg");
  EXPECT_EQ(got.body, "hello");
  EXPECT_EQ(got.header("Content-Type"), "image/jpeg");
  EXPECT_EQ(got.header("x-amz-meta-color"), "blue");
}

TEST_F(PostObjectTest, SignedV2) {
  Form form;
  const auto document = policy(conditions_of({{"key", ""}}));
  const auto signature = hash::hmac_sha1(as_bytes(kSecretKey), as_bytes(document));
  form.fields = {{"key", "a.jpg"}, {"AWSAccessKeyId", std::string(kAccessKey)}, {"policy", document}, {"signature", signature.base64()}};
  EXPECT_EQ(send(form).status, 204);
  form.fields[3].second = base64_encode(as_bytes("nonsense"));
  EXPECT_EQ(send(form).code(), "SignatureDoesNotMatch");
}

TEST_F(PostObjectTest, HoweverTheWireIsCut) {
  Form form = signed_form({{"key", "big"}});
  for (int i = 0; i < 20'000; ++i) form.file += "\r\n--" + std::to_string(i);
  for (const std::size_t step : {1UL, 7UL, 1000UL, 65'536UL}) {
    EXPECT_EQ(send(form, step).status, 204) << step;
    EXPECT_EQ(harness.get("/bucket/big").body, form.file) << step;
  }
}

TEST_F(PostObjectTest, WrongSignatureOrKey) {
  auto form = signed_form({{"key", "a.jpg"}});
  form.fields.back().second = std::string(64, '0');
  const auto refused = send(form);
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.code(), "SignatureDoesNotMatch");
  form = signed_form({{"key", "a.jpg"}});
  for (auto& [name, value] : form.fields) {
    if (name == "x-amz-credential") value = "nobody" + value.substr(value.find('/'));
  }
  EXPECT_EQ(send(form).code(), "InvalidAccessKeyId");
  EXPECT_EQ(harness.head("/bucket/a.jpg").status, 404);
}

TEST_F(PostObjectTest, FileName) {
  auto form =
      signed_form({{"key", "uploads/${filename}"}, {"x-amz-meta-name", "${filename}"}}, R"(,["starts-with","$x-amz-meta-name",""])");
  EXPECT_EQ(send(form).code(), "AccessDenied");  // the policy sees the name filled in
  form = signed_form({{"key", "uploads/${filename}"}});
  EXPECT_EQ(send(form).status, 204);
  EXPECT_EQ(harness.get("/bucket/uploads/photo.jpg").body, "hello");
  form.file_name = "../../secret/${filename}";
  EXPECT_EQ(send(form).status, 204);
  EXPECT_EQ(harness.get("/bucket/uploads/%24%7Bfilename%7D").body, "hello");
}

TEST_F(PostObjectTest, PolicyOfTheKeySeesTheFileName) {
  auto form = signed_form({{"key", "${filename}"}}, R"(,["starts-with","$key","user/"])");
  EXPECT_EQ(send(form).code(), "AccessDenied");
}

TEST_F(PostObjectTest, SuccessActionStatus) {
  const auto created = send(signed_form({{"key", "a b.jpg"}, {"success_action_status", "201"}}));
  EXPECT_EQ(created.status, 201);
  EXPECT_EQ(created.header("Content-Type"), "application/xml");
  EXPECT_EQ(created.element("Bucket"), "bucket");
  EXPECT_EQ(created.element("Key"), "a b.jpg");
  EXPECT_EQ(created.element("Location"), "http://localhost:9000/bucket/a%20b.jpg");
  EXPECT_EQ(created.element("ETag"), "&quot;5d41402abc4b2a76b9719d911017c592&quot;");
  EXPECT_EQ(send(signed_form({{"key", "a"}, {"success_action_status", "200"}})).status, 200);
  EXPECT_EQ(send(signed_form({{"key", "a"}, {"success_action_status", "204"}})).status, 204);
  EXPECT_EQ(send(signed_form({{"key", "a"}, {"success_action_status", "404"}})).status, 204);
}

TEST_F(PostObjectTest, SuccessActionRedirect) {
  const auto redirected = send(signed_form({{"key", "a/b"}, {"success_action_redirect", "https://app.example/done?x=1"}}));
  EXPECT_EQ(redirected.status, 303);
  EXPECT_EQ(redirected.header("Location"),
            "https://app.example/done?x=1&bucket=bucket&key=a%2Fb&etag=%225d41402abc4b2a76b9719d911017c592%22");
  EXPECT_EQ(send(signed_form({{"key", "a"}, {"redirect", "https://app.example/"}})).header("Location"),
            "https://app.example/?bucket=bucket&key=a&etag=%225d41402abc4b2a76b9719d911017c592%22");
  EXPECT_EQ(send(signed_form({{"key", "a"}, {"success_action_redirect", "javascript:alert(1)"}})).status, 204);
}

TEST_F(PostObjectTest, PolicyExpired) {
  Form form = signed_form({{"key", "a"}});
  harness.clock.advance(std::chrono::hours(2));
  const auto refused = send(form);
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.code(), "AccessDenied");
  EXPECT_EQ(refused.element("Message"), "Invalid according to Policy: Policy expired.");
}

TEST_F(PostObjectTest, PolicyConditionFails) {
  const auto refused = send(signed_form({{"key", "a"}}, R"(,["eq","$acl","private"])"));
  EXPECT_EQ(refused.code(), "AccessDenied");
  EXPECT_EQ(harness.head("/bucket/a").status, 404);
}

TEST_F(PostObjectTest, PolicyOfAnotherBucket) {
  Fields fields = {{"key", "a"}};
  const auto form = signed_form(fields);
  harness.make_bucket("another");
  Call call{.method = "POST", .path = "/another", .body = form.body(), .anonymous = true};
  call.headers = {{"content-type", "multipart/form-data; boundary=" + form.boundary}};
  EXPECT_EQ(harness.send(call).code(), "AccessDenied");
  EXPECT_EQ(harness.head("/another/a").status, 404);
}

TEST_F(PostObjectTest, FieldsThatThePolicyDoesNotName) {
  auto form = signed_form({{"key", "a"}});
  form.fields.emplace_back("acl", "public-read");
  const auto refused = send(form);
  EXPECT_EQ(refused.code(), "AccessDenied");
  EXPECT_EQ(refused.element("Message"), "Invalid according to Policy: Extra input fields: acl");
  form.fields.back() = {"x-ignore-this", "anything"};
  EXPECT_EQ(send(form).status, 204);
}

TEST_F(PostObjectTest, PolicyThatIsNone) {
  const std::string date = format_amz_date(harness.clock.now());
  Fields fields = {{"key", "a"},
                   {"x-amz-algorithm", "AWS4-HMAC-SHA256"},
                   {"x-amz-credential", std::string(kAccessKey) + "/" + date.substr(0, 8) + "/us-east-1/s3/aws4_request"},
                   {"x-amz-date", date}};
  const auto refused = send(sign_policy(fields, base64_encode(as_bytes("{\"expiration\":\"2026-03-01T13:00:00Z\"}"))));
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.code(), "InvalidPolicyDocument");
}

TEST_F(PostObjectTest, ContentLengthRange) {
  const std::string range = R"(,["content-length-range",4,6])";
  auto form = signed_form({{"key", "a"}}, range);
  EXPECT_EQ(send(form).status, 204);
  form.file = "1234567";
  const auto large = send(form);
  EXPECT_EQ(large.status, 400);
  EXPECT_EQ(large.code(), "EntityTooLarge");
  EXPECT_EQ(large.element("MaxSizeAllowed"), "6");
  form.file = "123";
  const auto small = send(form);
  EXPECT_EQ(small.status, 400);
  EXPECT_EQ(small.code(), "EntityTooSmall");
  EXPECT_EQ(small.element("MinSizeAllowed"), "4");
  EXPECT_EQ(harness.get("/bucket/a").body, "hello");
}

TEST_F(PostObjectTest, ContentLengthRangeIsCheckedWhileItStreams) {
  auto form = signed_form({{"key", "a"}}, R"(,["content-length-range",0,1000])");
  form.file = std::string(4'000'000, 'x');
  Call call{.method = "POST", .path = "/bucket", .body = form.body().substr(0, 600'000), .anonymous = true};
  call.headers = {{"content-type", "multipart/form-data; boundary=" + form.boundary}};
  call.declared_length = form.body().size();  // the rest never comes, and needn't
  EXPECT_EQ(harness.send(call).code(), "EntityTooLarge");
}

TEST_F(PostObjectTest, Checksums) {
  EXPECT_EQ(send(signed_form({{"key", "a"}, {"x-amz-checksum-sha256", checksum_base64(Algorithm::sha256, "hello")}}))
                .header("x-amz-checksum-sha256"),
            checksum_base64(Algorithm::sha256, "hello"));
  EXPECT_EQ(send(signed_form({{"key", "b"}, {"x-amz-checksum-sha256", checksum_base64(Algorithm::sha256, "other")}})).code(), "BadDigest");
  EXPECT_EQ(harness.head("/bucket/b").status, 404);
  EXPECT_EQ(send(signed_form({{"key", "c"}, {"x-amz-checksum-algorithm", "CRC32"}})).header("x-amz-checksum-crc32"),
            checksum_base64(Algorithm::crc32, "hello"));
  EXPECT_EQ(send(signed_form({{"key", "d"}})).header("x-amz-checksum-crc64nvme"), checksum_base64(Algorithm::crc64nvme, "hello"));
}

TEST_F(PostObjectTest, TagsAndAcl) {
  const std::string tags = "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>";
  EXPECT_EQ(send(signed_form({{"key", "a"}, {"tagging", tags}, {"acl", "public-read"}})).status, 204);
  EXPECT_EQ(harness.get("/bucket/a", "tagging").element("Key"), "a");
  EXPECT_EQ(harness.get_anonymously("/bucket/a").body, "hello");
  EXPECT_EQ(send(signed_form({{"key", "b"}, {"tagging", "<Tagging>"}})).code(), "MalformedXML");
  EXPECT_EQ(send(signed_form({{"key", "b"}, {"acl", "everyone"}})).code(), "InvalidArgument");
  EXPECT_EQ(send(signed_form({{"key", "b"}, {"x-amz-server-side-encryption", "AES256"}})).code(), "NotImplemented");
}

TEST_F(PostObjectTest, AnonymousByBucketPolicy) {
  Form form;
  form.fields = {{"key", "a"}};
  EXPECT_EQ(send(form).code(), "AccessDenied");
  allow_anonymous_uploads();
  EXPECT_EQ(send(form).status, 204);
  form.fields = {{"key", "b"}, {"tagging", "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>"}};
  EXPECT_EQ(send(form).code(), "AccessDenied");
  form.fields = {{"key", "b"}, {"acl", "public-read"}};
  EXPECT_EQ(send(form).code(), "AccessDenied");
  EXPECT_EQ(harness.head("/bucket/b").status, 404);
}

TEST_F(PostObjectTest, NotAForm) {
  Call call{.method = "POST", .path = "/bucket", .headers = {{"content-type", "text/plain"}}, .body = "x", .anonymous = true};
  const auto refused = harness.send(call);
  EXPECT_EQ(refused.status, 412);
  EXPECT_EQ(refused.code(), "PreconditionFailed");
  EXPECT_EQ(refused.element("Condition"), "Bucket POST must be of the enclosure-type multipart/form-data");
  call.path = "/missing";
  EXPECT_EQ(harness.send(call).code(), "NoSuchBucket");
}

TEST_F(PostObjectTest, MalformedForms) {
  allow_anonymous_uploads();
  const auto post = [this](std::string body) {
    Call call{.method = "POST", .path = "/bucket", .body = std::move(body), .anonymous = true};
    call.headers = {{"content-type", "multipart/form-data; boundary=XX"}};
    return harness.send(std::move(call));
  };
  Form form;
  form.boundary = "XX";
  form.fields = {{"key", "a"}};
  const auto whole = form.body();
  EXPECT_EQ(post(whole).status, 204);
  harness.del("/bucket/a");
  EXPECT_EQ(post(whole.substr(0, whole.size() - 6)).code(), "MalformedPOSTRequest");
  EXPECT_EQ(post("nonsense").code(), "MalformedPOSTRequest");
  form.with_file = false;
  EXPECT_EQ(post(form.body()).code(), "InvalidArgument");
  form.with_file = true;
  form.fields = {};
  EXPECT_EQ(post(form.body()).element("ArgumentName"), "key");
  form.fields = {{"key", ""}};
  EXPECT_EQ(post(form.body()).code(), "InvalidArgument");
  form.fields = {{"key", "a"}, {"Key", "b"}};
  EXPECT_EQ(post(form.body()).code(), "InvalidArgument");
  form.fields = {{"key", std::string(1025, 'k')}};
  EXPECT_EQ(post(form.body()).code(), "KeyTooLongError");
  form.fields = {{"key", "a\xFF"}};
  EXPECT_EQ(post(form.body()).code(), "InvalidArgument");
  form.fields = {{"key", "a"}, {"content-type", "text/plain\r\nSet-Cookie: x"}};
  EXPECT_EQ(post(form.body()).code(), "InvalidArgument");
  form.fields = {{"key", std::string(30'000, 'k')}};
  EXPECT_EQ(post(form.body()).code(), "MaxPostPreDataLengthExceededError");
  EXPECT_EQ(texts(harness.get("/bucket").body, "Key").size(), 0U);
}

TEST_F(PostObjectTest, OnAVersionedBucket) {
  harness.put("/bucket", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>", "versioning");
  EXPECT_NE(send(signed_form({{"key", "a"}})).header("x-amz-version-id"), "");
}

TEST_F(PostObjectTest, DefaultCredentialsAreForThisMachine) {
  ServiceOptions options;
  options.default_credentials = true;
  Harness guarded(std::move(options));
  guarded.make_bucket("bucket");
  const auto form = signed_form({{"key", "a"}});
  Call call{.method = "POST", .path = "/bucket", .body = form.body(), .anonymous = true, .peer = "192.0.2.1"};
  call.headers = {{"content-type", "multipart/form-data; boundary=" + form.boundary}};
  EXPECT_EQ(guarded.send(call).code(), "AccessDenied");
  call.peer = "127.0.0.1";
  EXPECT_EQ(guarded.send(call).status, 204);
}

}  // namespace
}  // namespace holdfast::s3::test
