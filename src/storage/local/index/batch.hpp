// Changes become rows: one WriteBatch that sees what it has already changed.
#pragma once

#include "rocks.hpp"
#include "usage_table.hpp"

#include <rocksdb/write_batch.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::storage::local {

class Batch {
 public:
  explicit Batch(rocksdb::DB& db) : db_(db) {}

  struct Row {
    std::string key;
    std::string value;
  };
  Result<std::optional<std::string>> get(const std::string& row_key) const;
  Result<std::optional<Row>> first(const std::string& prefix) const;
  Result<std::vector<std::string>> keys(const std::string& prefix) const;
  void put(std::string row_key, std::string value);
  void erase(std::string row_key);
  rocksdb::WriteBatch& rows() noexcept { return rows_; }

 private:
  rocksdb::DB& db_;
  rocksdb::WriteBatch rows_;
  std::map<std::string, std::optional<std::string>, std::less<>> own_;
};

// Applies changes to a batch, and counts what they really do.
class ChangeApplier {
 public:
  ChangeApplier(Batch& batch, const UsageTable& table) : batch_(batch), table_(table) {}

  Result<> apply(const Change& change) {
    return std::visit([this](const auto& each) { return apply_one(each); }, change);
  }
  const UsageChanges& usage() const noexcept { return usage_; }
  std::uint64_t greatest_epoch() const noexcept { return greatest_epoch_; }

 private:
  struct Found {
    RowHead head;
    std::string row;
    std::string row_key;
  };

  Result<> apply_one(const PutVersion& change);
  Result<> apply_one(const RemoveVersion& change);
  Result<> apply_one(const PutUpload& change);
  Result<> apply_one(const PutPart& change);
  Result<> apply_one(const RemovePart& change);
  Result<> apply_one(const RemoveUpload& change);
  Result<> apply_one(const PutDocument&) { return {}; }
  Result<> apply_one(const RemoveDocument& change);
  Result<> apply_one(const Event&) { return {}; }

  Result<std::optional<Found>> find(std::string row_key) const;
  Result<std::optional<Found>> newest_noncurrent(std::uint64_t bucket_id, std::string_view key);
  Result<bool> belongs_to_current(const VersionRecord& version, const std::optional<Found>& current);
  Result<> put_current(const VersionRecord& version, const std::optional<Found>& current);
  Result<> put_noncurrent(const VersionRecord& version);
  void demote(const VersionRecord& by, const Found& current);
  Result<> promote(std::uint64_t bucket_id, const std::string& key);
  void replace(const VersionRecord& version, const Found& old);
  void remove(std::uint64_t bucket_id, const Found& row);
  Usage& usage_of(std::uint64_t bucket_id);
  void count_in(std::uint64_t bucket_id, const VersionRecord& version);
  void saw(FileId file) noexcept { greatest_epoch_ = std::max(greatest_epoch_, epoch_of(file)); }

  Batch& batch_;
  const UsageTable& table_;
  UsageChanges usage_;
  std::uint64_t greatest_epoch_ = 0;
};

}  // namespace holdfast::storage::local
