#include "server/gate.hpp"

#include "holdfast/admin/health.hpp"

namespace holdfast::server {
namespace {

// Before the service is there no bucket name or key can be known to be harmless in XML, so none is named.
http::Response plain_error(const Error& error) {
  http::Response response;
  response.status = error.http_status();
  response.set("Content-Type", "application/xml");
  response.body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>" + std::string(error.name()) + "</Code><Message>" +
                  std::string(error_default_message(error.code)) + "</Message></Error>";
  return response;
}

Task<http::Response> answer_unserved(const http::Request& request, http::BodyStream&) {
  (void)request;
  co_return plain_error(ErrorCode::NotImplemented);
}

}  // namespace

// co_await: goes on when the gate is open or waiting is over.
struct Gate::UntilOpen {
  Gate& gate;

  bool await_ready() const noexcept { return gate.decided(); }
  bool await_suspend(std::coroutine_handle<> handle) const {
    const std::lock_guard lock(gate.mutex_);
    if (gate.decided()) return false;
    gate.waiters_.push_back({handle, Executor::current()});
    return true;
  }
  void await_resume() const noexcept {}
};

void Gate::open(http::Handler* service, const storage::Engine* engine) noexcept {
  engine_.store(engine, std::memory_order_release);
  service_.store(service, std::memory_order_release);
  open_ = true;
  release();
}

void Gate::stop_waiting() noexcept {
  waiting_over_ = true;
  release();
}

void Gate::release() noexcept {
  std::vector<Waiter> waiters;
  {
    const std::lock_guard lock(mutex_);
    waiters.swap(waiters_);
  }
  for (const Waiter& waiter : waiters) waiter.executor->post(waiter.handle);
}

Task<http::Response> Gate::handle(const http::Request& request, http::BodyStream& body) {
  if (auto health = admin::answer_health(request, engine_.load(std::memory_order_acquire))) co_return std::move(*health);
  co_await UntilOpen{*this};
  if (open_ && metrics_ != nullptr) {
    if (auto page = metrics_->answer(request, role_ == GateRole::console)) co_return std::move(*page);
  }
  if (http::Handler* service = service_.load(std::memory_order_acquire)) co_return co_await service->handle(request, body);
  if (role_ == GateRole::console) {
    http::Response response;
    response.status = 404;
    response.set("Content-Type", "text/plain; charset=utf-8");
    response.body = "The web console is not in this build. S3 is served on the other port; health is at /health.\n";
    co_return response;
  }
  http::Response response = plain_error(ErrorCode::XMinioServerNotInitialized);
  response.set("Retry-After", "1");
  co_return response;
}

http::Response Gate::handle_error(const Error& error) {
  http::Handler* service = service_.load(std::memory_order_acquire);
  return service != nullptr ? service->handle_error(error) : plain_error(error);
}

s3::ReservedHandler Gate::reserved_handler() { return answer_unserved; }

}  // namespace holdfast::server
