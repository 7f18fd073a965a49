#include "server/mc/mc.hpp"

#include "server/mc/transfer.hpp"

#include "holdfast/auth/policy.hpp"
#include "holdfast/hash/digest.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <sstream>

namespace holdfast::server::mc {
namespace {

constexpr int kExitFailure = 1;
constexpr int kExitUsage = 2;
constexpr std::string_view kFullClient = "the full client does this: go install github.com/minio/mc@latest";
constexpr std::string_view kCommands[] = {"alias", "config", "mb", "anonymous", "policy", "ls", "cp", "ready", "version"};

struct Arguments {
  std::string config_folder;
  bool insecure = false;
  bool ignored = false;  // --quiet, --json and the like
  std::vector<std::string> words;
  bool ignore_existing = false;
  bool with_lock = false;
  bool with_versioning = false;
  std::string region;
  bool recursive = false;
  std::string api;
};

Error usage(const std::string& text) { return {ErrorCode::InvalidArgument, "usage: mc " + text}; }

class Session {
 public:
  Session(const Environment& environment, Arguments arguments)
      : arguments_(std::move(arguments)), aliases_(environment, arguments_.config_folder) {}

  Result<> alias() const {
    const auto& words = arguments_.words;
    if (words.empty()) return usage("alias set NAME URL ACCESSKEY SECRETKEY");
    if (words[0] == "set" || words[0] == "s" || words[0] == "add") return set_alias({words.begin() + 1, words.end()});
    if ((words[0] == "remove" || words[0] == "rm") && words.size() == 2) return aliases_.remove(words[1]);
    if (words[0] == "list" || words[0] == "ls") return list_aliases();
    return usage("alias set NAME URL ACCESSKEY SECRETKEY");
  }

  // The name of `alias` until 2021, which old compose files still have.
  Result<> config() const {
    const auto& words = arguments_.words;
    if (words.size() < 2 || words[0] != "host" || (words[1] != "add" && words[1] != "a")) {
      return usage("config host add NAME URL ACCESSKEY SECRETKEY");
    }
    return set_alias({words.begin() + 2, words.end()});
  }

  Result<> make_buckets() const {
    if (arguments_.words.empty()) return usage("mb [--ignore-existing] ALIAS/BUCKET");
    for (const std::string& word : arguments_.words) HOLDFAST_TRY_VOID(make_bucket(word));
    return {};
  }

  Result<> access() const {
    std::vector<std::string> words = arguments_.words;
    const std::string form =
        "anonymous set none|download|upload|public ALIAS/BUCKET, anonymous set-json FILE ALIAS/BUCKET, or anonymous get ALIAS/BUCKET";
    if (words.size() == 2 && words[0] != "get" && words[0] != "get-json") words.insert(words.begin(), "set");
    if (words.size() < 2) return usage(form);
    HOLDFAST_TRY(place, bucket_place(words.back()));
    if (words[0] == "get" || words[0] == "get-json") return get_access(place);
    if (words.size() == 3 && words[0] == "set") return set_access(place, words[1]);
    if (words.size() == 3 && words[0] == "set-json") return set_policy(place, words[1]);
    return usage(form);
  }

  Result<> list() const {
    if (arguments_.words.empty()) return usage("ls [--recursive] ALIAS[/BUCKET[/PREFIX]]");
    const Place place = parse_place(aliases_, arguments_.words.front());
    HOLDFAST_TRY(alias, aliases_.find(place.alias.empty() ? arguments_.words.front() : place.alias));
    const Client client(alias, arguments_.insecure);
    HOLDFAST_TRY(entries, place.bucket.empty() ? client.buckets() : client.list(place.bucket, place.key, arguments_.recursive));
    const auto slash = place.key.rfind('/');
    const std::size_t base = arguments_.recursive || slash == std::string::npos ? 0 : slash + 1;
    for (const Entry& entry : entries) {
      std::cout << '[' << (entry.modified.empty() ? "-" : entry.modified) << "] " << std::setw(12)
                << (entry.key.ends_with('/') ? 0 : entry.size_bytes) << "B " << entry.key.substr(base) << "\n";
    }
    return {};
  }

  Result<> copy() const {
    if (arguments_.words.size() < 2) return usage("cp [--recursive] SOURCE... TARGET");
    return mc::copy(aliases_, {arguments_.words, arguments_.recursive, arguments_.insecure});
  }

  Result<> ready() const {
    if (arguments_.words.size() != 1) return usage("ready ALIAS");
    const std::string& name = arguments_.words.front();
    HOLDFAST_TRY(alias, aliases_.find(name));
    const auto answer = Client(alias, arguments_.insecure).ready();
    if (!answer)
      return Error(ErrorCode::ServiceUnavailable, "The cluster '" + name + "' is not ready: " + std::string(answer.error().text()));
    std::cout << "The cluster '" << name << "' is ready\n";
    return {};
  }

  Result<> version() const {
    const auto& words = arguments_.words;
    if (words.size() != 2 || (words[0] != "enable" && words[0] != "suspend")) return usage("version enable|suspend ALIAS/BUCKET");
    HOLDFAST_TRY(place, bucket_place(words[1]));
    HOLDFAST_TRY(client, client_of(place));
    HOLDFAST_TRY_VOID(set_versioning(client, place.bucket, words[0] == "enable"));
    std::cout << words[1] << " versioning is " << (words[0] == "enable" ? "enabled" : "suspended") << "\n";
    return {};
  }

 private:
  Result<> set_alias(const std::vector<std::string>& words) const {
    if (words.size() != 4) return usage("alias set NAME URL ACCESSKEY SECRETKEY");
    HOLDFAST_TRY(alias, parse_alias_url(words[1]));
    alias.access_key = words[2];
    alias.secret_key = words[3];
    // As the full client does: sidecars loop over `alias set` until the server is there. A limited key may see no bucket.
    const auto answer = Client(alias, arguments_.insecure).buckets();
    if (!answer && !answer.error().text().starts_with("AccessDenied")) return answer.error();
    HOLDFAST_TRY_VOID(aliases_.set(words[0], alias));
    std::cout << "Added `" << words[0] << "` successfully.\n";
    return {};
  }

  Result<> list_aliases() const {
    HOLDFAST_TRY(all, aliases_.all());
    for (const auto& [name, alias] : all)
      std::cout << name << "\n  URL       : " << alias.url << "\n  AccessKey : " << alias.access_key << "\n";
    return {};
  }

  Result<Place> bucket_place(const std::string& text) const {
    Place place = parse_place(aliases_, text);
    while (place.key.empty() && place.bucket.ends_with('/')) place.bucket.pop_back();
    if (place.alias.empty() || place.bucket.empty()) return usage("... ALIAS/BUCKET: no alias and bucket in `" + text + "`");
    if (!place.key.empty()) return Error(ErrorCode::NotImplemented, "`" + text + "` is more than a bucket; " + std::string(kFullClient));
    return place;
  }

  Result<Client> client_of(const Place& place) const {
    HOLDFAST_TRY(alias, aliases_.find(place.alias));
    return Client(alias, arguments_.insecure);
  }

  Result<> make_bucket(const std::string& text) const {
    HOLDFAST_TRY(place, bucket_place(text));
    HOLDFAST_TRY(client, client_of(place));
    const auto made = client.call({.method = "PUT", .bucket = place.bucket});
    if (!made) {
      const std::string why(made.error().text());
      const bool exists = why.starts_with("BucketAlreadyOwnedByYou") || why.starts_with("BucketAlreadyExists");
      if (!exists || !arguments_.ignore_existing) return made.error();
    }
    if (arguments_.with_versioning || arguments_.with_lock) HOLDFAST_TRY_VOID(set_versioning(client, place.bucket, true));
    if (arguments_.with_lock) HOLDFAST_TRY_VOID(enable_lock(client, place.bucket));
    std::cout << "Bucket created successfully `" << place.alias << "/" << place.bucket << "`.\n";
    return {};
  }

  static Result<> set_versioning(const Client& client, const std::string& bucket, bool on) {
    const std::string body = std::string("<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>") +
                             (on ? "Enabled" : "Suspended") + "</Status></VersioningConfiguration>";
    const auto answer = client.call({.method = "PUT", .bucket = bucket, .query = {{"versioning", ""}}, .body = body});
    if (!answer) return answer.error();
    return {};
  }

  static Result<> enable_lock(const Client& client, const std::string& bucket) {
    const std::string body =
        "<ObjectLockConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><ObjectLockEnabled>Enabled</ObjectLockEnabled>"
        "</ObjectLockConfiguration>";
    const std::string md5 = hash::digest(hash::Algorithm::md5, as_bytes(body)).base64();
    const auto answer =
        client.call({.method = "PUT", .bucket = bucket, .query = {{"object-lock", ""}}, .headers = {{"Content-MD5", md5}}, .body = body});
    if (!answer) return answer.error();
    return {};
  }

  Result<> set_access(const Place& place, const std::string& name) const {
    HOLDFAST_TRY(policy, auth::canned_bucket_policy(name, place.bucket));
    HOLDFAST_TRY_VOID(put_policy(place, policy));
    std::cout << "Access permission for `" << place.alias << "/" << place.bucket << "` is set to `" << name << "`\n";
    return {};
  }

  Result<> set_policy(const Place& place, const std::string& path) const {
    std::ifstream file(path);
    if (!file) return Error(ErrorCode::InvalidArgument, path + " can't be read");
    std::stringstream text;
    text << file.rdbuf();
    HOLDFAST_TRY_VOID(put_policy(place, text.str()));
    std::cout << "Access permission for `" << place.alias << "/" << place.bucket << "` is set from `" << path << "`\n";
    return {};
  }

  Result<> put_policy(const Place& place, const std::string& policy) const {
    HOLDFAST_TRY(client, client_of(place));
    const auto answer =
        client.call({.method = policy.empty() ? "DELETE" : "PUT", .bucket = place.bucket, .query = {{"policy", ""}}, .body = policy});
    if (!answer) return answer.error();
    return {};
  }

  Result<> get_access(const Place& place) const {
    HOLDFAST_TRY(client, client_of(place));
    const auto answer = client.call({.bucket = place.bucket, .query = {{"policy", ""}}});
    if (!answer && !answer.error().text().starts_with("NoSuchBucketPolicy")) return answer.error();
    if (arguments_.words.front() == "get-json") {
      std::cout << (answer ? *answer : "{}") << "\n";
    } else {
      std::cout << "Access permission for `" << place.alias << "/" << place.bucket << "` is `"
                << canned_name(answer ? *answer : "", place.bucket) << "`\n";
    }
    return {};
  }

  static std::string canned_name(const std::string& policy, const std::string& bucket) {
    if (policy.empty()) return "private";
    for (const char* name : {"download", "upload", "public"}) {
      const auto canned = auth::canned_bucket_policy(name, bucket);
      if (canned && *canned == policy) return name;
    }
    return "custom";
  }

  const Arguments arguments_;
  const Aliases aliases_;
};

Result<> dispatch(const std::string& command, const Session& session) {
  if (command == "alias") return session.alias();
  if (command == "config") return session.config();
  if (command == "mb") return session.make_buckets();
  if (command == "anonymous" || command == "policy") return session.access();
  if (command == "ls") return session.list();
  if (command == "cp") return session.copy();
  if (command == "version") return session.version();
  return session.ready();
}

void add_options(CLI::App& app, Arguments& arguments) {
  app.add_option("-C,--config-dir", arguments.config_folder);
  app.add_flag("--insecure", arguments.insecure);
  app.add_flag("-q,--quiet,--json,--no-color,--debug,--cluster-read", arguments.ignored);
  app.add_flag("-p,--ignore-existing", arguments.ignore_existing);
  app.add_flag("-l,--with-lock", arguments.with_lock);
  app.add_flag("--with-versioning", arguments.with_versioning);
  app.add_flag("-r,--recursive", arguments.recursive);
  app.add_option("--region", arguments.region);
  app.add_option("--api,--lookup,--path", arguments.api);
  app.add_option("words", arguments.words);
}

}  // namespace

int run(std::vector<std::string> arguments, const Environment& environment) {
  const auto command =
      std::ranges::find_if(arguments, [](const std::string& word) { return std::ranges::find(kCommands, word) != std::end(kCommands); });
  const bool known = command != arguments.end() && std::all_of(arguments.begin(), command, [](const std::string& word) {
                       return word.starts_with('-') || word.starts_with('/');
                     });
  if (!known) {
    std::cerr << "mc: here it knows alias, mb, anonymous, version, ls, cp and ready; " << kFullClient << "\n";
    return kExitUsage;
  }
  const std::string name = *command;
  arguments.erase(command);
  std::ranges::reverse(arguments);  // CLI11 takes them from the back
  Arguments parsed;
  CLI::App app("holdfast mc", "mc");
  add_options(app, parsed);
  try {
    app.parse(arguments);
  } catch (const CLI::ParseError& error) {
    std::cerr << "mc " << name << ": " << error.what() << "; " << kFullClient << "\n";
    return kExitUsage;
  }
  const auto done = dispatch(name, Session(environment, std::move(parsed)));
  if (done) return 0;
  std::cerr << "mc: <ERROR> " << done.error().text() << "\n";
  return kExitFailure;
}

}  // namespace holdfast::server::mc
