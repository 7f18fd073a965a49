// ListenBucketNotification and ListenNotification: MinIO's stream of events as JSON lines, which `mc watch` and the minio
// SDKs read. Not in AWS's API.
#include "s3/context.hpp"
#include "s3/ops/operations.hpp"

#include "holdfast/storage/notification_rules.hpp"

namespace holdfast::s3::ops {
namespace {

class ListenSource final : public http::ContentSource {
 public:
  explicit ListenSource(std::unique_ptr<EventStream> stream) : stream_(std::move(stream)) {}
  Task<Result<Piece>> next() override {
    HOLDFAST_CO_TRY(lines, co_await stream_->next());
    co_return Piece(SharedBytes::from(std::move(lines)));
  }

 private:
  std::unique_ptr<EventStream> stream_;
};

Result<ListenSpec> make_spec(const Context& context) {
  ListenSpec spec{context.bucket(), {}, std::string(context.query.get("prefix")), std::string(context.query.get("suffix"))};
  for (const QueryParameter& parameter : context.query.parameters()) {
    if (parameter.name != "events") continue;
    if (!storage::is_notification_event(parameter.value)) {
      return Error(ErrorCode::InvalidArgument, "A specified event is not supported for notifications.");
    }
    spec.events.emplace_back(parameter.value);
  }
  return spec;
}

}  // namespace

Answer listen_notification(Context& context) {
  if (context.options.events == nullptr) co_return Error(ErrorCode::NotImplemented, "Notifications are turned off on this server.");
  if (!context.bucket().empty()) HOLDFAST_CO_TRY_VOID(context.find_bucket());
  HOLDFAST_CO_TRY(spec, make_spec(context));
  HOLDFAST_CO_TRY(stream, co_await context.options.events->listen(std::move(spec)));
  http::Response response;
  response.set("Content-Type", "text/event-stream");
  response.source = std::make_unique<ListenSource>(std::move(stream));
  co_return response;
}

}  // namespace holdfast::s3::ops
