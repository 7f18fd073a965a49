// A data folder, locked: its layout version and deployment id.
#pragma once

#include "layout.hpp"

#include "holdfast/io/file_system.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace holdfast::storage::local {

struct Folder {
  std::unique_ptr<io::File> lock;
  std::string deployment_id;
};

enum class IfMissing : std::uint8_t { create, refuse };

// Errors say what is wrong and what to do: another process has the folder, another server's data, a newer format.
Result<Folder> open_folder(io::FileSystem& files, const Layout& layout, IfMissing if_missing);

}  // namespace holdfast::storage::local
