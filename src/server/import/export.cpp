#include "server/import/import.hpp"
#include "server/import/opened.hpp"
#include "server/terminal.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>

namespace holdfast::server::import {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kPieceBytes = 1024UL * 1024;

// Keys are any text, file names are not.
bool is_path(const std::string& key) {
  if (key.empty() || key.starts_with('/') || key.ends_with('/') || key.find("//") != std::string::npos) return false;
  return std::ranges::none_of(fs::path(key), [](const fs::path& part) { return part == "." || part == ".."; });
}

Task<Result<>> write_file(storage::Engine& engine, storage::ObjectName name, fs::path path) {
  HOLDFAST_CO_TRY(reader, co_await engine.open(std::move(name)));
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  const std::uint64_t size = reader->info().size_bytes;
  for (std::uint64_t offset = 0; offset < size;) {
    HOLDFAST_CO_TRY(piece, co_await reader->read(offset, std::min(kPieceBytes, size - offset), false));
    const std::string_view text = as_text(std::get<SharedBytes>(piece).bytes);
    file.write(text.data(), static_cast<std::streamsize>(text.size()));
    offset += text.size();
  }
  file.close();
  if (!file) co_return Error(ErrorCode::InternalError, path.string() + " can't be written");
  std::error_code ignored;
  const auto time = std::chrono::file_clock::from_sys(reader->info().modified);
  fs::last_write_time(path, std::chrono::time_point_cast<fs::file_time_type::duration>(time), ignored);
  co_return Result<>();
}

class Export {
 public:
  Export(storage::Engine& engine, Location location, fs::path target)
      : engine_(engine), location_(std::move(location)), target_(std::move(target)) {}

  Result<> run() {
    storage::ListQuery query;
    query.bucket = location_.bucket;
    query.prefix = location_.prefix;
    while (true) {
      HOLDFAST_TRY(page, sync_wait(engine_.list(query)));
      for (const storage::ListEntry& entry : page.objects) HOLDFAST_TRY_VOID(write(entry.key));
      if (!page.truncated) return {};
      query.start_after = page.next;
    }
  }

  int finish() const {
    end_progress();
    std::cout << files_ << " files written, " << left_out_ << " keys left out\n";
    return left_out_ == 0 ? 0 : 1;
  }

 private:
  Result<> write(const std::string& key) {
    const std::string name = key.substr(location_.prefix.size());
    const fs::path path = target_ / name;
    std::error_code error;
    if (is_path(name)) fs::create_directories(path.parent_path(), error);
    // Also where a key and a longer one, `a` and `a/b`, would be file and folder of one name.
    if (!is_path(name) || error || fs::is_directory(path, error)) {
      ++left_out_;
      std::cout << "left out: " << key << " can't be a file's name here\n";
      return {};
    }
    progress_("exporting", ++files_, 0);
    return sync_wait(write_file(engine_, {location_.bucket, key, ""}, path));
  }

  storage::Engine& engine_;
  const Location location_;
  const fs::path target_;
  const storage::Progress progress_ = terminal_progress();
  std::uint64_t files_ = 0;
  std::uint64_t left_out_ = 0;
};

}  // namespace

int run_export(const ExportArguments& arguments) {
  const auto location = parse_location(arguments.location);
  if (!location) return fail(location.error());
  auto opened = Opened::open(arguments.directory, false);
  if (!opened) return fail(opened.error());
  Export exporting((*opened)->engine(), *location, arguments.target);
  const auto done = exporting.run();
  if (!done) return fail(done.error());
  return exporting.finish();
}

}  // namespace holdfast::server::import
