// Where S3 gets bucket notifications from: the server passes in what follows the engine.
#pragma once

#include "holdfast/base/result.hpp"
#include "holdfast/base/task.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::s3 {

struct ListenSpec {
  std::string bucket;  // empty: every bucket
  std::vector<std::string> events;
  std::string prefix;
  std::string suffix;
};

// Events as they happen. Destroying it ends the listening.
class EventStream {
 public:
  virtual ~EventStream() = default;
  // The next piece of JSON lines, or white space that keeps the connection alive; empty: the server stops.
  virtual Task<Result<std::string>> next() = 0;
};

class EventSource {
 public:
  virtual ~EventSource() = default;
  virtual bool has_target(std::string_view arn) const = 0;  // a destination that is configured
  virtual Task<Result<std::unique_ptr<EventStream>>> listen(ListenSpec spec) = 0;
};

}  // namespace holdfast::s3
