// A file system in memory that forgets what a disk may forget: for tests of everything that must survive a power cut or a
// failing disk.
//
// What it models
// - A file has synced content and unsynced writes; a directory has synced entries and unsynced changes (create, link,
//   rename, remove, mkdir, rmdir). sync and sync_data make the file's content and size durable, not its name;
//   sync_directory makes the names in that directory durable, not the files' content, not the directory's own name in its
//   parent; sync_all makes everything durable.
// - A rename is one change: both names change or neither does. It becomes durable with a sync of the directory it moves
//   *to* (a sync of the one it comes from doesn't count), or when a later change of either name becomes durable.
// - A sync that fails (see fail) loses what it was to write: reads still see it, later syncs succeed without it, unless it
//   is written again. This is what Linux does.
//
// Steps: every call that changes the disk or syncs it is numbered, 1, 2, 3, …, failed ones too. Reads, stat, list, open
// of what exists, start_writeback and space aren't.
//
// Two ways to test power cuts:
//   1. cut_power_after(n), run the workload (from step n + 1 on every call fails with EIO, reads too), drop all objects
//      that hold files, reboot(crash), open again and check.
//   2. on_step: run the workload once; after each step take image(crash), a file system of its own with what would
//      have survived a cut at that moment, and check it there. No second run for each step; take several images a step.
// Files and locks opened before a reboot answer EIO for ever.
//
// Real paths aren't touched; "/" exists, everything else is made by the test. descriptor() is -1: an engine hands out
// bytes. RocksDB keeps files of its own, which aren't in here. Any thread; calls are serialized.
#pragma once

#include "holdfast/io/file_system.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::testing {

enum class Op : std::uint8_t {
  // numbered
  create,  // open(OpenMode::create), or a lock file that wasn't there
  write,
  allocate,
  sync_data,
  sync,
  make_directory,
  remove_directory,
  rename,
  link,
  clone,
  remove,
  sync_directory,
  sync_all,
  // not numbered: only for fail
  open,
  read,
  stat,
  list,
  space,
};
std::string_view op_name(Op op) noexcept;

struct Step {
  std::uint64_t number = 0;
  Op op = Op::create;
  std::string path;
  std::string to;            // rename, link, clone
  std::uint64_t offset = 0;  // write
  std::uint64_t length = 0;  // write, allocate
  int error = 0;             // what it answered
};
std::string describe(const Step& step);

enum class Survival : std::uint8_t {
  synced,      // nothing but what was synced
  everything,  // all that was written
  random,      // for each unsynced page of 4 KiB, each file size and each name: the synced state or any later one. Pages may
               // be torn between 512-byte sectors.
  process,     // kill -9, no power cut: all is still there, but what wasn't synced can be lost by a later cut
  // What a disk may have kept of the unsynced things, each on its own: a change of a name (with earlier ones of the same
  // names), a file's data, a file's size.
  only_one,     // the one with the number `seed`, below unsynced_things()
  all_but_one,  // the others
};
struct Crash {
  Survival survival = Survival::synced;
  std::uint64_t seed = 0;  // of random: the same seed on the same state gives the same survivors
};

// Makes matching calls fail. `op` nullopt: any numbered call.
struct Fault {
  std::optional<Op> op = {};
  int error = 5;                   // EIO
  std::string path_contains = {};  // either path of a rename
  std::uint64_t skip = 0;          // so many matching calls succeed first
  std::uint64_t times = 1;         // then so many fail
  std::size_t partial_bytes = 0;   // a failing write leaves this many of its bytes (short write)
};

class FaultFileSystem final : public io::FileSystem {
 public:
  FaultFileSystem();
  ~FaultFileSystem() override;

  // --- steps ---
  std::uint64_t steps() const;
  std::vector<Step> log() const;  // all of them, unless keep_log(false)
  void keep_log(bool keep);
  // Called after each step, outside the lock, on the calling thread; it may take an image. Set before threads start.
  void on_step(std::function<void(const Step&)> observer);

  // --- power ---
  void cut_power_after(std::uint64_t step);  // counted from the beginning; 0 or what is past: now
  bool power_is_cut() const;
  // Makes the survivors the (durable) state, and turns power on again. Faults and ignored syncs are forgotten; steps go on
  // counting.
  void reboot(const Crash& crash);
  // What a cut right now would leave, as a file system of its own: no faults, steps from 0, same switches.
  std::unique_ptr<FaultFileSystem> image(const Crash& crash) const;
  std::size_t unsynced_things() const;
  std::uint64_t digest() const;  // of all names and contents as programs see them

  // --- failures ---
  void fail(Fault fault);
  void fail_step(std::uint64_t number, int error);  // whichever call it is
  void clear_faults();
  // Matching syncs succeed and do nothing: shows that a test would notice a missing sync.
  void ignore(Op sync, std::string path_contains);
  void ignore(std::function<bool(const Step&)> syncs);

  // --- switches ---
  void set_links(bool supported);             // link: else EPERM. On by default.
  void set_clones(bool supported);            // clone: else EOPNOTSUPP. Off by default.
  void set_sync_all_reliable(bool reliable);  // On by default.
  void set_cached_reads(bool cached);         // off: read_cached_at has nothing at hand. On by default.
  void set_capacity(std::uint64_t bytes);     // ENOSPC beyond it, space() follows it; 0 (default): 1 TiB, never full

  // --- the state as programs see it; not steps, never failed ---
  void put(const std::string& path, std::string_view content);  // durable at once, with its parents
  std::string content(const std::string& path) const;           // aborts if there is no such file
  bool exists(const std::string& path) const;
  std::vector<std::string> tree() const;                                               // all paths, sorted; directories end in '/'
  void flip(const std::string& path, std::uint64_t offset, std::uint8_t mask = 0xff);  // on disk and in memory

  // --- io::FileSystem ---
  Result<std::unique_ptr<io::File>> open(const std::string& path, io::OpenMode mode) override;
  Result<> make_directory(const std::string& path) override;
  Result<> remove_directory(const std::string& path) override;
  Result<> rename(const std::string& from, const std::string& to) override;
  Result<> link(const std::string& from, const std::string& to) override;
  Result<> clone(const std::string& from, const std::string& to) override;
  Result<> remove(const std::string& path) override;
  Result<io::FileStat> stat(const std::string& path) override;
  Result<std::vector<io::DirectoryEntry>> list(const std::string& path) override;
  Result<> sync_directory(const std::string& path) override;
  Result<> sync_all(const std::string& path_inside) override;
  bool sync_all_reliable(const std::string& path_inside) override;
  Result<io::Space> space(const std::string& path) override;
  Result<std::unique_ptr<io::File>> lock(const std::string& path) override;

 private:
  friend class FaultFile;
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace holdfast::testing
