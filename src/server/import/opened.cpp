#include "server/import/opened.hpp"

#include "server/terminal.hpp"

#include "holdfast/storage/names.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>

namespace holdfast::server::import {
namespace {

constexpr unsigned kThreads = 4;
constexpr std::chrono::minutes kSettleTime{10};

}  // namespace

Opened::Opened() : clock_(SystemClock().now()), files_(io::make_posix_file_system()), pool_(std::make_unique<io::BlockingPool>(kThreads)) {}

Opened::~Opened() {
  if (engine_) engine_->close(std::chrono::steady_clock::now() + kSettleTime);
}

Result<std::unique_ptr<Opened>> Opened::open(const std::string& directory, bool take_over) {
  auto opened = std::make_unique<Opened>();
  storage::LocalOptions options;
  options.directory = directory;
  // By this the engine knows that the folder is given to it.
  std::error_code error;
  const std::filesystem::path home = std::filesystem::path(directory) / ".holdfast";
  if (take_over && std::filesystem::create_directories(home, error)) std::ofstream(home / "importing").close();
  HOLDFAST_TRY(engine, storage::open_local_engine(options, *opened->files_, *opened->pool_, opened->clock_, terminal_progress()));
  end_progress();
  opened->engine_ = std::move(engine);
  return opened;
}

Result<Location> parse_location(const std::string& text) {
  const auto slash = std::min(text.find('/'), text.size());
  Location location{text.substr(0, slash), slash == text.size() ? "" : text.substr(slash + 1)};
  if (!storage::is_valid_bucket_name(location.bucket)) {
    return Error(ErrorCode::InvalidBucketName, "'" + location.bucket + "' is no bucket's name; say BUCKET or BUCKET/PREFIX");
  }
  if (!location.prefix.empty() && !location.prefix.ends_with('/')) location.prefix += '/';
  return location;
}

int fail(const Error& error) {
  end_progress();
  std::cerr << "holdfast: " << error.text() << "\n";
  return 1;
}

}  // namespace holdfast::server::import
