#include "server/content_type.hpp"
#include "server/import/import.hpp"
#include "server/import/opened.hpp"
#include "server/import/target.hpp"
#include "server/terminal.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>

namespace holdfast::server::import {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPieceBytes = 1024UL * 1024;

OpenPart open_file(const fs::path& path) {
  return [path](const SourcePart&) -> Result<NextPiece> {
    const auto file = std::make_shared<std::ifstream>(path, std::ios::binary);
    if (!*file) return Error(ErrorCode::InternalError, path.string() + " can't be read");
    const auto buffer = std::make_shared<std::string>();
    return NextPiece([file, buffer]() -> Result<ByteView> {
      buffer->resize(kPieceBytes);
      file->read(buffer->data(), static_cast<std::streamsize>(buffer->size()));
      return as_bytes(std::string_view(buffer->data(), static_cast<std::size_t>(file->gcount())));
    });
  };
}

SourceVersion version_of(const fs::directory_entry& entry) {
  SourceVersion version;
  version.version_id = "null";
  version.size_bytes = entry.file_size();
  version.modified = std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::file_clock::to_sys(entry.last_write_time()));
  version.parts.push_back({1, "", version.size_bytes});
  storage::set_attribute(version.attributes.headers, "content-type", content_type_of(entry.path()));
  return version;
}

Result<std::uint64_t> bring(const fs::path& source, const Location& location, Target& target) {
  const auto progress = terminal_progress();
  std::uint64_t files = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(source, error); !error && entry != fs::recursive_directory_iterator();
       entry.increment(error)) {
    if (entry->path().filename() == ".holdfast") entry.disable_recursion_pending();
    if (!entry->is_regular_file()) continue;
    const std::string key = location.prefix + entry->path().lexically_relative(source).generic_string();
    const SourceVersion version = version_of(*entry);
    const OpenPart open = open_file(entry->path());
    HOLDFAST_TRY(there, target.has(location.bucket, key, version));
    if (!there) HOLDFAST_TRY_VOID(target.put(location.bucket, key, version, open));
    HOLDFAST_TRY_VOID(target.compare(location.bucket, key, version, open));
    progress("importing", ++files, 0);
  }
  if (error) return Error(ErrorCode::InternalError, source.string() + ": " + error.message());
  end_progress();
  return files;
}

}  // namespace

int run_folder(const FolderArguments& arguments) {
  const auto location = parse_location(arguments.location);
  if (!location) return fail(location.error());
  auto opened = Opened::open(arguments.directory, false);
  if (!opened) return fail(opened.error());
  storage::Engine& engine = (*opened)->engine();
  if (!engine.bucket(location->bucket)) {
    storage::BucketInfo bucket;
    bucket.name = location->bucket;
    const auto made = sync_wait(engine.create_bucket(std::move(bucket)));
    if (!made) return fail(made.error());
  }
  Target target(engine, (*opened)->clock());
  const auto files = bring(arguments.source, *location, target);
  if (!files) return fail(files.error());
  std::cout << *files << " files are in " << location->bucket << ", compared\n";
  return 0;
}

}  // namespace holdfast::server::import
