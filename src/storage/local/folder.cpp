#include "folder.hpp"

#include "holdfast/base/limits.hpp"
#include "holdfast/base/random.hpp"

#include <algorithm>
#include <cerrno>

namespace holdfast::storage::local {
namespace {

constexpr std::string_view kForeignServer = ".minio.sys";
constexpr std::string_view kImporting = "importing";  // an import in place was asked for: holdfast import makes it

Error refusal(std::string message) { return {ErrorCode::InternalError, std::move(message)}; }

bool exists(io::FileSystem& files, const std::string& path) { return static_cast<bool>(files.stat(path)); }

// A folder that has buckets or a journal but no format.json has lost it: that is not a new folder.
Result<bool> holds_data(io::FileSystem& files, const Layout& layout) {
  for (const std::string& path : {layout.buckets(), layout.journal(), layout.documents()}) {
    auto entries = files.list(path);
    if (!entries && io::missing(entries.error())) continue;
    if (!entries) return std::move(entries).error();
    if (!entries->empty()) return true;
  }
  return false;
}

Result<> make_folders(io::FileSystem& files, const Layout& layout) {
  for (const std::string& path :
       {layout.journal(), layout.documents(), layout.buckets(), layout.staging(), layout.trash(), layout.feed()}) {
    HOLDFAST_TRY_VOID(io::make_directories_durably(files, path));
  }
  return {};
}

}  // namespace

Result<Folder> open_folder(io::FileSystem& files, const Layout& layout, IfMissing if_missing) {
  const bool known = exists(files, layout.format());
  const bool importing = exists(files, layout.home() + "/" + std::string(kImporting));
  if (!known && !importing && exists(files, layout.directory() + "/" + std::string(kForeignServer))) {
    return refusal(layout.directory() + " holds another server's data (.minio.sys). To take it over, run: holdfast import minio " +
                   layout.directory());
  }
  if (!known && if_missing == IfMissing::refuse)
    return refusal(layout.directory() + " is not a folder of Holdfast's: it has no .holdfast/format.json.");
  HOLDFAST_TRY_VOID(io::make_directories_durably(files, layout.home()));
  Folder folder;
  auto lock = files.lock(layout.lock());
  if (!lock && lock.error().os_error == EACCES) return lock.error();  // another's folder, not another's lock
  if (!lock) return refusal(layout.directory() + " is in use by another holdfast process (" + std::string(lock.error().text()) + ").");
  folder.lock = std::move(*lock);
  if (!known) {
    HOLDFAST_TRY(data, holds_data(files, layout));
    if (data)
      return refusal(layout.format() + " is missing, but there is data beside it. Restore it from a backup, or run: holdfast check " +
                     layout.directory());
    HOLDFAST_TRY_VOID(make_folders(files, layout));
    folder.deployment_id = random_uuid();
    HOLDFAST_TRY_VOID(io::replace_file_durably(files, layout.format(), as_bytes(to_format_file(folder.deployment_id))));
    return folder;
  }
  HOLDFAST_TRY(text, io::read_whole_file(files, layout.format(), limits::kMiB));
  HOLDFAST_TRY(deployment_id, parse_format_file(text));
  HOLDFAST_TRY_VOID(make_folders(files, layout));
  folder.deployment_id = std::move(deployment_id);
  return folder;
}

}  // namespace holdfast::storage::local
