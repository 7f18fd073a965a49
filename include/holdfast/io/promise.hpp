// Whether the file system that holds a folder can keep what a sync promises.
#pragma once

#include <optional>
#include <string>

namespace holdfast::io {

// One sentence for the log, or nothing where a sync means what it says (ext4, XFS, btrfs, ZFS, …). `path` exists.
std::optional<std::string> broken_promise(const std::string& path);
// The same by statfs's f_type.
std::optional<std::string> broken_promise_of(unsigned long magic);

}  // namespace holdfast::io
