#include "layout.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"

namespace holdfast::storage::local {
namespace {

constexpr std::string_view kData = ".data";
constexpr std::string_view kSidecar = ".json";
constexpr std::string_view kHome = ".holdfast";

}  // namespace

Layout::Layout(std::string directory)
    : directory_(std::move(directory)),
      home_(directory_ + "/" + std::string(kHome)),
      buckets_(home_ + "/buckets"),
      staging_(home_ + "/staging"),
      trash_(home_ + "/trash") {}

std::string Layout::document(std::string_view name) const { return documents() + "/" + document_file_name(name); }

std::string Layout::feed_file(std::uint64_t first_seq) const { return feed() + "/" + file_id_text(first_seq) + std::string(kSidecar); }

std::string Layout::bucket(std::uint64_t bucket_id) const { return buckets_ + "/" + file_id_text(bucket_id); }

std::string Layout::shard(std::uint64_t bucket_id, FileId file) const {
  std::string path;
  path.reserve(buckets_.size() + 64);
  path.append(buckets_).append("/").append(file_id_text(bucket_id)).append("/").append(file_id_text(shard_of(file)));
  return path;
}

std::string Layout::data(std::uint64_t bucket_id, FileId file) const {
  return shard(bucket_id, file).append("/").append(file_id_text(file)).append(kData);
}

std::string Layout::sidecar(std::uint64_t bucket_id, FileId file) const {
  return shard(bucket_id, file).append("/").append(file_id_text(file)).append(kSidecar);
}

std::string Layout::staged(FileId file) const { return staging_ + "/" + file_id_text(file); }

std::string Layout::trashed(FileId file) const { return trash_ + "/" + file_id_text(file); }

std::uint64_t shard_of(FileId file) noexcept { return file / limits::kFilesPerShard; }

std::string document_file_name(std::string_view document) { return uri_encode(document, false) + std::string(kSidecar); }

std::optional<ShardFile> parse_shard_file(std::string_view name) {
  const bool data = name.ends_with(kData);
  if (!data && !name.ends_with(kSidecar)) return std::nullopt;
  const auto file = parse_file_id(name.substr(0, name.rfind('.')));
  if (!file) return std::nullopt;
  return ShardFile{*file, !data};
}

}  // namespace holdfast::storage::local
