// A file system seen under another name: paths below `shown` are those below `real`. Lets an engine open what another
// one left, while RocksDB, which has files of its own, works elsewhere.
#pragma once

#include "holdfast/io/file_system.hpp"

#include <string>
#include <utility>

namespace holdfast::testing {

class MovedFileSystem final : public io::FileSystem {
 public:
  MovedFileSystem(io::FileSystem& files, std::string shown, std::string real)
      : files_(files), shown_(std::move(shown)), real_(std::move(real)) {}

  Result<std::unique_ptr<io::File>> open(const std::string& path, io::OpenMode mode) override { return files_.open(at(path), mode); }
  Result<std::unique_ptr<io::File>> open_cached(const std::string& path) override { return files_.open_cached(at(path)); }
  Result<> make_directory(const std::string& path) override { return files_.make_directory(at(path)); }
  Result<> remove_directory(const std::string& path) override { return files_.remove_directory(at(path)); }
  Result<> rename(const std::string& from, const std::string& to) override { return files_.rename(at(from), at(to)); }
  Result<> link(const std::string& from, const std::string& to) override { return files_.link(at(from), at(to)); }
  Result<> clone(const std::string& from, const std::string& to) override { return files_.clone(at(from), at(to)); }
  Result<> remove(const std::string& path) override { return files_.remove(at(path)); }
  Result<io::FileStat> stat(const std::string& path) override { return files_.stat(at(path)); }
  Result<std::vector<io::DirectoryEntry>> list(const std::string& path) override { return files_.list(at(path)); }
  Result<> sync_directory(const std::string& path) override { return files_.sync_directory(at(path)); }
  Result<> sync_all(const std::string& path) override { return files_.sync_all(at(path)); }
  bool sync_all_reliable(const std::string& path) override { return files_.sync_all_reliable(at(path)); }
  Result<io::Space> space(const std::string& path) override { return files_.space(at(path)); }
  Result<std::unique_ptr<io::File>> lock(const std::string& path) override { return files_.lock(at(path)); }

 private:
  std::string at(const std::string& path) const { return path.starts_with(shown_) ? real_ + path.substr(shown_.size()) : path; }

  io::FileSystem& files_;
  const std::string shown_;
  const std::string real_;
};

}  // namespace holdfast::testing
