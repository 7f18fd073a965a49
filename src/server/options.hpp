// Every setting of `holdfast server`: one table gives flag, variables, configuration file member, default and help.
//
// A value comes from the first of: flag, HOLDFAST_* variable, MINIO_* variable, configuration file, default.
#pragma once

#include "holdfast/base/result.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::server {

enum class OptionKind {
  text,
  flag,    // on or off
  secret,  // never printed; NAME_FILE names a file (or a name under /run/secrets) that holds it; has no flag
};

struct Option {
  std::string_view name;      // flag (--name) and member of the configuration file
  std::string_view variable;  // without prefix: HOLDFAST_<variable>, and MINIO_<variable> when minio is set
  bool minio;
  std::vector<std::string_view> other_variables;  // further names, whole, in order of precedence
  OptionKind kind;
  std::string_view fallback;
  std::string_view help;
  std::string_view group;
};

std::span<const Option> option_table();

using Environment = std::map<std::string, std::string, std::less<>>;
Environment process_environment();

// Where a value came from, for messages and for the console.
struct Value {
  std::string text;
  std::string source;  // "--address", "MINIO_ADDRESS", "config file", "default"
  bool is_default() const { return source == "default"; }
};
using Values = std::map<std::string, Value, std::less<>>;  // by option name

struct ResolveInput {
  std::map<std::string, std::string, std::less<>> flags;  // by option name
  Environment environment;
};

struct Resolved {
  Values values;
  std::vector<std::string> warnings;
};

// Errors are one line each, for exit code 2. `environment` already includes MINIO_CONFIG_ENV_FILE's lines
// (see load_environment_file).
Result<Resolved> resolve_options(const ResolveInput& input);

// Adds the NAME=VALUE lines (optionally `export`ed, optionally quoted) of the file that MINIO_CONFIG_ENV_FILE names.
Result<> load_environment_file(Environment& environment);

// Splits MINIO_OPTS as a shell would: spaces, quotes.
std::vector<std::string> split_arguments(std::string_view text);

// The folder to serve, from the command line or MINIO_VOLUMES; an error for several drives.
Result<std::string> resolve_directory(const std::vector<std::string>& arguments, const Environment& environment);

}  // namespace holdfast::server
