#include "harness.hpp"

#include <gtest/gtest.h>

namespace holdfast::s3::test {
namespace {

// One target; listeners get one line.
class FakeEvents final : public EventSource {
 public:
  class Stream final : public EventStream {
   public:
    Task<Result<std::string>> next() override { co_return std::exchange(line_, {}); }

   private:
    std::string line_ = "{}\n";
  };
  bool has_target(std::string_view arn) const override { return arn == "arn:minio:sqs::A:webhook"; }
  Task<Result<std::unique_ptr<EventStream>>> listen(ListenSpec spec) override {
    last = std::move(spec);
    std::unique_ptr<EventStream> stream = std::make_unique<Stream>();
    co_return stream;
  }
  ListenSpec last;
};

class NotificationTest : public ::testing::Test {
 protected:
  NotificationTest() { harness.make_bucket("bucket"); }
  Reply put(const std::string& inside) {
    return harness.put("/bucket", "<NotificationConfiguration>" + inside + "</NotificationConfiguration>", "notification");
  }
  static std::string queue(const std::string& event, const std::string& filter = {}, const std::string& id = "A") {
    return "<QueueConfiguration><Id>" + event + filter + "</Id><Queue>arn:minio:sqs::" + id + ":webhook</Queue><Event>" + event +
           "</Event>" +
           (filter.empty() ? "" : "<Filter><S3Key><FilterRule><Name>" + filter + "</Name><Value>x</Value></FilterRule></S3Key></Filter>") +
           "</QueueConfiguration>";
  }
  static ServiceOptions options(FakeEvents& events) {
    ServiceOptions made;
    made.events = &events;
    return made;
  }
  FakeEvents events;
  Harness harness{options(events)};
};

TEST_F(NotificationTest, GivesBackWhatItGot) {
  const std::string rules = queue("s3:ObjectCreated:*", "prefix") + queue("s3:ObjectRemoved:Delete");
  EXPECT_EQ(put(rules).status, 200);
  EXPECT_NE(harness.get("/bucket", "notification").body.find(rules), std::string::npos) << harness.get("/bucket", "notification").body;
  EXPECT_EQ(put("").status, 200);
  EXPECT_EQ(harness.get("/bucket", "notification").element("Queue"), "");
}

TEST_F(NotificationTest, RefusesWhatItCannotDo) {
  EXPECT_EQ(put(queue("s3:ObjectCreated:*", "", "OTHER")).code(), "InvalidArgument");
  EXPECT_EQ(put(queue("s3:Nonsense")).code(), "InvalidArgument");
  EXPECT_EQ(put(queue("s3:ObjectCreated:*", "middle")).code(), "InvalidArgument");
  EXPECT_EQ(put(queue("s3:ObjectCreated:*") + queue("s3:ObjectCreated:Put")).code(), "InvalidArgument") << "they overlap";
  EXPECT_EQ(put("<TopicConfiguration/>").code(), "InvalidArgument");
  EXPECT_EQ(put("<QueueConfiguration/>").code(), "MalformedXML");
  EXPECT_EQ(put("<Other/>").code(), "MalformedXML");
}

TEST_F(NotificationTest, Listens) {
  const Reply reply = harness.get("/bucket", "events=s3%3AObjectCreated%3A%2A&events=s3%3AObjectRemoved%3A%2A&prefix=a&suffix=b");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "{}\n");
  EXPECT_EQ(events.last.bucket, "bucket");
  EXPECT_EQ(events.last.events, (std::vector<std::string>{"s3:ObjectCreated:*", "s3:ObjectRemoved:*"}));
  EXPECT_EQ(events.last.prefix, "a");
  EXPECT_EQ(harness.get("/bucket", "events=nonsense").code(), "InvalidArgument");
  EXPECT_EQ(harness.get("/", "events=s3%3AObjectCreated%3A%2A").status, 200);
  EXPECT_EQ(harness.get("/missing", "events=s3%3AObjectCreated%3A%2A").code(), "NoSuchBucket");
}

TEST(NotificationlessTest, ListeningIsRefused) {
  Harness harness;
  harness.make_bucket("bucket");
  EXPECT_EQ(harness.get("/bucket", "events=s3%3AObjectCreated%3A%2A").code(), "NotImplemented");
}

}  // namespace
}  // namespace holdfast::s3::test
