#include "holdfast/services/notifications.hpp"

#include "services/target_worker.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>

namespace holdfast::services {
namespace {

using namespace std::chrono_literals;

TEST(TargetSettingsTest, ReadsWhatIsTurnedOn) {
  const auto targets = parse_targets({{"MINIO_NOTIFY_WEBHOOK_ENABLE_PRIMARY", "on"},
                                      {"MINIO_NOTIFY_WEBHOOK_ENDPOINT_PRIMARY", "http://a/"},
                                      {"MINIO_NOTIFY_WEBHOOK_AUTH_TOKEN_PRIMARY", "token"},
                                      {"MINIO_NOTIFY_WEBHOOK_QUEUE_LIMIT_PRIMARY", "7"},
                                      {"MINIO_NOTIFY_WEBHOOK_ENABLE", "true"},
                                      {"MINIO_NOTIFY_WEBHOOK_ENDPOINT", "http://b/"},
                                      {"MINIO_NOTIFY_WEBHOOK_ENABLE_OFF", "off"},
                                      {"MINIO_REGION", "x"}});
  ASSERT_TRUE(targets);
  ASSERT_EQ(targets->size(), 2U);
  EXPECT_EQ((*targets)[0].arn(""), "arn:minio:sqs::PRIMARY:webhook");
  EXPECT_EQ((*targets)[0].arn("eu"), "arn:minio:sqs:eu:PRIMARY:webhook");
  EXPECT_EQ((*targets)[0].value("AUTH_TOKEN"), "token");
  EXPECT_EQ((*targets)[0].queue_limit, 7U);
  EXPECT_EQ((*targets)[1].arn(""), "arn:minio:sqs::_:webhook");
  EXPECT_EQ((*targets)[1].value("ENDPOINT"), "http://b/");
}

TEST(TargetSettingsTest, RefusesNonsense) {
  EXPECT_FALSE(parse_targets({{"MINIO_NOTIFY_WEBHOOK_ENABLE", "on"}, {"MINIO_NOTIFY_WEBHOOK_QUEUE_LIMIT", "many"}}));
  EXPECT_TRUE(is_target_variable("HOLDFAST_NOTIFY_WEBHOOK_ENDPOINT_A_B"));
  EXPECT_FALSE(is_target_variable("MINIO_NOTIFY_WEBHOOK_"));
  EXPECT_FALSE(is_target_variable("MINIO_NOTIFY_WEBHOOK_NONSENSE"));
  EXPECT_FALSE(is_target_variable("MINIO_NOTIFY_NSQ_ENABLE"));
}

TEST(WebhookTest, PostsWithTheToken) {
  HttpPost posted;
  int status = 200;
  const HttpPosterFactory http = [&](const HttpPosterTls&) -> Result<HttpPoster> {
    return HttpPoster([&](HttpPost post) -> Result<int> {
      posted = std::move(post);
      return status;
    });
  };
  TargetSettings settings;
  settings.type = "webhook";
  settings.id = "_";
  EXPECT_FALSE(make_target(settings, http));
  settings.values = {{"ENDPOINT", "http://host/path"}, {"AUTH_TOKEN", "secret"}};
  auto target = make_target(settings, http);
  ASSERT_TRUE(target);
  EXPECT_TRUE((*target)->send(Notification{"e", "b/k", "{}", false, {}}));
  EXPECT_EQ(posted.url, "http://host/path");
  EXPECT_EQ(posted.body, "{}");
  EXPECT_EQ(posted.headers.back().second, "Bearer secret");
  status = 503;
  EXPECT_FALSE((*target)->send(Notification{"e", "b/k", "{}", false, {}}));
  settings.values["CLIENT_CERT"] = "cert.pem";
  EXPECT_FALSE(make_target(settings, http)) << "a certificate without its key";
}

TEST(EventJsonTest, HasMiniosForm) {
  storage::ChangeEvent event;
  event.seq = 255;
  event.name = "s3:ObjectCreated:Put";
  event.bucket = "b";
  event.key = "a dir/\xC3\xA9+\"";
  event.version_id = "null";
  event.etag = "abc";
  event.size_bytes = 5;
  event.time = *parse_iso8601("2026-03-01T12:00:00Z");
  storage::ObjectInfo object;
  object.headers = {{"content-type", "text/plain"}};
  object.user_metadata = {{"colour", "red"}};
  const std::string body = render_notification(event, &object, "");
  EXPECT_TRUE(body.starts_with(R"({"EventName":"s3:ObjectCreated:Put","Key":"b/a dir/é+\"","Records":[{)")) << body;
  for (const std::string_view part :
       {R"("key":"a+dir%2F%C3%A9%2B%22","size":5,"eTag":"abc","contentType":"text/plain")", R"("X-Amz-Meta-colour":"red")",
        R"("sequencer":"00000000000000FF")", R"("eventTime":"2026-03-01T12:00:00.000Z")", R"("arn":"arn:aws:s3:::b")"}) {
    EXPECT_NE(body.find(part), std::string::npos) << part << "\n" << body;
  }
  EXPECT_EQ(body.find("versionId"), std::string::npos);
}

// A target that can be made to fail.
class FakeTarget final : public Target {
 public:
  struct Log {
    std::mutex mutex;
    std::vector<std::string> objects;
    std::atomic<bool> failing{false};
    std::size_t size() {
      const std::lock_guard lock(mutex);
      return objects.size();
    }
  };
  explicit FakeTarget(Log& log) : log_(log) {}
  Result<> send(const Notification& notification) override {
    if (log_.failing) return Error(ErrorCode::ServiceUnavailable, "away");
    const std::lock_guard lock(log_.mutex);
    log_.objects.push_back(notification.object);
    return {};
  }

 private:
  Log& log_;
};

class TargetWorkerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    settings.type = "webhook";
    settings.id = "A";
    storage::BucketInfo bucket;
    bucket.name = "bucket";
    bucket.configuration["notification"] =
        storage::format_notification_rules({{"id", settings.arn({}), {"s3:ObjectCreated:*"}, "in/", ""}});
    ASSERT_TRUE(sync_wait(engine->create_bucket(std::move(bucket))));
    ASSERT_TRUE(sync_wait(engine->create_cursor(make_worker()->follower())));
  }
  std::unique_ptr<TargetWorker> make_worker() {
    return std::make_unique<TargetWorker>(*engine, settings, "", std::make_unique<FakeTarget>(log));
  }
  void put(const std::string& key) {
    hash::AlgorithmSet algorithms;
    algorithms.add(hash::Algorithm::md5);
    hash::Verifier verifier(algorithms);
    storage::PutSpec spec{.bucket = "bucket", .key = key, .attributes = {}, .size_bytes = 0, .precondition = {}};
    auto writer = sync_wait(engine->create(std::move(spec)));
    ASSERT_TRUE(writer);
    auto digests = verifier.finish();
    ASSERT_TRUE(digests);
    ASSERT_TRUE(sync_wait((*writer)->commit(std::move(*digests), "etag", std::nullopt)));
  }
  bool eventually(const std::function<bool()>& holds) {
    for (int i = 0; i < 1000; ++i) {
      if (holds()) return true;
      std::this_thread::sleep_for(10ms);
    }
    return false;
  }

  SystemClock clock;
  std::unique_ptr<storage::Engine> engine = storage::make_memory_engine(clock);
  TargetSettings settings;
  FakeTarget::Log log;
};

TEST_F(TargetWorkerTest, DeliversWhatRulesAskFor) {
  auto worker = make_worker();
  worker->start();
  put("in/1");
  put("out/1");
  put("in/2");
  ASSERT_TRUE(eventually([&] { return log.size() == 2; }));
  worker->stop_soon();
  worker->join();
  EXPECT_EQ(log.objects, (std::vector<std::string>{"bucket/in/1", "bucket/in/2"}));
  EXPECT_EQ(worker->state().sent, 2U);
  EXPECT_EQ(worker->state().waiting, 0U);
}

TEST_F(TargetWorkerTest, KeepsEventsOverOutageAndRestart) {
  log.failing = true;
  auto worker = make_worker();
  worker->start();
  for (int i = 0; i < 20; ++i) put("in/" + std::to_string(i));
  ASSERT_TRUE(eventually([&] { return worker->state().waiting == 20; }));
  EXPECT_FALSE(worker->state().online);
  worker->stop_soon();
  worker->join();
  EXPECT_EQ(log.size(), 0U);
  log.failing = false;
  worker = make_worker();
  worker->start();
  ASSERT_TRUE(eventually([&] { return log.size() == 20; }));
  EXPECT_TRUE(worker->state().online);
}

TEST_F(TargetWorkerTest, DropsTheOldestBeyondTheLimit) {
  settings.queue_limit = 5;
  log.failing = true;
  auto worker = make_worker();
  worker->start();
  for (int i = 0; i < 20; ++i) put("in/" + std::to_string(i));
  ASSERT_TRUE(eventually([&] { return worker->state().dropped == 15; }));
  EXPECT_EQ(worker->state().waiting, 5U);
  log.failing = false;
  ASSERT_TRUE(eventually([&] { return log.size() == 5; }));
  EXPECT_EQ(log.objects.front(), "bucket/in/15");
}

TEST(NotificationsTest, ListenersGetJsonLines) {
  SystemClock clock;
  const auto engine = storage::make_memory_engine(clock);
  storage::BucketInfo bucket;
  bucket.name = "bucket";
  ASSERT_TRUE(sync_wait(engine->create_bucket(std::move(bucket))));
  Notifications notifications(*engine, "");
  ASSERT_TRUE(notifications.start({}, {}));
  EXPECT_FALSE(notifications.has_target("arn:minio:sqs::A:webhook"));
  const auto channel = sync_wait(notifications.listen({"bucket", {"s3:ObjectRemoved:*"}, "", ""}));
  ASSERT_TRUE(channel);
  EXPECT_EQ(sync_wait((*channel)->next()), " ") << "a sign of life";
  notifications.stop_soon();
  while (!sync_wait((*channel)->next()).empty()) {
  }
  EXPECT_FALSE(sync_wait(notifications.listen({"bucket", {}, "", ""})));
  notifications.stop();
}

TEST(LineChannelTest, LosesWhatIsTooMuch) {
  LineChannel channel(10);
  EXPECT_TRUE(channel.push("12345\n"));
  EXPECT_FALSE(channel.push("12345\n"));
  channel.keep_alive();
  EXPECT_EQ(sync_wait(channel.next()), "12345\n");
  channel.keep_alive();
  EXPECT_EQ(sync_wait(channel.next()), " ");
  EXPECT_EQ(channel.lost(), 1U);
  channel.close();
  EXPECT_EQ(sync_wait(channel.next()), "");
  EXPECT_FALSE(channel.push("x"));
}

}  // namespace
}  // namespace holdfast::services
