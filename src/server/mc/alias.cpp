#include "server/mc/alias.hpp"

#include "holdfast/base/encoding.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>

namespace holdfast::server::mc {
namespace {

using Json = nlohmann::ordered_json;

std::string variable(const Environment& environment, std::string_view name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

Error unreadable(const std::string& path) { return {ErrorCode::InvalidArgument, path + " is not a configuration of mc's"}; }

}  // namespace

Aliases::Aliases(const Environment& environment, std::string folder) : environment_(environment), folder_(std::move(folder)) {
  if (folder_.empty()) folder_ = variable(environment, "MC_CONFIG_DIR");
  if (folder_.empty()) folder_ = variable(environment, "HOME") + "/.mc";
}

Result<std::map<std::string, Alias>> Aliases::all() const {
  std::map<std::string, Alias> aliases{{"local", {"http://localhost:9000", "", ""}}};
  const std::string path = folder_ + "/config.json";
  std::ifstream file(path);
  if (!file) return aliases;
  const Json json = Json::parse(file, nullptr, false);
  if (!json.is_object()) return unreadable(path);
  const auto members = json.find("aliases");
  if (members == json.end()) return aliases;
  try {
    for (const auto& [name, value] : members->items()) {
      aliases[name] = {without_slash(value.at("url")), value.value("accessKey", ""), value.value("secretKey", "")};
    }
  } catch (const Json::exception&) {
    return unreadable(path);
  }
  return aliases;
}

Result<Alias> Aliases::find(const std::string& name) const {
  const std::string direct = variable(environment_, "MC_HOST_" + name);
  if (!direct.empty()) return parse_alias_url(direct);
  HOLDFAST_TRY(aliases, all());
  const auto found = aliases.find(name);
  if (found == aliases.end()) {
    return Error(ErrorCode::InvalidArgument,
                 "no alias is called `" + name + "`: mc alias set " + name + " http://HOST:9000 ACCESSKEY SECRETKEY");
  }
  return found->second;
}

Result<> Aliases::set(const std::string& name, const Alias& alias) const {
  HOLDFAST_TRY(aliases, all());
  aliases[name] = alias;
  aliases[name].url = without_slash(alias.url);
  return save(aliases);
}

Result<> Aliases::remove(const std::string& name) const {
  HOLDFAST_TRY(aliases, all());
  aliases.erase(name);
  return save(aliases);
}

Result<> Aliases::save(const std::map<std::string, Alias>& aliases) const {
  Json json;
  json["version"] = "10";
  for (const auto& [name, alias] : aliases) {
    json["aliases"][name] = {
        {"url", alias.url}, {"accessKey", alias.access_key}, {"secretKey", alias.secret_key}, {"api", "s3v4"}, {"path", "auto"}};
  }
  std::error_code ignored;
  std::filesystem::create_directories(folder_, ignored);
  const std::string path = folder_ + "/config.json";
  const std::string text = json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
  const bool written = file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (file >= 0) ::close(file);
  if (!written) return Error(ErrorCode::InvalidArgument, path + " can't be written; name a folder by MC_CONFIG_DIR");
  return {};
}

Result<Alias> parse_alias_url(std::string_view text) {
  const Error error(ErrorCode::InvalidArgument, "an alias is http://ACCESSKEY:SECRETKEY@HOST:9000");
  const auto scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return error;
  const std::string scheme(text.substr(0, scheme_end + 3));
  if (scheme != "http://" && scheme != "https://") return error;
  const std::string_view rest = text.substr(scheme.size());
  const auto at = rest.rfind('@');
  if (at == std::string_view::npos) return Alias{without_slash(std::string(text)), "", ""};
  const auto colon = rest.find(':');
  if (colon > at) return error;
  const auto access_key = uri_decode(rest.substr(0, colon));
  const auto secret_key = uri_decode(rest.substr(colon + 1, at - colon - 1));
  if (!access_key || !secret_key) return error;
  return Alias{without_slash(scheme + std::string(rest.substr(at + 1))), *access_key, *secret_key};
}

}  // namespace holdfast::server::mc
