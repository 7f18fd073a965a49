// The header of a response as text.
#pragma once

#include "holdfast/http/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::http {

struct ResponseFraming {
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  enum class Connection : std::uint8_t { unsaid, keep_alive, close } connection = Connection::unsaid;
};

// Appends status line, headers and the empty line to `out`. The handler's own Content-Length, Transfer-Encoding and
// Connection are left out; its Server and Date go before ours. No value can break out of its line.
void append_response_head(std::string& out, const Response& response, const ResponseFraming& framing, std::string_view date);

}  // namespace holdfast::http
