// The index against a model that is slow and obvious: random changes, random queries, replays, flushes and reopens.
#include "test_index.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>

namespace holdfast::storage::local::test {
namespace {

struct ModelVersion {
  std::uint64_t changed_seq = 0;
  std::uint64_t size = 0;
  bool marker = false;
  bool null = false;
};
using History = std::map<std::uint64_t, ModelVersion, std::greater<>>;  // newest first

struct Model {
  std::map<std::string, History> keys;
  std::map<std::string, std::map<std::uint64_t, std::uint64_t>> uploads;  // seq -> tag

  void apply(const Change& change) {
    if (const auto* each = std::get_if<PutVersion>(&change)) {
      const VersionRecord& v = each->version;
      ModelVersion& mine = keys[v.info.key][v.info.created_seq];
      if (v.changed_seq >= mine.changed_seq) mine = {v.changed_seq, v.info.size_bytes, v.info.delete_marker, v.null_version};
    } else if (const auto* removed = std::get_if<RemoveVersion>(&change)) {
      keys[removed->key].erase(removed->created_seq);
      if (keys[removed->key].empty()) keys.erase(removed->key);
    } else if (const auto* upload = std::get_if<PutUpload>(&change)) {
      uploads[upload->upload.key][upload->upload.created_seq] = upload->upload.tag;
    } else if (const auto* ended = std::get_if<RemoveUpload>(&change)) {
      uploads[ended->key].erase(ended->created_seq);
    }
  }

  Usage usage() const {
    Usage out;
    for (const auto& [key, history] : keys) {
      out.objects += history.begin()->second.marker ? 0 : 1;
      for (const auto& [seq, version] : history) {
        ++(version.marker ? out.delete_markers : out.versions);
        out.bytes += version.size;
      }
    }
    return out;
  }
};

std::string group_of(const std::string& key, const std::string& prefix, const std::string& delimiter) {
  if (delimiter.empty()) return {};
  const auto at = key.find(delimiter, prefix.size());
  return at == std::string::npos ? std::string() : key.substr(0, at + delimiter.size());
}

// One line an item: a page as text is easy to compare.
struct Page {
  std::vector<std::string> lines;
  bool truncated = false;
  std::string next;
  bool operator==(const Page&) const = default;
};
void PrintTo(const Page& page, std::ostream* out) {
  *out << testing::PrintToString(page.lines) << (page.truncated ? " truncated, next " : " ") << testing::PrintToString(page.next);
}

// All items of a listing in order, each with its key or common prefix; then cut to a page.
struct Item {
  std::string name;
  std::string line;
  std::string next;
};
Page cut(const std::vector<Item>& items, std::uint32_t max) {
  Page page;
  if (max == 0) return page;
  for (const Item& item : items) {
    if (page.lines.size() == max) {
      page.truncated = true;
      return page;
    }
    page.lines.push_back(item.line);
    page.next = item.next;
  }
  page.next.clear();
  return page;
}

template <class Each>
std::vector<Item> items_of(const auto& keys, const std::string& prefix, const std::string& delimiter, Each&& each) {
  std::vector<Item> out;
  for (const auto& [key, value] : keys) {
    if (!key.starts_with(prefix)) continue;
    const std::string group = group_of(key, prefix, delimiter);
    const std::vector<Item> of_key = each(key, value);
    if (of_key.empty()) continue;
    if (group.empty()) {
      out.insert(out.end(), of_key.begin(), of_key.end());
    } else if (out.empty() || out.back().line != "group " + group) {
      out.push_back({group, "group " + group, group + "|"});
    }
  }
  return out;
}

std::string id_text(std::uint64_t seq, std::uint64_t tag) {
  UploadRecord record;
  record.created_seq = seq;
  record.tag = tag;
  return upload_id_of(record);
}
std::string model_version_id(std::uint64_t seq, bool null) { return null ? "null" : id_text(seq, seq * 3); }

Page model_list(const Model& model, const ListQuery& query) {
  auto items = items_of(model.keys, query.prefix, query.delimiter, [](const std::string& key, const History& history) {
    if (history.begin()->second.marker) return std::vector<Item>();
    return std::vector<Item>{{key, "object " + key + " " + std::to_string(history.begin()->second.size), key + "|"}};
  });
  std::erase_if(items, [&](const Item& item) { return !query.start_after.empty() && item.name <= query.start_after; });
  return cut(items, query.max_keys);
}

bool after_version_marker(const History& history, std::uint64_t seq, const std::string& marker) {
  const auto id = parse_version_id(marker);
  if (!id->null_version) return seq < id->created_seq;
  for (const auto& [each, version] : history) {
    if (version.null) return seq < each;
  }
  return true;
}

Page model_versions(const Model& model, const VersionQuery& query) {
  const auto items = items_of(model.keys, query.prefix, query.delimiter, [&](const std::string& key, const History& history) {
    const std::string group = group_of(key, query.prefix, query.delimiter);
    const std::string& name = group.empty() ? key : group;
    std::vector<Item> out;
    for (const auto& [seq, version] : history) {
      const bool inside = group.empty() && key == query.key_marker && !query.version_id_marker.empty() &&
                          after_version_marker(history, seq, query.version_id_marker);
      if (!query.key_marker.empty() && name <= query.key_marker && !inside) continue;
      const bool latest = seq == history.begin()->first;
      out.push_back({key, "version " + key + "@" + std::to_string(seq) + (version.marker ? "!" : "") + (latest ? "*" : ""),
                     key + "|" + model_version_id(seq, version.null)});
    }
    return out;
  });
  return cut(items, query.max_keys);
}

Page model_uploads(const Model& model, const UploadQuery& query) {
  const auto items = items_of(model.uploads, query.prefix, query.delimiter, [&](const std::string& key, const auto& uploads) {
    const std::string group = group_of(key, query.prefix, query.delimiter);
    const std::string& name = group.empty() ? key : group;
    std::vector<Item> out;
    for (const auto& [seq, tag] : uploads) {
      const std::string id = id_text(seq, tag);
      const bool inside = group.empty() && key == query.key_marker && !query.upload_id_marker.empty() && id > query.upload_id_marker;
      if (!query.key_marker.empty() && name <= query.key_marker && !inside) continue;
      out.push_back({key, "upload " + key + " " + id, key + "|" + id});
    }
    return out;
  });
  return cut(items, query.max_uploads);
}

// Merges a page's items and common prefixes into one order by name.
Page merged(std::vector<std::pair<std::string, std::string>> items, const std::vector<std::string>& groups, bool truncated,
            std::string next) {
  for (const std::string& group : groups) items.emplace_back(group, "group " + group);
  std::ranges::stable_sort(items, {}, &std::pair<std::string, std::string>::first);
  Page page{{}, truncated, std::move(next)};
  for (auto& [name, line] : items) page.lines.push_back(std::move(line));
  return page;
}

class ModelTest : public IndexTest {
 protected:
  std::mt19937_64 random_{seed()};
  Model model_;
  std::vector<Change> log_;
  std::uint64_t next_seq_ = 0;

  static std::uint64_t seed() {
    const char* given = std::getenv("HOLDFAST_SEED");
    return given == nullptr ? 20'260'101 : std::strtoull(given, nullptr, 10);
  }
  unsigned below(std::size_t limit) { return static_cast<unsigned>(random_() % limit); }
  std::string text(unsigned most) {
    static constexpr char kBytes[] = {'a', 'b', '/', '\0', '\1', '\xff', 'c', '/'};
    std::string out(below(most + 1), '\0');
    for (char& c : out) c = kBytes[below(sizeof kBytes)];
    return out;
  }
  std::string key() {
    const std::string out = text(4);
    return out.empty() ? "a" : out;
  }
  std::string some_key() {
    if (model_.keys.empty() || below(4) == 0) return key();
    return std::next(model_.keys.begin(), below(model_.keys.size()))->first;
  }
  std::string delimiter() {
    static const std::string kDelimiters[] = {"", "", "/", "/", "a", "//", "b/", std::string(1, '\0'), "\xff"};
    return kDelimiters[below(std::size(kDelimiters))];
  }
  std::uint32_t page_size() { return below(8) == 0 ? 1000 : below(6); }

  std::vector<Change> random_changes() {
    const std::uint64_t seq = ++next_seq_;
    const std::string name = some_key();
    const auto history = model_.keys.find(name);
    const bool known = history != model_.keys.end();
    const auto version = [&] { return std::next(history->second.begin(), below(history->second.size())); };
    switch (below(10)) {
      case 0:
        return {marker(name, seq)};
      case 1: {  // a null version takes the place of the one before
        std::vector<Change> group;
        for (const auto& [each, state] : known ? history->second : History()) {
          if (state.null) group.emplace_back(remove(name, each));
        }
        group.emplace_back(put_null(name, seq));
        return group;
      }
      case 2:
      case 3:
      case 4:
        if (known) return {remove(name, version()->first)};
        return {remove(name, seq)};
      case 5: {
        if (!known) return {put(name, seq, below(1000))};
        const auto old = version();
        PutVersion change = old->second.marker ? marker(name, old->first) : put(name, old->first, below(1000));
        change.version.null_version = old->second.null;
        change.version.changed_seq = seq;
        change.update = true;
        return {change};
      }
      case 6:
        return {put_upload(name, seq)};
      case 7:
        for (const auto& [each, uploads] : model_.uploads) {
          if (!uploads.empty() && below(3) == 0) return {RemoveUpload{kBucket, each, uploads.begin()->first, 0}};
        }
        return {put_upload(name, seq)};
      default:
        return {put(name, seq, below(1000))};
    }
  }

  void change_group() {
    std::vector<Change> group;
    for (unsigned i = below(5) + 1; i > 0; --i) {
      for (Change& change : random_changes()) {
        model_.apply(change);
        group.push_back(std::move(change));
      }
    }
    apply(group);
    log_.insert(log_.end(), group.begin(), group.end());
  }
  // As a start does: from somewhere before the end, in order, to the end.
  void replay(std::size_t from) {
    for (std::size_t at = from; at < log_.size();) {
      const std::size_t size = std::min<std::size_t>(below(6) + 1, log_.size() - at);
      apply({log_.begin() + static_cast<std::ptrdiff_t>(at), log_.begin() + static_cast<std::ptrdiff_t>(at + size)});
      at += size;
    }
  }

  Page index_list(const ListQuery& query) const {
    const ListPage page = list(query);
    std::vector<std::pair<std::string, std::string>> items;
    for (const ListEntry& entry : page.objects)
      items.emplace_back(entry.key, "object " + entry.key + " " + std::to_string(entry.size_bytes));
    return merged(std::move(items), page.common_prefixes, page.truncated, page.next.empty() ? "" : page.next + "|");
  }
  Page index_versions(const VersionQuery& query) const {
    const auto page = index_->list_versions(kBucket, query, ReadTier::any);
    EXPECT_TRUE(page.value()) << page->error().text();
    std::vector<std::pair<std::string, std::string>> items;
    for (const VersionRecord& record : (*page)->versions) items.emplace_back(record.info.key, "version " + describe(record));
    const std::string next = (*page)->next_key.empty() ? "" : (*page)->next_key + "|" + (*page)->next_version_id;
    return merged(std::move(items), (*page)->common_prefixes, (*page)->truncated, next);
  }
  Page index_uploads(const UploadQuery& query) const {
    const auto page = index_->list_uploads(kBucket, query, ReadTier::any);
    EXPECT_TRUE(page.value()) << page->error().text();
    std::vector<std::pair<std::string, std::string>> items;
    for (const UploadRecord& record : (*page)->uploads) items.emplace_back(record.key, "upload " + record.key + " " + upload_id_of(record));
    const std::string next = (*page)->next_key.empty() ? "" : (*page)->next_key + "|" + (*page)->next_upload_id;
    return merged(std::move(items), (*page)->common_prefixes, (*page)->truncated, next);
  }

  std::string version_marker(const std::string& name) {
    const auto history = model_.keys.find(name);
    if (below(3) == 0) return "null";
    if (history == model_.keys.end() || below(3) == 0) return id_text(below(static_cast<unsigned>(next_seq_ + 2)), 1);
    const auto version = std::next(history->second.begin(), below(history->second.size()));
    return model_version_id(version->first, version->second.null);
  }

  void check_listings() {
    ListQuery query{"b", text(2), delimiter(), below(2) == 0 ? "" : some_key(), page_size()};
    if (below(4) == 0) query.start_after = group_of(some_key(), query.prefix, query.delimiter);
    ASSERT_EQ(index_list(query), model_list(model_, query));

    VersionQuery versions{"b", text(2), delimiter(), below(2) == 0 ? "" : some_key(), "", page_size()};
    if (!versions.key_marker.empty() && below(2) == 0) versions.version_id_marker = version_marker(versions.key_marker);
    ASSERT_EQ(index_versions(versions), model_versions(model_, versions))
        << testing::PrintToString(versions.key_marker) << " " << versions.version_id_marker << " "
        << testing::PrintToString(versions.delimiter);

    UploadQuery uploads{"b", text(2), delimiter(), below(2) == 0 ? "" : some_key(), "", page_size()};
    if (!uploads.key_marker.empty() && below(2) == 0)
      uploads.upload_id_marker = id_text(below(static_cast<unsigned>(next_seq_ + 2)), below(99));
    ASSERT_EQ(index_uploads(uploads), model_uploads(model_, uploads));
  }

  // Page by page, the whole is seen once.
  void check_walks() {
    ListQuery query{"b", text(1), delimiter(), "", below(3) + 1U};
    std::vector<std::string> walked;
    for (;;) {
      const Page page = index_list(query);
      walked.insert(walked.end(), page.lines.begin(), page.lines.end());
      if (!page.truncated) break;
      query.start_after = page.next.substr(0, page.next.size() - 1);
    }
    ASSERT_EQ(walked, model_list(model_, {"b", query.prefix, query.delimiter, "", 1'000'000}).lines);

    VersionQuery versions{"b", text(1), delimiter(), "", "", below(3) + 1U};
    walked.clear();
    for (;;) {
      const Page page = index_versions(versions);
      walked.insert(walked.end(), page.lines.begin(), page.lines.end());
      if (!page.truncated) break;
      versions.key_marker = page.next.substr(0, page.next.rfind('|'));
      versions.version_id_marker = page.next.substr(page.next.rfind('|') + 1);
    }
    ASSERT_EQ(walked, model_versions(model_, {"b", versions.prefix, versions.delimiter, "", "", 1'000'000}).lines);
  }

  void check_rows() {
    const std::string name = some_key();
    const auto history = model_.keys.find(name);
    const bool known = history != model_.keys.end();
    const auto expected = [&](auto at) {
      return name + "@" + std::to_string(at->first) + (at->second.marker ? "!" : "") + (at == history->second.begin() ? "*" : "");
    };
    const auto shown = [](const auto& found) { return found->value() ? describe(***found) : std::string("none"); };
    ASSERT_EQ(current_id(name), known ? expected(history->second.begin()) : "none");
    const std::uint64_t seq = known && below(4) != 0 ? std::next(history->second.begin(), below(history->second.size()))->first : below(50);
    const bool there = known && history->second.contains(seq);
    ASSERT_EQ(shown(index_->version(kBucket, name, seq, ReadTier::any)), there ? expected(history->second.find(seq)) : "none");
    std::string null = "none";
    if (known) {
      const auto at = std::ranges::find_if(history->second, [](const auto& each) { return each.second.null; });
      if (at != history->second.end()) null = expected(at);
    }
    ASSERT_EQ(shown(index_->null_version(kBucket, name, ReadTier::any)), null);
    ASSERT_EQ(index_->usage(kBucket), model_.usage());
    ASSERT_EQ(**index_->bucket_empty(kBucket, ReadTier::any), model_.keys.empty());
  }
};

TEST_F(ModelTest, IndexAnswersAsTheModelDoes) {
  RecordProperty("seed", std::to_string(seed()));
  SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed()));
  std::size_t flushed = 0;  // changes that a reopen keeps
  for (int round = 0; round < 1'000; ++round) {
    change_group();
    check_rows();
    check_listings();
    if (round % 25 == 0) check_walks();
    if (below(200) == 0) {
      ASSERT_TRUE(index_->flush());
      flushed = log_.size();
    }
    if (below(200) == 0) replay(below(log_.size()));
    if (below(400) == 0) {
      open();
      replay(flushed == 0 ? 0 : below(flushed + 1));
    }
    if (HasFatalFailure()) return;
  }
  ASSERT_TRUE(index_->flush());
  open();
  check_rows();
  check_walks();
}

}  // namespace
}  // namespace holdfast::storage::local::test
