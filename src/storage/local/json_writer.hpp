// Writes JSON text quickly: a sidecar is written for each object. Reading is nlohmann's (records_json.cpp).
#pragma once

#include "holdfast/base/clock.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace holdfast::storage::local {

// Appends `text` as a JSON string, or as {"base64": "..."} if it isn't valid UTF-8.
void append_json_text(std::string& out, std::string_view text);
// As RFC 3339 in UTC with nanoseconds, without quotes.
void append_nanoseconds(std::string& out, TimePoint time);

inline constexpr std::size_t kCrcDigits = 8;
std::string crc_digits(std::uint32_t crc);  // lower-case hex, most significant first

// One JSON object, appended to a string; its members in the order of the calls. `line`: each on a line of its own.
class JsonObject {
 public:
  enum class Layout : std::uint8_t { inline_, line };
  explicit JsonObject(std::string& out, Layout layout = Layout::inline_);
  JsonObject(const JsonObject&) = delete;
  JsonObject& operator=(const JsonObject&) = delete;

  std::string& next_member();  // the caller appends the name and the value
  // Names are ours and need no escapes; only `member` takes any.
  std::string& name(std::string_view name);  // the caller appends the value
  std::string& member(std::string_view name);
  void text(std::string_view name, std::string_view value);
  void number(std::string_view name, std::uint64_t value);
  void boolean(std::string_view name, bool value);
  void id(std::string_view name, std::uint64_t value);  // 16 hex digits
  void time(std::string_view name, TimePoint value);
  void close();

 private:
  std::string& out_;
  Layout layout_;
  bool empty_ = true;
};

}  // namespace holdfast::storage::local
