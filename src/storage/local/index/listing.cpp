#include "listing.hpp"

#include <algorithm>

namespace holdfast::storage::local {

namespace {

// What a query says about keys, the same for all three listings.
struct KeyQuery {
  std::string_view prefix;
  std::string_view delimiter;

  // The common prefix that stands for a key, or empty.
  std::string_view common_prefix(std::string_view key) const {
    if (delimiter.empty() || !key.starts_with(prefix)) return {};
    const std::size_t at = key.find(delimiter, prefix.size());
    return at == std::string_view::npos ? std::string_view() : key.substr(0, at + delimiter.size());
  }
};

std::string escaped_row_prefix(RowKind kind, std::uint64_t bucket_id, std::string_view key_prefix) {
  std::string out = bucket_prefix(kind, bucket_id);
  append_escaped(out, key_prefix);
  return out;
}

template <class Rows>
void skip_past_marker(Rows& rows, const KeyQuery& keys, std::string_view marker) {
  if (marker.empty()) {
    rows.seek_first();
  } else if (const std::string_view group = keys.common_prefix(marker); !group.empty()) {
    rows.seek_past(group);
  } else {
    rows.seek_after(marker);
  }
}

// The current versions of a bucket.
class ObjectCursor {
 public:
  ObjectCursor(rocksdb::DB& db, const rocksdb::ReadOptions& options, std::uint64_t bucket_id, std::string_view prefix)
      : bucket_id_(bucket_id), rows_(db, options, current_key(bucket_id, prefix)) {}

  void seek_first() { rows_.seek_first(); }
  void seek_at(std::string_view key) { rows_.seek(current_key(bucket_id_, key)); }
  void seek_after(std::string_view key) { rows_.seek(current_key(bucket_id_, key).append(1, '\0')); }
  void seek_past(std::string_view group) { rows_.seek(successor(current_key(bucket_id_, group))); }
  void next() { rows_.next(); }
  bool valid() const { return rows_.valid(); }
  std::string_view key() const { return rows_.key().substr(kRowPrefixBytes); }
  ByteView value() const { return rows_.value(); }
  rocksdb::Status status() const { return rows_.status(); }

 private:
  std::uint64_t bucket_id_;
  Cursor rows_;
};

// Rows whose keys hold an escaped key and a number: noncurrent versions, uploads.
class EscapedCursor {
 public:
  EscapedCursor(rocksdb::DB& db, const rocksdb::ReadOptions& options, RowKind kind, std::uint64_t bucket_id, std::string_view prefix)
      : kind_(kind), bucket_id_(bucket_id), rows_(db, options, escaped_row_prefix(kind, bucket_id, prefix)) {}

  void seek_first() {
    arrive([this] { rows_.seek_first(); });
  }
  void seek_row(std::string_view row_key) {
    arrive([&] { rows_.seek(row_key); });
  }
  void seek_after(std::string_view key) {
    std::string next(key);
    next.push_back('\0');
    seek_row(escaped_row_prefix(kind_, bucket_id_, next));
  }
  void seek_past(std::string_view group) { seek_row(successor(escaped_row_prefix(kind_, bucket_id_, group))); }
  void next() {
    arrive([this] { rows_.next(); });
  }
  bool valid() const { return valid_; }
  const ParsedKey& parsed() const { return parsed_; }
  std::string_view key() const { return parsed_.key; }
  ByteView value() const { return rows_.value(); }
  rocksdb::Status status() const { return damaged_ ? rocksdb::Status::Corruption("a row's key") : rows_.status(); }

 private:
  template <class Move>
  void arrive(Move&& move) {
    move();
    valid_ = rows_.valid();
    if (!valid_) return;
    damaged_ = kind_ == RowKind::upload ? !parse_upload_key(rows_.key(), parsed_) : !parse_noncurrent_key(rows_.key(), parsed_);
    valid_ = !damaged_;
  }

  RowKind kind_;
  std::uint64_t bucket_id_;
  Cursor rows_;
  ParsedKey parsed_;
  bool valid_ = false;
  bool damaged_ = false;
};

// All versions of a bucket by key, newest first: a key's current row, then its noncurrent ones.
class VersionCursor {
 public:
  VersionCursor(rocksdb::DB& db, const rocksdb::ReadOptions& options, std::uint64_t bucket_id, std::string_view prefix)
      : bucket_id_(bucket_id), current_(db, options, bucket_id, prefix), noncurrent_(db, options, RowKind::noncurrent, bucket_id, prefix) {}

  void seek_first() {
    move_both([](auto& rows) { rows.seek_first(); });
  }
  void seek_after(std::string_view key) {
    move_both([&](auto& rows) { rows.seek_after(key); });
  }
  void seek_past(std::string_view group) {
    move_both([&](auto& rows) { rows.seek_past(group); });
  }
  // The newest version of `key`, or of the key after it.
  void seek(std::string_view key) {
    current_.seek_at(key);
    noncurrent_.seek_row(noncurrent_prefix(bucket_id_, key));
    choose();
  }
  // The newest version of `key` that is older than `created_seq`, or the newest of the key after it.
  Result<> seek_older(std::string_view key, std::uint64_t created_seq) {
    seek(key);
    if (valid() && at_current_ && this->key() == key) {
      const auto head = decode_row_head(value());
      if (!head) return damaged_row(key);
      if (head->created_seq >= created_seq) current_.next();
    }
    noncurrent_.seek_row(noncurrent_key(bucket_id_, key, created_seq).append(1, '\0'));
    choose();
    return {};
  }
  void next() {
    if (at_current_) {
      current_.next();
    } else {
      noncurrent_.next();
    }
    choose();
  }
  bool valid() const { return current_.valid() || noncurrent_.valid(); }
  std::string_view key() const { return at_current_ ? current_.key() : noncurrent_.key(); }
  ByteView value() const { return at_current_ ? current_.value() : noncurrent_.value(); }
  rocksdb::Status status() const { return current_.status().ok() ? noncurrent_.status() : current_.status(); }

 private:
  template <class Move>
  void move_both(Move&& move) {
    move(current_);
    move(noncurrent_);
    choose();
  }
  void choose() { at_current_ = current_.valid() && (!noncurrent_.valid() || current_.key() <= noncurrent_.key()); }

  std::uint64_t bucket_id_;
  ObjectCursor current_;
  EscapedCursor noncurrent_;
  bool at_current_ = false;
};

// Common prefixes and items of a page; says when it is full.
template <class Page>
class PageFiller {
 public:
  PageFiller(Page& page, std::uint32_t max) : page_(page), left_(max) {}

  // False when the page is full: there is more, so it is truncated.
  bool take() {
    if (left_ == 0) page_.truncated = true;
    return left_ != 0 && left_-- != 0;
  }

 private:
  Page& page_;
  std::uint32_t left_;
};

// The newest version of the key that a page has come to.
struct NewestVersion {
  std::string key;
  std::uint64_t created_seq = 0;

  void come_to(std::string_view key_now, std::uint64_t seq) {
    if (created_seq != 0 && key_now == key) return;
    key = key_now;
    created_seq = seq;
  }
};

Result<> skip_to_null_version(VersionCursor& rows, std::string_view key) {
  for (; rows.valid() && rows.key() == key; rows.next()) {
    const auto head = decode_row_head(rows.value());
    if (!head) return damaged_row(key);
    if (!head->null_version) continue;
    rows.next();
    return {};
  }
  // It has been removed since the page before, perhaps with all that was newer: what is left was not shown yet.
  rows.seek(key);
  return {};
}

Result<> start_inside_key(VersionCursor& rows, const VersionQuery& query, NewestVersion& newest) {
  const auto id = parse_version_id(query.version_id_marker);
  if (!id) return Error(ErrorCode::InvalidArgument, "The version id marker is not valid.");
  rows.seek(query.key_marker);
  if (rows.valid() && rows.key() == query.key_marker) {
    const auto head = decode_row_head(rows.value());
    if (!head) return damaged_row(query.key_marker);
    newest.come_to(query.key_marker, head->created_seq);
  }
  return id->null_version ? skip_to_null_version(rows, query.key_marker) : rows.seek_older(query.key_marker, id->created_seq);
}

Result<> start_versions(VersionCursor& rows, const KeyQuery& keys, const VersionQuery& query, NewestVersion& newest) {
  const std::string& marker = query.key_marker;
  const bool inside_key = !marker.empty() && !query.version_id_marker.empty() && marker.starts_with(query.prefix);
  if (inside_key && keys.common_prefix(marker).empty()) return start_inside_key(rows, query, newest);
  skip_past_marker(rows, keys, marker);
  return {};
}

Result<> fill_versions(VersionCursor& rows, const KeyQuery& keys, std::uint64_t bucket_id, std::uint32_t max, NewestVersion& newest,
                       Index::VersionRows& page) {
  PageFiller filler(page, max);
  while (rows.valid() && filler.take()) {
    if (const std::string_view group = keys.common_prefix(rows.key()); !group.empty()) {
      page.next_key = page.common_prefixes.emplace_back(group);
      page.next_version_id.clear();
      rows.seek_past(page.next_key);
      continue;
    }
    HOLDFAST_TRY(record, version_from_row(bucket_id, rows.key(), rows.value(), false));
    newest.come_to(record.info.key, record.info.created_seq);
    record.info.is_latest = record.info.created_seq == newest.created_seq;
    page.next_key = record.info.key;
    page.next_version_id = record.info.version_id;
    page.versions.push_back(std::move(record));
    rows.next();
  }
  return {};
}

Result<> start_uploads(EscapedCursor& rows, const KeyQuery& keys, std::uint64_t bucket_id, const UploadQuery& query) {
  const std::string& marker = query.key_marker;
  const bool inside_key = !marker.empty() && !query.upload_id_marker.empty() && marker.starts_with(query.prefix);
  if (!inside_key || !keys.common_prefix(marker).empty()) {
    skip_past_marker(rows, keys, marker);
    return {};
  }
  const auto id = parse_upload_id(query.upload_id_marker);
  if (!id) return Error(ErrorCode::InvalidArgument, "The upload id marker is not valid.");
  rows.seek_row(upload_key(bucket_id, marker, id->created_seq).append(1, '\0'));
  return {};
}

Result<> fill_uploads(EscapedCursor& rows, const KeyQuery& keys, std::uint64_t bucket_id, std::uint32_t max, Index::UploadRows& page) {
  PageFiller filler(page, max);
  while (rows.valid() && filler.take()) {
    if (const std::string_view group = keys.common_prefix(rows.key()); !group.empty()) {
      page.next_key = page.common_prefixes.emplace_back(group);
      page.next_upload_id.clear();
      rows.seek_past(page.next_key);
      continue;
    }
    HOLDFAST_TRY(record, upload_from_row(bucket_id, rows.key(), rows.value()));
    page.next_key = record.key;
    page.next_upload_id = upload_id_of(record);
    page.uploads.push_back(std::move(record));
    rows.next();
  }
  return {};
}

Result<> fill_objects(ObjectCursor& rows, const KeyQuery& keys, std::uint32_t max, ListPage& page) {
  PageFiller filler(page, max);
  while (rows.valid() && filler.take()) {
    if (const std::string_view group = keys.common_prefix(rows.key()); !group.empty()) {
      rows.seek_past(page.common_prefixes.emplace_back(group));
      continue;
    }
    auto entry = decode_list_entry(rows.value());
    if (!entry) return damaged_row(rows.key());
    entry->key = rows.key();
    page.objects.push_back(std::move(*entry));
    rows.next();
  }
  return {};
}

std::string last_of(const ListPage& page) {
  const std::string object = page.objects.empty() ? std::string() : page.objects.back().key;
  const std::string group = page.common_prefixes.empty() ? std::string() : page.common_prefixes.back();
  return std::max(object, group);
}

}  // namespace

Lookup<ListPage> list_objects(rocksdb::DB& db, std::uint64_t bucket_id, const ListQuery& query, ReadTier tier) {
  ListPage page;
  if (query.max_keys == 0) return Result<ListPage>(std::move(page));
  const KeyQuery keys{query.prefix, query.delimiter};
  ObjectCursor rows(db, read_options(tier), bucket_id, query.prefix);
  skip_past_marker(rows, keys, query.start_after);
  const Result<> filled = fill_objects(rows, keys, query.max_keys, page);
  if (!filled) return Result<ListPage>(filled.error());
  if (!rows.status().ok()) return failed_lookup<ListPage>(rows.status());
  if (page.truncated) page.next = last_of(page);
  return Result<ListPage>(std::move(page));
}

Lookup<Index::VersionRows> list_versions(rocksdb::DB& db, std::uint64_t bucket_id, const VersionQuery& query, ReadTier tier) {
  using Page = Index::VersionRows;
  Page page;
  if (query.max_keys == 0) return Result<Page>(std::move(page));
  const SnapshotGuard snapshot(db);
  const KeyQuery keys{query.prefix, query.delimiter};
  VersionCursor rows(db, read_options(tier, snapshot.get()), bucket_id, query.prefix);
  NewestVersion newest;
  Result<> done = start_versions(rows, keys, query, newest);
  if (done) done = fill_versions(rows, keys, bucket_id, query.max_keys, newest, page);
  if (!done) return Result<Page>(done.error());
  if (!rows.status().ok()) return failed_lookup<Page>(rows.status());
  if (!page.truncated) page.next_key.clear(), page.next_version_id.clear();
  return Result<Page>(std::move(page));
}

Lookup<Index::UploadRows> list_uploads(rocksdb::DB& db, std::uint64_t bucket_id, const UploadQuery& query, ReadTier tier) {
  using Page = Index::UploadRows;
  Page page;
  if (query.max_uploads == 0) return Result<Page>(std::move(page));
  const KeyQuery keys{query.prefix, query.delimiter};
  EscapedCursor rows(db, read_options(tier), RowKind::upload, bucket_id, query.prefix);
  Result<> done = start_uploads(rows, keys, bucket_id, query);
  if (done) done = fill_uploads(rows, keys, bucket_id, query.max_uploads, page);
  if (!done) return Result<Page>(done.error());
  if (!rows.status().ok()) return failed_lookup<Page>(rows.status());
  if (!page.truncated) page.next_key.clear(), page.next_upload_id.clear();
  return Result<Page>(std::move(page));
}

}  // namespace holdfast::storage::local
