#include "holdfast/io/promise.hpp"

#include <linux/magic.h>
#include <sys/vfs.h>

#include <array>
#include <cstdint>
#include <string_view>

namespace holdfast::io {
namespace {

constexpr unsigned long kCifs = 0xFF534D42;
constexpr unsigned long kSmb2 = 0xFE534D42;
constexpr unsigned long kVirtualBox = 0x786f4256;

struct Weak {
  unsigned long magic;
  std::string_view why;
};

constexpr std::string_view kInMemory = "lies in memory: nothing survives a reboot";
constexpr std::string_view kOverlay = "is a container's own layer (overlayfs), which goes with the container: mount a volume";
constexpr std::string_view kShare = "is a network share: whether what is confirmed survives a power cut is up to its server";
constexpr std::string_view kFuse =
    "is a FUSE or virtiofs mount (Docker Desktop's shared folders are): whether what is confirmed survives a power cut is up to the "
    "program behind it; use a named volume";
constexpr std::string_view kHost = "is a folder of the virtual machine's host, which may confirm what is only in its memory";

constexpr std::array<Weak, 11> kWeak{{{TMPFS_MAGIC, kInMemory},
                                      {RAMFS_MAGIC, kInMemory},
                                      {OVERLAYFS_SUPER_MAGIC, kOverlay},
                                      {NFS_SUPER_MAGIC, kShare},
                                      {SMB_SUPER_MAGIC, kShare},
                                      {kCifs, kShare},
                                      {kSmb2, kShare},
                                      {AFS_SUPER_MAGIC, kShare},
                                      {FUSE_SUPER_MAGIC, kFuse},
                                      {V9FS_MAGIC, kHost},
                                      {kVirtualBox, kHost}}};

}  // namespace

std::optional<std::string> broken_promise_of(unsigned long magic) {
  for (const Weak& weak : kWeak) {
    if (weak.magic == magic) return std::string(weak.why);
  }
  return std::nullopt;
}

std::optional<std::string> broken_promise(const std::string& path) {
  struct statfs status {};
  if (::statfs(path.c_str(), &status) != 0) return std::nullopt;
  return broken_promise_of(static_cast<std::uint32_t>(status.f_type));
}

}  // namespace holdfast::io
