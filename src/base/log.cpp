#include "holdfast/base/log.hpp"

#include "holdfast/base/clock.hpp"
#include "holdfast/base/encoding.hpp"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <atomic>

namespace holdfast::log {

namespace {

// The process has one standard error, so there is one of these; only atomics change after its construction.
struct State {
  State() {
    logger.set_pattern("%v");
    logger.set_level(spdlog::level::trace);
    logger.flush_on(spdlog::level::trace);
  }
  spdlog::logger logger{"holdfast", std::make_shared<spdlog::sinks::stderr_sink_mt>()};
  std::atomic<Level> level{Level::warn};
  std::atomic<Format> format{Format::text};
};

State& state() {
  static State instance;
  return instance;
}

std::string_view level_name(Level level) noexcept {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warn:
      return "warn";
    case Level::error:
      return "error";
    case Level::off:
      break;
  }
  return "off";
}

void append_escape(std::string& out, unsigned char c) {
  out += "\\u00";
  out += "0123456789abcdef"[c >> 4];
  out += "0123456789abcdef"[c & 15];
}

// A JSON string. What a client sends need not be UTF-8: such text has each of its bytes above 127 escaped as \u00XX.
void append_quoted(std::string& out, std::string_view text) {
  const bool utf8 = is_valid_utf8(text);
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !utf8)) {
      append_escape(out, byte);
    } else {
      out += c;
    }
  }
  out += '"';
}

bool is_plain(std::string_view text) noexcept {
  for (const char c : text) {
    if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7f) return false;
  }
  return !text.empty();
}

void append_value(std::string& out, std::string_view text) {
  if (is_plain(text)) {
    out += text;
  } else {
    append_quoted(out, text);
  }
}

// A message is one line, whatever is in it: nobody forges a second one.
void append_message(std::string& out, std::string_view message) {
  for (const char c : message) {
    if (c == '\n' || c == '\r') {
      out += ' ';
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      append_escape(out, static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
}

std::string text_line(Level level, std::string_view message, std::initializer_list<Field> fields) {
  std::string line = format_iso8601_millis(SystemClock().now());
  line += ' ';
  line += level_name(level);
  line += ' ';
  append_message(line, message);
  for (const auto& [name, value] : fields) {
    line += ' ';
    line += name;
    line += '=';
    append_value(line, value);
  }
  return line;
}

std::string json_line(Level level, std::string_view message, std::initializer_list<Field> fields) {
  std::string line = R"({"time":")" + format_iso8601_millis(SystemClock().now()) + R"(","level":")";
  line += level_name(level);
  line += R"(","message":)";
  append_quoted(line, message);
  for (const auto& [name, value] : fields) {
    line += ',';
    append_quoted(line, name);
    line += ':';
    append_quoted(line, value);
  }
  line += '}';
  return line;
}

}  // namespace

void configure(Level level, Format format) {
  state().level = level;
  state().format = format;
}

bool enabled(Level level) noexcept { return level != Level::off && level >= state().level.load(std::memory_order_relaxed); }

void write(Level level, std::string_view message, std::initializer_list<Field> fields) {
  if (!enabled(level)) return;
  const bool json = state().format.load(std::memory_order_relaxed) == Format::json;
  const std::string line = json ? json_line(level, message, fields) : text_line(level, message, fields);
  state().logger.log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace holdfast::log
