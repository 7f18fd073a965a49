// The server's master keys: those of MINIO_KMS_SECRET_KEY, and one in the data folder.
#pragma once

#include "server/settings.hpp"

#include "holdfast/crypto/master_keys.hpp"
#include "holdfast/io/file_system.hpp"

namespace holdfast::server {

// The name of the key in the data folder.
inline constexpr std::string_view kFolderKeyName = "data-folder";

// Where nothing is configured and the folder has no key file yet, one is made (0600). A key file that is there always counts,
// after the configured keys: objects may need it. The folder must be open.
Result<std::unique_ptr<crypto::KeyService>> open_master_keys(const Settings& settings, io::FileSystem& files);

}  // namespace holdfast::server
