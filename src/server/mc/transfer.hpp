// `holdfast mc cp`: files to objects and objects to files.
#pragma once

#include "server/mc/client.hpp"

#include <string>
#include <vector>

namespace holdfast::server::mc {

// ALIAS/BUCKET/KEY, or a local path.
struct Place {
  std::string alias;  // empty: local
  std::string bucket;
  std::string key;
  std::string text;  // as given
};
// A path whose first part is an alias; anything that starts with / or . is local.
Place parse_place(const Aliases& aliases, const std::string& text);

struct CopyArguments {
  std::vector<std::string> paths;  // sources, then the target
  bool recursive = false;
  bool insecure = false;
};
Result<> copy(const Aliases& aliases, const CopyArguments& arguments);

}  // namespace holdfast::server::mc
