#include "s3/watcher.hpp"

#include "s3/route_table.hpp"

namespace holdfast::s3 {
namespace {

std::string_view request_id_of(const http::Response& response) noexcept {
  for (const auto& [name, value] : response.headers) {
    if (name == "x-amz-request-id") return value;
  }
  return {};
}

}  // namespace

void Watcher::take(Context& context) noexcept {
  if (context.route != nullptr) operation_ = context.route->name;
  version_id_ = context.query.get("versionId");
  address_ = std::move(context.address);
  caller_ = std::move(context.authentication);
}

void Watcher::take_error(const Error& error) {
  error_ = error.code;
  error_message_ = error.text();
}

void Watcher::sent(const http::Request& request, const http::Response& response, const http::Transfer& transfer) noexcept {
  const bool refused = kind_ == RequestRecord::Kind::refused;
  const RequestRecord record{.kind = kind_,
                             .request_id = request_id_of(response),
                             .operation = operation_,
                             .bucket = address_.bucket,
                             .key = address_.key,
                             .version_id = version_id_,
                             .status = response.status,
                             .error = error_,
                             .error_message = error_message_,
                             .caller = caller_,
                             .request = refused ? nullptr : &request,
                             .response = response,
                             .transfer = transfer,
                             .started = started_,
                             .to_first_byte = transfer.first_byte - start_,
                             .total = transfer.end - start_};
  for (RequestObserver* observer : observers_) observer->request_done(record);
}

}  // namespace holdfast::s3
