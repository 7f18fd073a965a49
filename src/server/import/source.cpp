#include "server/import/source.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/storage/names.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <sstream>

namespace holdfast::server::import {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlockChecksumBytes = 32;
constexpr std::size_t kMaxMetadataBytes = 64UL * 1024 * 1024;
constexpr std::string_view kFolderObject = "__XLDIR__";  // stands for the slash at the end of a key

Result<std::string> read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (!file || error) return Error(ErrorCode::InternalError, path.string() + " can't be read");
  if (size > kMaxMetadataBytes) return Error(ErrorCode::InternalError, path.string() + " is too large");
  std::string text(size, '\0');
  file.read(text.data(), static_cast<std::streamsize>(size));
  if (static_cast<std::uintmax_t>(file.gcount()) != size) return Error(ErrorCode::InternalError, path.string() + " can't be read");
  return text;
}

std::string key_of(const fs::path& folder, const fs::path& bucket) {
  std::string key = folder.lexically_relative(bucket).generic_string();
  if (key.ends_with(kFolderObject)) key.replace(key.size() - kFolderObject.size(), kFolderObject.size(), "/");
  return key;
}

class Walk {
 public:
  Walk(std::string bucket, fs::path root, const std::function<Result<>(SourceKey&)>& visit,
       const std::function<void(const std::string&)>& complain)
      : bucket_(std::move(bucket)), root_(std::move(root)), visit_(visit), complain_(complain) {}

  Result<> folder(const fs::path& path) const {
    std::error_code error;
    if (fs::exists(path / "xl.meta", error)) HOLDFAST_TRY_VOID(object(path));
    if (fs::exists(path / "xl.json", error)) complain_(path.string() + ": it was written by a release from before 2021");
    std::vector<fs::path> children;
    for (fs::directory_iterator entry(path, error); !error && entry != fs::directory_iterator(); entry.increment(error)) {
      if (entry->is_directory(error)) children.push_back(entry->path());
    }
    if (error) complain_(path.string() + ": " + error.message());
    std::ranges::sort(children);
    for (const fs::path& child : children) HOLDFAST_TRY_VOID(folder(child));
    return {};
  }

 private:
  Result<> object(const fs::path& path) const {
    const auto text = read_file(path / "xl.meta");
    auto versions = text ? parse_versions(*text) : Result<std::vector<SourceVersion>>(text.error());
    if (!versions) {
      complain_((path / "xl.meta").string() + ": " + std::string(versions.error().text()));
      return {};
    }
    SourceKey key{bucket_, key_of(path, root_), path, std::move(*versions)};
    return visit_(key);
  }

  const std::string bucket_;
  const fs::path root_;
  const std::function<Result<>(SourceKey&)>& visit_;
  const std::function<void(const std::string&)>& complain_;
};

}  // namespace

Result<PartReader> PartReader::open(const fs::path& file, std::uint64_t block_bytes, std::uint64_t size_bytes) {
  auto stream = std::make_unique<std::ifstream>(file, std::ios::binary);
  if (!*stream) return Error(ErrorCode::XHoldfastCorruptObject, file.string() + " can't be read");
  return PartReader(std::move(stream), block_bytes, size_bytes);
}

PartReader PartReader::of(const std::string& inline_data, std::uint64_t block_bytes, std::uint64_t size_bytes) {
  return PartReader(std::make_unique<std::istringstream>(inline_data), block_bytes, size_bytes);
}

Result<ByteView> PartReader::next(std::string& buffer) {
  if (left_ == 0) return ByteView();
  const std::size_t wanted = std::min(block_bytes_, left_);
  stream_->ignore(kBlockChecksumBytes);
  buffer.resize(wanted);
  stream_->read(buffer.data(), static_cast<std::streamsize>(wanted));
  if (static_cast<std::size_t>(stream_->gcount()) != wanted) return Error(ErrorCode::XHoldfastCorruptObject, "its data is cut short");
  left_ -= wanted;
  return as_bytes(buffer);
}

Result<Source> Source::open(const std::string& directory) {
  const fs::path path(directory);
  const auto text = read_file(path / ".minio.sys/format.json");
  if (!text) return Error(ErrorCode::InvalidArgument, directory + " is no data folder of MinIO's: it has no .minio.sys/format.json");
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  const auto format = json.is_object() ? json.value("format", "") : "";
  if (format == "fs") {
    return Error(ErrorCode::InvalidArgument, directory + " has the format that MinIO gave up in 2022: its buckets are plain folders, " +
                                                 "see `holdfast import folder`");
  }
  std::size_t drives = 0;
  if (format == "xl-single" || format == "xl") {
    const auto sets = json.value("/xl/sets"_json_pointer, nlohmann::json::array());
    for (const auto& set : sets) drives += set.size();
  }
  if (drives == 1) return Source(path);
  return Error(ErrorCode::InvalidArgument,
               directory + " is one of " + std::to_string(drives) + " drives: copy such a deployment over S3 (rclone sync, mc mirror)");
}

std::vector<std::string> Source::buckets() const {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory_, error)) {
    const std::string name = entry.path().filename();
    if (entry.is_directory(error) && storage::is_valid_bucket_name(name)) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

Result<SourceBucket> Source::bucket(const std::string& name) const {
  // The configuration is kept as an object of MinIO's own.
  const fs::path folder = directory_ / ".minio.sys/buckets" / name / ".metadata.bin";
  std::error_code error;
  if (!fs::exists(folder / "xl.meta", error)) return SourceBucket();
  HOLDFAST_TRY(text, read_file(folder / "xl.meta"));
  HOLDFAST_TRY(versions, parse_versions(text));
  if (versions.empty() || versions.front().parts.empty()) return SourceBucket();
  if (!versions.front().obstacle.empty())
    return Error(ErrorCode::InternalError, "its configuration can't be read: " + versions.front().obstacle);
  const SourceKey key{".minio.sys", name, folder, {}};
  HOLDFAST_TRY(reader, read_part(key, versions.front(), versions.front().parts.front()));
  std::string metadata;
  std::string buffer;
  while (true) {
    HOLDFAST_TRY(piece, reader.next(buffer));
    if (piece.empty()) return parse_bucket(metadata);
    metadata.append(as_text(piece));
  }
}

Result<> Source::each_key(const std::string& bucket, const std::function<Result<>(SourceKey&)>& visit,
                          const std::function<void(const std::string&)>& complain) const {
  return Walk(bucket, directory_ / bucket, visit, complain).folder(directory_ / bucket);
}

Result<PartReader> Source::read_part(const SourceKey& key, const SourceVersion& version, const SourcePart& part) {
  if (version.inline_data) return PartReader::of(*version.inline_data, version.block_bytes, part.size_bytes);
  return PartReader::open(key.folder / version.data_folder / ("part." + std::to_string(part.number)), version.block_bytes, part.size_bytes);
}

void Source::remove(const SourceKey& key) const {
  std::error_code error;
  fs::remove(key.folder / "xl.meta", error);
  for (const SourceVersion& version : key.versions) {
    if (!version.data_folder.empty()) fs::remove_all(key.folder / version.data_folder, error);
  }
  // A key may be the prefix of others: only what is empty goes.
  const fs::path bucket = directory_ / key.bucket;
  for (fs::path folder = key.folder; folder != bucket && fs::remove(folder, error) && !error;) folder = folder.parent_path();
}

}  // namespace holdfast::server::import
