// `holdfast import` and `holdfast export`: data that comes from elsewhere, or goes there. No server has the folder open.
#pragma once

#include <string>

namespace holdfast::server::import {

struct MinioArguments {
  std::string source;
  std::string directory;  // empty: the source itself
  bool dry_run = false;
  bool move = false;
};
// Exit code: 0 all that can be brought is there, 1 something failed, 2 wrong usage.
int run_minio(const MinioArguments& arguments);

struct FolderArguments {
  std::string source;
  std::string directory;
  std::string location;  // BUCKET[/PREFIX]
};
int run_folder(const FolderArguments& arguments);

struct ExportArguments {
  std::string directory;
  std::string location;  // BUCKET[/PREFIX]
  std::string target;
};
int run_export(const ExportArguments& arguments);

}  // namespace holdfast::server::import
