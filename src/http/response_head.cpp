#include "http/response_head.hpp"

#include "holdfast/base/encoding.hpp"

#include <boost/beast/http/status.hpp>
#include <charconv>

namespace holdfast::http {

namespace {

void append_number(std::string& out, std::uint64_t value) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  const std::size_t start = out.size();
  out.append(name).append(": ").append(value);
  for (std::size_t i = start; i < out.size(); ++i) {
    if (static_cast<unsigned char>(out[i]) < ' ' && out[i] != '\t') out[i] = ' ';
  }
  out.append("\r\n");
}

enum class Known { none, server, date, dropped };

Known known(std::string_view name) {
  switch (name.size()) {
    case 4:
      return equals_ignoring_case(name, "date") ? Known::date : Known::none;
    case 6:
      return equals_ignoring_case(name, "server") ? Known::server : Known::none;
    case 10:
      return equals_ignoring_case(name, "connection") ? Known::dropped : Known::none;
    case 14:
      return equals_ignoring_case(name, "content-length") ? Known::dropped : Known::none;
    case 17:
      return equals_ignoring_case(name, "transfer-encoding") ? Known::dropped : Known::none;
    default:
      return Known::none;
  }
}

void append_status_line(std::string& out, int status) {
  const auto reason = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::uint64_t>(status));
  out.append(" ").append(reason.data(), reason.size()).append("\r\n");
}

}  // namespace

void append_response_head(std::string& out, const Response& response, const ResponseFraming& framing, std::string_view date) {
  append_status_line(out, response.status);
  bool has_server = false;
  bool has_date = false;
  for (const auto& [name, value] : response.headers) {
    const Known kind = known(name);
    if (kind == Known::dropped) continue;
    has_server |= kind == Known::server;
    has_date |= kind == Known::date;
    append_header(out, name, value);
  }
  if (!has_server) out.append("Server: Holdfast\r\n");
  if (!has_date) out.append("Date: ").append(date).append("\r\n");
  if (framing.content_length) {
    out.append("Content-Length: ");
    append_number(out, *framing.content_length);
    out.append("\r\n");
  }
  if (framing.chunked) out.append("Transfer-Encoding: chunked\r\n");
  if (framing.connection == ResponseFraming::Connection::close) out.append("Connection: close\r\n");
  if (framing.connection == ResponseFraming::Connection::keep_alive) out.append("Connection: keep-alive\r\n");
  out.append("\r\n");
}

}  // namespace holdfast::http
