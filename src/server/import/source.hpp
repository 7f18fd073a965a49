// Reads a data folder of MinIO's with one drive.
#pragma once

#include "server/import/minio_format.hpp"

#include "holdfast/base/bytes.hpp"

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace holdfast::server::import {

// The plain bytes of a part: its file has a checksum before each block.
class PartReader {
 public:
  // Of a file, or of a version's inline data.
  static Result<PartReader> open(const std::filesystem::path& file, std::uint64_t block_bytes, std::uint64_t size_bytes);
  static PartReader of(const std::string& inline_data, std::uint64_t block_bytes, std::uint64_t size_bytes);
  // The next piece, into `buffer`; empty at the end. XHoldfastCorruptObject if the file ends early.
  Result<ByteView> next(std::string& buffer);

 private:
  PartReader(std::unique_ptr<std::istream> stream, std::uint64_t block_bytes, std::uint64_t size_bytes)
      : stream_(std::move(stream)), block_bytes_(block_bytes), left_(size_bytes) {}

  std::unique_ptr<std::istream> stream_;
  std::uint64_t block_bytes_;
  std::uint64_t left_;
};

struct SourceKey {
  std::string bucket;
  std::string key;
  std::filesystem::path folder;         // holds xl.meta
  std::vector<SourceVersion> versions;  // newest first
};

class Source {
 public:
  // An error if the folder isn't one of MinIO's, or is one of several drives.
  static Result<Source> open(const std::string& directory);

  std::vector<std::string> buckets() const;
  Result<SourceBucket> bucket(const std::string& name) const;  // defaults where it has no configuration
  // Every key of a bucket, one at a time; an error of `visit` ends it. A key that can't be read goes to `complain`.
  Result<> each_key(const std::string& bucket, const std::function<Result<>(SourceKey&)>& visit,
                    const std::function<void(const std::string&)>& complain) const;
  static Result<PartReader> read_part(const SourceKey& key, const SourceVersion& version, const SourcePart& part);
  // Deletes a key's folder, and those above it that are empty then.
  void remove(const SourceKey& key) const;

 private:
  explicit Source(std::filesystem::path directory) : directory_(std::move(directory)) {}

  std::filesystem::path directory_;
};

}  // namespace holdfast::server::import
