// Servers by name: from MC_HOST_<name>, else from config.json in the folder that `mc` uses (MC_CONFIG_DIR, ~/.mc).
#pragma once

#include "server/options.hpp"

#include "holdfast/base/result.hpp"

#include <map>
#include <string>

namespace holdfast::server::mc {

struct Alias {
  std::string url;  // without a trailing slash
  std::string access_key;
  std::string secret_key;
};

class Aliases {
 public:
  // `folder` empty: MC_CONFIG_DIR, else ~/.mc.
  Aliases(const Environment& environment, std::string folder);
  Result<Alias> find(const std::string& name) const;
  Result<> set(const std::string& name, const Alias& alias) const;  // the file is for this user alone
  Result<> remove(const std::string& name) const;                   // a missing one is fine
  Result<std::map<std::string, Alias>> all() const;

 private:
  Result<> save(const std::map<std::string, Alias>& aliases) const;

  const Environment& environment_;
  std::string folder_;
};

// "http://KEY:SECRET@host:9000", as MC_HOST_<name> has it.
Result<Alias> parse_alias_url(std::string_view text);

}  // namespace holdfast::server::mc
