// Turns committed changes into files, and makes a batch of them durable. Used by the settler and by recovery; one thread
// at a time.
#pragma once

#include "catalog.hpp"
#include "layout.hpp"
#include "pins.hpp"
#include "unsettled.hpp"

#include "holdfast/io/file_system.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::storage::local {

class FileWriter {
 public:
  // `sync_all`: a batch can be made durable by one syncfs.
  FileWriter(io::FileSystem& files, const Layout& layout, const Journal& journal, PinTable& pins, const Catalog& catalog, bool sync_all);

  // Writes, moves and removes what the item says; documents and versions that are overtaken are skipped. Sets its state.
  // An item that failed can be given again, with effort replace_synced.
  Result<> write(Item& item);
  // Makes everything since the last call durable. After an error nothing of it counts: write it again, replace_synced.
  Result<> sync();

 private:
  enum class Existing : std::uint8_t { none, replace };  // whether a file of that name may exist

  Result<> apply(Item& item, const PutVersion& put);
  Result<> apply(Item& item, const RemoveVersion& removal);
  Result<> apply(Item& item, const PutUpload& put);
  Result<> apply(Item& item, const PutPart& put);
  Result<> apply(Item& item, const RemovePart& removal);
  Result<> apply(Item& item, const RemoveUpload& removal);
  Result<> apply(Item& item, const PutDocument& put);
  Result<> apply(Item& item, const RemoveDocument& removal);
  Result<> apply(Item& item, const Event& event);

  Result<> put_payload(Item& item, std::uint64_t bucket_id, FileId file, FileId staged);
  static Existing existing(const Item& item) noexcept { return item.effort == Item::Effort::fresh ? Existing::none : Existing::replace; }
  Result<> put_file(const std::string& path, ByteView content, Existing existing);
  Result<> create_file(const std::string& path, ByteView content);
  Result<> move_staged(std::uint64_t bucket_id, FileId file);
  Result<> discard_staged(FileId file);
  Result<> remove_payload(std::uint64_t bucket_id, FileId version, FileId payload);
  Result<> remove_file(const std::string& path);
  Result<> remove_bucket_folder(std::uint64_t bucket_id);
  Result<> need_shard(std::uint64_t bucket_id, FileId file);
  Result<ByteView> journal_payload(const JournalLocation& location);
  void touched(const std::string& path);

  io::FileSystem& files_;
  const Layout& layout_;
  const Journal& journal_;
  PinTable& pins_;
  const Catalog& catalog_;
  const bool sync_all_;

  std::set<std::pair<std::uint64_t, std::uint64_t>> shards_;  // known to exist
  bool one_by_one_ = false;                                   // the item in hand is synced file by file
  bool unsynced_ = false;                                     // something waits for the syncfs
  std::set<std::string> touched_;                             // folders to sync one by one
  std::uint64_t temporaries_ = 0;

  // A stretch of the journal: neighbouring payloads are read together.
  std::vector<std::byte> window_;
  JournalLocation window_at_;
};

}  // namespace holdfast::storage::local
