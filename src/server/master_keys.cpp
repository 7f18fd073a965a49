#include "server/master_keys.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/log.hpp"

#include <filesystem>

namespace holdfast::server {
namespace {

constexpr std::uint64_t kKeyFileBytes = 4096;

std::string key_file(const Settings& settings) { return settings.directory + "/.holdfast/master.key"; }

Error unreadable(const std::string& path, std::string_view why) { return {ErrorCode::InvalidArgument, path + ": " + std::string(why)}; }

Result<> make_key_file(io::FileSystem& files, const std::string& path) {
  const std::string temporary = path + ".new";
  if (const auto removed = files.remove(temporary); !removed && !io::missing(removed.error())) return removed.error();
  HOLDFAST_TRY(file, files.open(temporary, io::OpenMode::create));
  std::error_code failed;
  std::filesystem::permissions(temporary, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, failed);
  if (failed) return unreadable(temporary, failed.message());
  const crypto::Key key = crypto::Key::random();
  const std::string text = std::string(kFolderKeyName) + ':' + base64_encode(key.bytes()) + '\n';
  HOLDFAST_TRY_VOID(file->write_at(0, as_bytes(text)));
  HOLDFAST_TRY_VOID(file->sync());
  HOLDFAST_TRY_VOID(files.rename(temporary, path));
  return files.sync_directory(std::filesystem::path(path).parent_path().string());
}

Result<std::vector<crypto::MasterKey>> read_key_file(io::FileSystem& files, const std::string& path) {
  auto text = io::read_whole_file(files, path, kKeyFileBytes);
  if (!text && io::missing(text.error())) return std::vector<crypto::MasterKey>();
  if (!text) return std::move(text).error();
  auto keys = crypto::parse_master_keys(*text);
  crypto::wipe(std::as_writable_bytes(std::span(*text)));
  if (!keys) return unreadable(path, keys.error().text());
  return keys;
}

}  // namespace

Result<std::unique_ptr<crypto::KeyService>> open_master_keys(const Settings& settings, io::FileSystem& files) {
  const std::string path = key_file(settings);
  std::vector<crypto::MasterKey> keys = settings.master_keys;
  HOLDFAST_TRY(in_folder, read_key_file(files, path));
  if (keys.empty() && in_folder.empty()) {
    HOLDFAST_TRY_VOID(make_key_file(files, path));
    log::info(
        "Made a master key for server-side encryption. It lies in the data folder: whoever has the folder has the key. Set "
        "MINIO_KMS_SECRET_KEY to keep it elsewhere.",
        {{"file", path}});
    HOLDFAST_TRY(made, read_key_file(files, path));
    in_folder = std::move(made);
  }
  for (crypto::MasterKey& key : in_folder) {
    for (const crypto::MasterKey& other : keys) {
      if (other.name == key.name) return unreadable(path, "the master key '" + key.name + "' is configured under the same name");
    }
    keys.push_back(std::move(key));
  }
  return crypto::make_local_keys(std::move(keys));
}

}  // namespace holdfast::server
