#include "holdfast/io/file_system.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <map>
#include <mutex>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace holdfast::io {
namespace {

constexpr mode_t kFileMode = 0640;
constexpr mode_t kDirectoryMode = 0750;
constexpr std::size_t kZeroBlockBytes = 256 * 1024;
constexpr long kCifsMagic = 0xFF534D42;
constexpr long kSmb2Magic = 0xFE534D42;
constexpr long kFuseMagic = 0x65735546;

Error failure(std::string_view call, const std::string& path, int errno_value = errno) {
  std::string what(call);
  what.append(" ").append(path);
  return error_from_errno(errno_value, what);
}

class Descriptor {
 public:
  explicit Descriptor(int value) noexcept : value_(value) {}
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  int get() const noexcept { return value_; }
  explicit operator bool() const noexcept { return value_ >= 0; }

 private:
  int value_;
};

Descriptor open_descriptor(const std::string& path, int flags) {
  int descriptor = -1;
  do {
    descriptor = ::open(path.c_str(), flags | O_CLOEXEC, kFileMode);
  } while (descriptor < 0 && errno == EINTR);
  return Descriptor(descriptor);
}

class PosixFile final : public File {
 public:
  PosixFile(Descriptor descriptor, std::string path) : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

  Result<std::size_t> read_at(std::uint64_t offset, ByteSpan out) const override {
    std::size_t done = 0;
    while (done < out.size()) {
      const ssize_t got = ::pread(descriptor_.get(), out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
      if (got == 0) break;
      if (got > 0) {
        done += static_cast<std::size_t>(got);
      } else if (errno != EINTR) {
        return failure("read", path_);
      }
    }
    return done;
  }

  Result<std::size_t> read_cached_at(std::uint64_t offset, ByteSpan out) const override {
    std::size_t done = 0;
    while (done < out.size()) {
      const iovec piece{out.data() + done, out.size() - done};
      const ssize_t got = ::preadv2(descriptor_.get(), &piece, 1, static_cast<off_t>(offset + done), RWF_NOWAIT);
      if (got > 0) {
        done += static_cast<std::size_t>(got);
        continue;
      }
      if (got == 0 || errno == EAGAIN || errno == EOPNOTSUPP || errno == ENOSYS) break;
      if (errno != EINTR) return failure("read", path_);
    }
    return done;
  }

  Result<> write_at(std::uint64_t offset, ByteView bytes) override {
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t put = ::pwrite(descriptor_.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
      if (put > 0) {
        done += static_cast<std::size_t>(put);
      } else if (put == 0) {
        return failure("write", path_, EIO);
      } else if (errno != EINTR) {
        return failure("write", path_);
      }
    }
    return {};
  }

  // No retry on EINTR or anything else: after a failed sync the kernel may have dropped the pages, and a second call
  // would report success for data that is gone.
  Result<> sync_data() override {
    if (::fdatasync(descriptor_.get()) != 0) return failure("fdatasync", path_);
    return {};
  }
  Result<> sync() override {
    if (::fsync(descriptor_.get()) != 0) return failure("fsync", path_);
    return {};
  }

  void start_writeback(std::uint64_t offset, std::uint64_t length) override {
    (void)::sync_file_range(descriptor_.get(), static_cast<off64_t>(offset), static_cast<off64_t>(length), SYNC_FILE_RANGE_WRITE);
  }

  Result<> allocate(std::uint64_t length) override {
    int status = 0;
    do {
      status = ::fallocate(descriptor_.get(), 0, 0, static_cast<off_t>(length));
    } while (status != 0 && errno == EINTR);
    if (status == 0) return {};
    if (errno != EOPNOTSUPP && errno != ENOSYS) return failure("fallocate", path_);
    return extend_with_zeros(length);
  }

  Result<std::uint64_t> size_bytes() const override {
    struct stat status {};
    if (::fstat(descriptor_.get(), &status) != 0) return failure("stat", path_);
    return static_cast<std::uint64_t>(status.st_size);
  }

  int descriptor() const noexcept override { return descriptor_.get(); }

 private:
  Result<> extend_with_zeros(std::uint64_t length) {
    HOLDFAST_TRY(size, size_bytes());
    const std::vector<std::byte> zeros(kZeroBlockBytes);
    for (std::uint64_t offset = size; offset < length;) {
      const std::size_t count = std::min<std::uint64_t>(zeros.size(), length - offset);
      HOLDFAST_TRY_VOID(write_at(offset, ByteView(zeros).first(count)));
      offset += count;
    }
    return {};
  }

  Descriptor descriptor_;
  std::string path_;
};

bool kernel_reports_syncfs_errors() {
  struct utsname system {};
  int major = 0;
  int minor = 0;
  if (::uname(&system) != 0 || std::sscanf(system.release, "%d.%d", &major, &minor) != 2) return false;
  return major > 5 || (major == 5 && minor >= 8);
}

// These pass syncfs on to another file system, or answer before the data is where it must be.
bool covered_by_syncfs(long magic) {
  constexpr std::array kNotCovered = {static_cast<long>(OVERLAYFS_SUPER_MAGIC),
                                      static_cast<long>(NFS_SUPER_MAGIC),
                                      static_cast<long>(SMB_SUPER_MAGIC),
                                      static_cast<long>(V9FS_MAGIC),
                                      static_cast<long>(AFS_SUPER_MAGIC),
                                      static_cast<long>(CEPH_SUPER_MAGIC),
                                      kFuseMagic,
                                      kCifsMagic,
                                      kSmb2Magic};
  return std::find(kNotCovered.begin(), kNotCovered.end(), magic) == kNotCovered.end();
}

struct CloseDirectory {
  void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};

class PosixFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    Descriptor descriptor = open_descriptor(path, open_flags(mode));
    if (!descriptor) return failure("open", path);
    return std::make_unique<PosixFile>(std::move(descriptor), path);
  }

  Result<std::unique_ptr<File>> open_cached(const std::string& path) override {
    struct open_how how {};
    how.flags = O_RDONLY | O_CLOEXEC;
    how.resolve = RESOLVE_CACHED;
    Descriptor descriptor(static_cast<int>(::syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, sizeof how)));
    // Kernels before 5.12 know no cached look-up, and some sandboxes no openat2: then opening may always wait.
    if (!descriptor && (errno == EINVAL || errno == ENOSYS || errno == EPERM)) errno = EAGAIN;
    if (!descriptor) return failure("open", path);
    return std::make_unique<PosixFile>(std::move(descriptor), path);
  }

  Result<> make_directory(const std::string& path) override {
    if (::mkdir(path.c_str(), kDirectoryMode) == 0) return {};
    if (errno != EEXIST) return failure("mkdir", path);
    HOLDFAST_TRY(status, stat(path));
    if (!status.is_directory) return failure("mkdir", path, ENOTDIR);
    return {};
  }

  Result<> remove_directory(const std::string& path) override {
    if (::rmdir(path.c_str()) != 0) return failure("rmdir", path);
    return {};
  }

  Result<> rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return failure("rename", from + " to " + to);
    return {};
  }

  Result<> link(const std::string& from, const std::string& to) override {
    if (::link(from.c_str(), to.c_str()) != 0) return failure("link", from + " to " + to);
    return {};
  }

  Result<> clone(const std::string& from, const std::string& to) override {
    const Descriptor source = open_descriptor(from, O_RDONLY);
    if (!source) return failure("open", from);
    const Descriptor target = open_descriptor(to, O_RDWR | O_CREAT | O_EXCL);
    if (!target) return failure("open", to);
    if (::ioctl(target.get(), FICLONE, source.get()) != 0) {
      const int cause = errno;
      ::unlink(to.c_str());
      return failure("clone", from + " to " + to, cause);
    }
    return {};
  }

  Result<> remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0) return failure("unlink", path);
    return {};
  }

  Result<FileStat> stat(const std::string& path) override {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return failure("stat", path);
    FileStat result;
    result.size_bytes = static_cast<std::uint64_t>(status.st_size);
    result.is_directory = S_ISDIR(status.st_mode);
    result.links = static_cast<std::uint32_t>(status.st_nlink);
    return result;
  }

  Result<std::vector<DirectoryEntry>> list(const std::string& path) override {
    const std::unique_ptr<DIR, CloseDirectory> directory(::opendir(path.c_str()));
    if (!directory) return failure("opendir", path);
    std::vector<DirectoryEntry> entries;
    while (true) {
      errno = 0;
      const dirent* const entry = ::readdir(directory.get());
      if (entry == nullptr) break;
      const std::string_view name(entry->d_name);
      if (name == "." || name == "..") continue;
      entries.push_back({std::string(name), is_directory(directory.get(), *entry)});
    }
    if (errno != 0) return failure("readdir", path);
    return entries;
  }

  Result<> sync_directory(const std::string& path) override {
    const Descriptor descriptor = open_descriptor(path, O_RDONLY | O_DIRECTORY);
    if (!descriptor) return failure("open", path);
    if (::fsync(descriptor.get()) != 0) return failure("fsync", path);
    return {};
  }

  Result<> sync_all(const std::string& path_inside) override {
    HOLDFAST_TRY(descriptor, descriptor_for_sync_all(path_inside));
    if (::syncfs(descriptor) != 0) return failure("syncfs", path_inside);
    return {};
  }

  bool sync_all_reliable(const std::string& path_inside) override {
    if (!kernel_reports_syncfs_errors()) return false;
    const auto descriptor = descriptor_for_sync_all(path_inside);
    if (!descriptor) return false;
    struct statfs status {};
    if (::fstatfs(*descriptor, &status) != 0) return false;
    return covered_by_syncfs(static_cast<long>(status.f_type));
  }

  Result<Space> space(const std::string& path) override {
    struct statvfs status {};
    if (::statvfs(path.c_str(), &status) != 0) return failure("statvfs", path);
    Space result;
    result.total_bytes = static_cast<std::uint64_t>(status.f_blocks) * status.f_frsize;
    result.free_bytes = static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
    result.total_inodes = status.f_files;
    result.free_inodes = status.f_favail;
    return result;
  }

  Result<std::unique_ptr<File>> lock(const std::string& path) override {
    Descriptor descriptor = open_descriptor(path, O_RDWR | O_CREAT);
    if (!descriptor) return failure("open", path);
    if (::flock(descriptor.get(), LOCK_EX | LOCK_NB) != 0) return failure("lock", path);
    return std::make_unique<PosixFile>(std::move(descriptor), path);
  }

 private:
  static int open_flags(OpenMode mode) {
    switch (mode) {
      case OpenMode::read:
        return O_RDONLY;
      case OpenMode::read_write:
        return O_RDWR;
      case OpenMode::create:
        return O_RDWR | O_CREAT | O_EXCL;
    }
    return O_RDONLY;
  }

  static bool is_directory(DIR* directory, const dirent& entry) {
    if (entry.d_type != DT_UNKNOWN) return entry.d_type == DT_DIR;
    struct stat status {};
    return ::fstatat(::dirfd(directory), entry.d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode);
  }

  // syncfs reports the write errors since its descriptor was opened, each once: a descriptor opened for each call would
  // miss those that someone else has seen already.
  Result<int> descriptor_for_sync_all(const std::string& path) {
    const std::lock_guard guard(mutex_);
    const auto found = sync_descriptors_.find(path);
    if (found != sync_descriptors_.end()) return found->second.get();
    Descriptor descriptor = open_descriptor(path, O_RDONLY);
    if (!descriptor) return failure("open", path);
    return sync_descriptors_.emplace(path, std::move(descriptor)).first->second.get();
  }

  std::mutex mutex_;
  std::map<std::string, Descriptor> sync_descriptors_;
};

std::string parent_of(const std::string& path) {
  const std::size_t end = path.find_last_not_of('/');
  if (end == std::string::npos) return path.empty() ? "." : "/";
  const std::size_t slash = path.find_last_of('/', end);
  if (slash == std::string::npos) return ".";
  const std::size_t last = path.find_last_not_of('/', slash);
  return last == std::string::npos ? "/" : path.substr(0, last + 1);
}

// A crash between mkdir and its sync leaves a directory that exists but isn't durable. Its parent may be none of ours.
Result<> sync_existing(FileSystem& files, const std::string& path) {
  const auto synced = files.sync_directory(parent_of(path));
  if (synced) return {};
  const int cause = synced.error().os_error;
  if (cause == EACCES || cause == EPERM || cause == EROFS || cause == EINVAL) return {};
  return synced.error();
}

Result<> write_durably(FileSystem& files, const std::string& temporary, const std::string& path, ByteView content) {
  {
    HOLDFAST_TRY(file, files.open(temporary, OpenMode::create));
    HOLDFAST_TRY_VOID(file->write_at(0, content));
    HOLDFAST_TRY_VOID(file->sync());
  }
  HOLDFAST_TRY_VOID(files.rename(temporary, path));
  return files.sync_directory(parent_of(path));
}

}  // namespace

bool missing(const Error& error) noexcept { return error.os_error == ENOENT; }
bool would_wait(const Error& error) noexcept { return error.os_error == EAGAIN; }

bool link_unsupported(const Error& error) noexcept {
  return error.os_error == EMLINK || error.os_error == EXDEV || error.os_error == EPERM || error.os_error == EOPNOTSUPP;
}

std::unique_ptr<FileSystem> make_posix_file_system() { return std::make_unique<PosixFileSystem>(); }

Result<> make_directories_durably(FileSystem& files, const std::string& path) {
  const auto status = files.stat(path);
  if (status) return status->is_directory ? sync_existing(files, path) : Result<>(failure("mkdir", path, ENOTDIR));
  if (!missing(status.error())) return status.error();
  const std::string parent = parent_of(path);
  HOLDFAST_TRY_VOID(make_directories_durably(files, parent));
  HOLDFAST_TRY_VOID(files.make_directory(path));
  return files.sync_directory(parent);
}

Result<> replace_file_durably(FileSystem& files, const std::string& path, ByteView content) {
  const std::string temporary = path + std::string(kTemporarySuffix);
  if (auto removed = files.remove(temporary); !removed && !missing(removed.error())) return removed.error();
  auto written = write_durably(files, temporary, path, content);
  if (!written) (void)files.remove(temporary);
  return written;
}

Result<std::string> read_whole_file(FileSystem& files, const std::string& path, std::uint64_t max_bytes) {
  HOLDFAST_TRY(file, files.open(path, OpenMode::read));
  HOLDFAST_TRY(size, file->size_bytes());
  if (size > max_bytes) return failure("read", path, EFBIG);
  std::string content(size, '\0');
  HOLDFAST_TRY(got, file->read_at(0, std::as_writable_bytes(std::span(content.data(), content.size()))));
  content.resize(got);
  return content;
}

}  // namespace holdfast::io
