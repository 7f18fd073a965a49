// The log. spdlog stays behind this header. Each line says what happened and what to do; secrets never go in.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace holdfast::log {

enum class Level { debug, info, warn, error, off };
enum class Format { text, json };
using Field = std::pair<std::string_view, std::string>;

// Called once by main (and by tests). Until then only warnings and errors are printed, as text, to stderr.
void configure(Level level, Format format);
bool enabled(Level level) noexcept;

// `fields` follow the message as name=value (text) or as members (json). Any thread; a line is never torn.
void write(Level level, std::string_view message, std::initializer_list<Field> fields = {});

inline void debug(std::string_view message, std::initializer_list<Field> fields = {}) { write(Level::debug, message, fields); }
inline void info(std::string_view message, std::initializer_list<Field> fields = {}) { write(Level::info, message, fields); }
inline void warn(std::string_view message, std::initializer_list<Field> fields = {}) { write(Level::warn, message, fields); }
inline void error(std::string_view message, std::initializer_list<Field> fields = {}) { write(Level::error, message, fields); }

}  // namespace holdfast::log
