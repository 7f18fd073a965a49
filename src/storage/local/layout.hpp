// Where everything lies under DIR/.holdfast. The only place that knows paths.
#pragma once

#include "records.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace holdfast::storage::local {

class Layout {
 public:
  explicit Layout(std::string directory);

  const std::string& directory() const noexcept { return directory_; }  // DIR itself
  const std::string& home() const noexcept { return home_; }            // DIR/.holdfast
  std::string format() const { return home_ + "/format.json"; }
  std::string lock() const { return home_ + "/lock"; }
  std::string journal() const { return home_ + "/journal"; }
  std::string index() const { return home_ + "/index"; }
  std::string new_index() const { return home_ + "/index.new"; }
  std::string documents() const { return home_ + "/documents"; }
  std::string feed() const { return home_ + "/feed"; }
  std::string orphans() const { return home_ + "/orphans"; }
  const std::string& buckets() const noexcept { return buckets_; }
  const std::string& staging() const noexcept { return staging_; }
  const std::string& trash() const noexcept { return trash_; }

  std::string document(std::string_view name) const;
  std::string feed_file(std::uint64_t first_seq) const;
  std::string bucket(std::uint64_t bucket_id) const;
  std::string shard(std::uint64_t bucket_id, FileId file) const;
  std::string data(std::uint64_t bucket_id, FileId file) const;
  std::string sidecar(std::uint64_t bucket_id, FileId file) const;
  std::string staged(FileId file) const;
  std::string trashed(FileId file) const;

 private:
  std::string directory_;
  std::string home_;
  std::string buckets_;
  std::string staging_;
  std::string trash_;
};

// Files of one shard have ids next to each other, so that writes stay in one warm folder.
std::uint64_t shard_of(FileId file) noexcept;
std::string document_file_name(std::string_view document);
// What a file in a shard is, from its name.
struct ShardFile {
  FileId file = 0;
  bool sidecar = false;
};
std::optional<ShardFile> parse_shard_file(std::string_view name);

}  // namespace holdfast::storage::local
