#include "server/command_line.hpp"

#include "server/version.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>
#include <memory>

namespace holdfast::server {
namespace {

constexpr int kExitUsage = 2;

std::string flag_help(const Option& option) {
  std::string variables = "HOLDFAST_" + std::string(option.variable);
  if (option.minio) variables += ", MINIO_" + std::string(option.variable);
  for (const auto other : option.other_variables) variables += ", " + std::string(other);
  std::string text = std::string(option.help) + "  [" + variables + "]";
  if (!option.fallback.empty()) text += " (default: " + std::string(option.fallback) + ")";
  return text;
}

std::string flag_names(const Option& option) { return option.name == "certs-dir" ? "-S,--certs-dir" : "--" + std::string(option.name); }

// Secrets have no flag (a command line is readable by every process), but --help names their variables.
std::string secrets_footer() {
  std::string text = "Credentials come from the environment, or from files named by NAME_FILE:\n";
  for (const Option& option : option_table()) {
    if (option.kind == OptionKind::secret) text += "  " + flag_help(option) + "\n";
  }
  text +=
      "\nBoth MINIO_ROOT_USER and MINIO_ROOT_PASSWORD set: they work from anywhere. Neither: minioadmin:minioadmin, from this machine "
      "alone.\n"
      "Also read: MINIO_VOLUMES (DIR), MINIO_OPTS (further arguments), MINIO_CONFIG_ENV_FILE (a file of NAME=VALUE lines).";
  return text;
}

struct ServerFlags {
  std::map<std::string, std::string, std::less<>> values;
  std::vector<std::string> directories;
};

void add_server_command(CLI::App& app, ServerFlags& flags) {
  CLI::App* server = app.add_subcommand("server", "Serve DIR over S3");
  server->footer(secrets_footer());
  server->add_option("DIR", flags.directories, "The folder that holds the data")->type_name("");
  for (const Option& option : option_table()) {
    if (option.kind == OptionKind::secret) continue;
    const std::string name(option.name);
    if (option.kind == OptionKind::flag) {
      server->add_flag(flag_names(option) + "{on}", flags.values[name], flag_help(option))->group(std::string(option.group));
    } else {
      server->add_option(flag_names(option), flags.values[name], flag_help(option))->group(std::string(option.group))->type_name("");
    }
  }
}

// Only what was given counts as a flag: CLI11 fills the map's other values with nothing.
std::map<std::string, std::string, std::less<>> given(const CLI::App& server, const ServerFlags& flags) {
  std::map<std::string, std::string, std::less<>> result;
  for (const auto& [name, value] : flags.values) {
    if (server.get_option("--" + name)->count() != 0) result.emplace(name, value);
  }
  return result;
}

// A duration argument; CLI11 prints the message after the option's name.
struct Durations {
  std::string expires = "1h";
  std::string wait = "0s";
};

CLI::Validator duration_validator() {
  return {[](const std::string& text) { return parse_duration(text) ? std::string() : "use a time such as 90s, 30m, 1h or 7d"; }, "TIME"};
}

// MINIO_OPTS holds more arguments of `server`; what is on the command line itself comes after them and wins.
void insert_minio_opts(std::vector<std::string>& arguments, const Environment& environment) {
  if (arguments.empty() || arguments.front() != "server") return;
  for (const char* name : {"HOLDFAST_OPTS", "MINIO_OPTS"}) {
    const auto found = environment.find(name);
    if (found == environment.end()) continue;
    const auto extra = split_arguments(found->second);
    arguments.insert(arguments.begin() + 1, extra.begin(), extra.end());
    return;
  }
}

// Data from elsewhere, and back.
struct Exchange {
  import::MinioArguments minio;
  import::FolderArguments folder;
  import::ExportArguments out;
};

void add_exchange_commands(CLI::App& app, Exchange& exchange) {
  CLI::App* import = app.add_subcommand("import", "Bring data that another server or a folder holds; no server has DIR open");
  import->require_subcommand(1);
  CLI::App* minio = import->add_subcommand("minio", "From MinIO's data folder of one drive; MinIO is stopped");
  minio->add_option("SOURCE", exchange.minio.source, "MinIO's data folder")->required()->type_name("");
  minio->add_option("DIR", exchange.minio.directory, "Holdfast's (default: the same folder)")->type_name("");
  minio->add_flag("--dry-run", exchange.minio.dry_run, "Say what would be brought, what not, and the disk that it needs");
  minio->add_flag("--move", exchange.minio.move, "Delete each source object once it is safe and compared");
  CLI::App* folder = import->add_subcommand("folder", "From a plain folder: paths become keys, times are kept");
  folder->add_option("SOURCE", exchange.folder.source, "The folder")->required()->type_name("")->check(CLI::ExistingDirectory);
  folder->add_option("DIR", exchange.folder.directory, "Holdfast's data folder")->required()->type_name("");
  folder->add_option("LOCATION", exchange.folder.location, "BUCKET[/PREFIX]")->required()->type_name("");
  CLI::App* out = app.add_subcommand("export", "Write a bucket's current objects to a plain folder; no server has DIR open");
  out->add_option("DIR", exchange.out.directory, "Holdfast's data folder")->required()->type_name("")->check(CLI::ExistingDirectory);
  out->add_option("LOCATION", exchange.out.location, "BUCKET[/PREFIX]")->required()->type_name("");
  out->add_option("TARGET", exchange.out.target, "The folder to write")->required()->type_name("");
}

std::optional<Command> chosen_exchange(const CLI::App& app, Exchange& exchange) {
  if (app.got_subcommand("export")) return exchange.out;
  if (!app.got_subcommand("import")) return std::nullopt;
  if (app.get_subcommand("import")->got_subcommand("minio")) return exchange.minio;
  return exchange.folder;
}

constexpr std::string_view kCommands[] = {"server",        "healthcheck", "presign", "check",  "scrub",
                                          "rebuild-index", "import",      "export",  "version"};

// Compose files write `minio server ...`, `--json server ...` and the like: the command goes first, whatever came before.
void put_command_first(std::vector<std::string>& arguments) {
  if (!arguments.empty() && (arguments.front() == "minio" || arguments.front() == "holdfast")) arguments.erase(arguments.begin());
  const auto is_command = [](const std::string& argument) { return std::ranges::find(kCommands, argument) != std::end(kCommands); };
  const auto command = std::ranges::find_if(arguments, is_command);
  const bool flags_before = std::all_of(arguments.begin(), command, [](const std::string& argument) { return argument.starts_with('-'); });
  if (command != arguments.end() && flags_before) std::rotate(arguments.begin(), command, command + 1);
}

}  // namespace

Command parse_command_line(std::vector<std::string> arguments, Environment environment) {
  CLI::App app("Holdfast: an S3-compatible object storage server", "holdfast");
  app.require_subcommand(1);
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  ServerFlags flags;
  add_server_command(app, flags);
  app.get_subcommand("server")->get_option("DIR")->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);

  HealthcheckArguments health;
  Durations durations;
  CLI::App* healthcheck = app.add_subcommand("healthcheck", "Exit 0 if the server is ready, else 1");
  healthcheck->add_option("URL", health.url, "The server, as http://HOST:PORT; without it the one that runs on this machine")
      ->type_name("");
  healthcheck->add_option("--wait", durations.wait, "Try for so long until it is ready")->check(duration_validator());

  PresignArguments presign_arguments;
  CLI::App* presign = app.add_subcommand("presign", "Print a presigned URL (offline)");
  presign->add_option("METHOD", presign_arguments.method, "GET or PUT")
      ->required()
      ->type_name("")
      ->check(CLI::IsMember({"GET", "PUT", "HEAD", "DELETE"}));
  presign->add_option("LOCATION", presign_arguments.location, "s3://bucket/key")->required()->type_name("");
  presign->add_option("--expires", durations.expires, "1s to 7d")->check(duration_validator())->capture_default_str();
  presign->add_option("--endpoint", presign_arguments.endpoint,
                      "URL of the server  [HOLDFAST_ENDPOINT, MINIO_SERVER_URL] (default: http://127.0.0.1:9000)");
  presign->add_option("--region", presign_arguments.region, "  [HOLDFAST_REGION, MINIO_REGION, AWS_REGION] (default: us-east-1)");
  presign->add_option("--access-key", presign_arguments.access_key, "  [AWS_ACCESS_KEY_ID, MINIO_ROOT_USER] (default: minioadmin)");
  presign->add_option("--secret-key", presign_arguments.secret_key, "  [AWS_SECRET_ACCESS_KEY, MINIO_ROOT_PASSWORD] (default: minioadmin)");

  CheckArguments check_arguments;
  CLI::App* check = app.add_subcommand("check", "Compare journal, files and index of a folder that no server has open");
  check->add_option("DIR", check_arguments.directory, "The folder that holds the data")->required()->type_name("");
  check->add_flag("--deep", check_arguments.deep, "Read every payload and compare its checksums");
  check->add_flag("--repair", check_arguments.repair, "Repair what can be repaired without losing anything");

  ScrubArguments scrub_arguments;
  CLI::App* scrub = app.add_subcommand("scrub", "Read everything in a folder that no server has open, and compare it with its checksums");
  scrub->add_option("DIR", scrub_arguments.directory, "The folder that holds the data")->required()->type_name("");

  RebuildArguments rebuild_arguments;
  CLI::App* rebuild = app.add_subcommand("rebuild-index", "Make the index anew from sidecars and journal");
  rebuild->add_option("DIR", rebuild_arguments.directory, "The folder that holds the data")->required()->type_name("");
  Exchange exchange;
  add_exchange_commands(app, exchange);
  app.add_subcommand("version", "Print the version");
  app.add_subcommand("mc", "What compose files do with mc: alias set, mb, anonymous set, ls, cp, ready");
  app.set_version_flag("--version", "holdfast " + std::string(kVersion));

  put_command_first(arguments);
  insert_minio_opts(arguments, environment);
  std::ranges::reverse(arguments);  // CLI11 takes them from the back
  try {
    app.parse(arguments);
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    std::cout << (chosen.empty() ? app.help() : chosen.front()->help());
    return Finished{0};
  } catch (const CLI::CallForVersion&) {
    return VersionArguments{};
  } catch (const CLI::ParseError& error) {
    std::cerr << "holdfast: " << error.what() << " (see --help)\n";
    return Finished{kExitUsage};
  }
  if (app.got_subcommand("server")) {
    return ServerArguments{{given(*app.get_subcommand("server"), flags), std::move(environment)}, flags.directories};
  }
  if (healthcheck->parsed()) {
    health.wait = *parse_duration(durations.wait);
    return health;
  }
  if (presign->parsed()) {
    presign_arguments.expires = *parse_duration(durations.expires);
    return presign_arguments;
  }
  if (auto exchanged = chosen_exchange(app, exchange)) return *exchanged;
  if (check->parsed()) return check_arguments;
  if (scrub->parsed()) return scrub_arguments;
  if (rebuild->parsed()) return rebuild_arguments;
  return VersionArguments{};
}

}  // namespace holdfast::server
