// The command line: which command, with which arguments.
#pragma once

#include "server/commands.hpp"
#include "server/import/import.hpp"

#include <string>
#include <variant>
#include <vector>

namespace holdfast::server {

struct ServerArguments {
  ResolveInput input;
  std::vector<std::string> directories;
};
struct ScrubArguments {
  std::string directory;
};
struct RebuildArguments {
  std::string directory;
};
struct VersionArguments {};
// What was asked for is printed already (help), or is wrong and has been said so.
struct Finished {
  int exit_code = 0;
};
using Command = std::variant<ServerArguments, HealthcheckArguments, PresignArguments, CheckArguments, ScrubArguments, RebuildArguments,
                             VersionArguments, import::MinioArguments, import::FolderArguments, import::ExportArguments, Finished>;

// `arguments` without the program's name. `environment` gives the variables that count, MINIO_OPTS among them; prints
// help to stdout and mistakes, one line each, to stderr.
Command parse_command_line(std::vector<std::string> arguments, Environment environment);

}  // namespace holdfast::server
