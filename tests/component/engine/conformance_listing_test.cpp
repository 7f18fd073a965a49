// Listings: prefixes, delimiters, markers, pages.
#include "conformance_kinds.hpp"

#include <algorithm>
#include <set>

namespace holdfast::storage::conformance {
namespace {

class ListingTest : public EngineTest {
 protected:
  ListingTest() { make_bucket(engine(), "b"); }

  void fill(const std::vector<std::string>& keys) {
    for (const std::string& key : keys) must(put(engine(), "b", key, key));
  }
  ListPage list(const std::string& prefix, const std::string& delimiter, const std::string& start_after = "", std::uint32_t max = 1000) {
    return must(sync_wait(engine().list(ListQuery{"b", prefix, delimiter, start_after, max})));
  }
  std::string keys(const std::string& prefix, const std::string& delimiter, const std::string& start_after = "", std::uint32_t max = 1000) {
    return describe_keys(list(prefix, delimiter, start_after, max));
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, ListingTest, ::testing::ValuesIn(kinds()), kind_name);

// Everything that a page returned, objects and prefixes merged in byte order.
std::vector<std::string> items(const ListPage& page) {
  std::vector<std::string> all;
  for (const ListEntry& entry : page.objects) all.push_back(entry.key);
  for (const std::string& prefix : page.common_prefixes) all.push_back("P:" + prefix);
  std::sort(all.begin(), all.end(), [](const std::string& left, const std::string& right) {
    const auto bare = [](const std::string& item) { return item.starts_with("P:") ? item.substr(2) : item; };
    return bare(left) < bare(right);
  });
  return all;
}

TEST_P(ListingTest, List_emptyBucket_isEmpty) {
  EXPECT_EQ(keys("", ""), "end");
  EXPECT_EQ(keys("x", "/"), "end");
}

TEST_P(ListingTest, List_keys_comeInByteOrder) {
  fill({"b", "a", "B", "a/b", "a-b", "\xc3\xa4", "aa", "z", "\xf0\x9f\x98\x80", "0"});
  EXPECT_EQ(keys("", ""), "0 B a a-b a/b aa b z \xc3\xa4 \xf0\x9f\x98\x80 end");
}

TEST_P(ListingTest, List_entry_showsTheObject) {
  Put object{"b", "k", "content"};
  object.attributes.properties = {{"storage-class", "REDUCED_REDUNDANCY"}, {"owner", "someone"}, {"acl", "private"}};
  object.checksum = Checksum{hash::Algorithm::crc32c, ChecksumType::full_object, "AAAAAA=="};
  must(put(engine(), object));
  const ListPage page = list("", "");
  ASSERT_EQ(page.objects.size(), 1U);
  const ListEntry& entry = page.objects.front();
  EXPECT_EQ(entry.key, "k");
  EXPECT_EQ(entry.etag, etag_of("content"));
  EXPECT_EQ(entry.size_bytes, 7U);
  EXPECT_EQ(entry.modified, clock().now());
  EXPECT_EQ(entry.storage_class, "REDUCED_REDUNDANCY");
  EXPECT_EQ(entry.owner, "someone");
  EXPECT_EQ(describe(entry.checksum), "CRC32C/full/AAAAAA==");
}

TEST_P(ListingTest, List_entryWithoutProperties_hasNoClassAndOwner) {
  fill({"k"});
  const ListPage page = list("", "");
  EXPECT_EQ(page.objects.at(0).storage_class, "");
  EXPECT_EQ(page.objects.at(0).owner, "");
  EXPECT_FALSE(page.objects.at(0).checksum.has_value());
}

TEST_P(ListingTest, List_multipartEntry_showsSizeAndEtag) {
  put_multipart(engine(), "b", "k", {pattern(5000), pattern(700)});
  const ListPage page = list("", "");
  EXPECT_EQ(page.objects.at(0).size_bytes, 5700U);
  EXPECT_EQ(page.objects.at(0).etag, "multipart-etag");
}

TEST_P(ListingTest, List_prefix_givesOnlyItsKeys) {
  fill({"a", "ab", "abc", "abd", "ac", "b", "ab/x"});
  EXPECT_EQ(keys("ab", ""), "ab ab/x abc abd end");
  EXPECT_EQ(keys("abc", ""), "abc end");
  EXPECT_EQ(keys("abcd", ""), "end");
  EXPECT_EQ(keys("zzz", ""), "end");
}

TEST_P(ListingTest, List_prefixOfHighBytes_givesOnlyItsKeys) {
  fill({"\xc3\xbf", "\xc3\xbfz", "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbfz"});
  EXPECT_EQ(list("\xc3\xbf", "").objects.size(), 2U);
  EXPECT_EQ(list("\xf4\x8f\xbf\xbf", "").objects.size(), 2U);
}

TEST_P(ListingTest, List_delimiter_rollsUp) {
  fill({"a", "a/", "a/1", "a/2/3", "b/1", "c", "d//e", "/f"});
  EXPECT_EQ(keys("", "/"), "a c P:/ P:a/ P:b/ P:d/ end");
  EXPECT_EQ(keys("a", "/"), "a P:a/ end");
  EXPECT_EQ(keys("a/", "/"), "a/ a/1 P:a/2/ end");
  EXPECT_EQ(keys("d/", "/"), "P:d// end");
  EXPECT_EQ(keys("/", "/"), "/f end");
}

TEST_P(ListingTest, List_longDelimiter_rollsUp) {
  fill({"a--b--c", "a--", "a-b", "a---b", "--x", "x"});
  EXPECT_EQ(keys("", "--"), "a-b x P:-- P:a-- end");
  EXPECT_EQ(keys("a--", "--"), "a-- a---b P:a--b-- end");
  EXPECT_EQ(keys("", "not there"), "--x a-- a---b a--b--c a-b x end");
}

TEST_P(ListingTest, List_delimiterOfHighBytes_rollsUp) {
  fill(
      {"a\xc3\xa4"
       "b",
       "a\xc3\xa4"
       "c",
       "a\xc3\xb6",
       "\xf4\x8f\xbf\xbf"
       "1",
       "\xf4\x8f\xbf\xbf"
       "2"});
  EXPECT_EQ(keys("", "\xc3\xa4"),
            "a\xc3\xb6 \xf4\x8f\xbf\xbf"
            "1 \xf4\x8f\xbf\xbf"
            "2 P:a\xc3\xa4 end");
  EXPECT_EQ(keys("", "\xf4\x8f\xbf\xbf", "", 2),
            "a\xc3\xa4"
            "b a\xc3\xa4"
            "c next a\xc3\xa4"
            "c");
  EXPECT_EQ(keys("", "\xf4\x8f\xbf\xbf", "b"), "P:\xf4\x8f\xbf\xbf end");
}

TEST_P(ListingTest, List_delimiterInsideThePrefix_doesNotCount) {
  fill({"a/b/c", "a/b/d/e"});
  EXPECT_EQ(keys("a/b/", "/"), "a/b/c P:a/b/d/ end");
  EXPECT_EQ(keys("a/b", "/"), "P:a/b/ end");
}

TEST_P(ListingTest, List_startAfter_isExclusive) {
  fill({"a", "b", "c", "c/1", "d"});
  EXPECT_EQ(keys("", "", "a"), "b c c/1 d end");
  EXPECT_EQ(keys("", "", "bb"), "c c/1 d end");
  EXPECT_EQ(keys("", "", "c"), "c/1 d end");
  EXPECT_EQ(keys("", "", "d"), "end");
  EXPECT_EQ(keys("", "", "zzz"), "end");
}

TEST_P(ListingTest, List_startAfterOutsideThePrefix_isNoObstacle) {
  fill({"a1", "b1", "b2", "c1"});
  EXPECT_EQ(keys("b", "", "a"), "b1 b2 end");
  EXPECT_EQ(keys("b", "", "b1"), "b2 end");
  EXPECT_EQ(keys("b", "", "c"), "end");
}

TEST_P(ListingTest, List_startAfterWithDelimiter_leavesOutSmallerPrefixes) {
  fill({"a/1", "a/2", "b", "c/1", "c/2", "d"});
  EXPECT_EQ(keys("", "/", "a/"), "b d P:c/ end");
  EXPECT_EQ(keys("", "/", "a/1"), "b d P:c/ end");
  EXPECT_EQ(keys("", "/", "a"), "b d P:a/ P:c/ end");
  EXPECT_EQ(keys("", "/", "b"), "d P:c/ end");
  EXPECT_EQ(keys("", "/", "c"), "d P:c/ end");
  EXPECT_EQ(keys("", "/", "c/"), "d end");
  EXPECT_EQ(keys("", "/", "c/zzz"), "d end");
}

TEST_P(ListingTest, List_maxKeys_countsObjectsAndPrefixes) {
  fill({"a/1", "a/2", "b", "c/1", "c/2", "d"});
  EXPECT_EQ(keys("", "/", "", 1), "P:a/ next a/");
  EXPECT_EQ(keys("", "/", "", 2), "b P:a/ next b");
  EXPECT_EQ(keys("", "/", "", 3), "b P:a/ P:c/ next c/");
  EXPECT_EQ(keys("", "/", "", 4), "b d P:a/ P:c/ end");
  EXPECT_EQ(keys("", "", "", 6), "a/1 a/2 b c/1 c/2 d end");
  EXPECT_EQ(keys("", "", "", 5), "a/1 a/2 b c/1 c/2 next c/2");
}

TEST_P(ListingTest, List_maxKeysZero_isAnEmptyPage) {
  fill({"a", "b"});
  EXPECT_EQ(keys("", "", "", 0), "end");
}

TEST_P(ListingTest, List_lastPrefixWithMoreKeys_isNotTruncated) {
  fill({"a", "b/1", "b/2", "b/3"});
  EXPECT_EQ(keys("", "/", "", 2), "a P:b/ end");
}

TEST_P(ListingTest, List_removedKeys_areNotShown) {
  fill({"a", "b/1", "b/2", "c"});
  must(remove(engine(), "b", "a"));
  must(remove(engine(), "b", "b/1"));
  EXPECT_EQ(keys("", "/"), "c P:b/ end");
  must(remove(engine(), "b", "b/2"));
  EXPECT_EQ(keys("", "/"), "c end");
}

TEST_P(ListingTest, List_keysUnderMarkers_areNotShownAndDoNotTruncate) {
  set_versioning(engine(), "b", Versioning::enabled);
  fill({"a", "b/1", "c/1", "d", "e"});
  must(remove(engine(), "b", "b/1"));
  must(remove(engine(), "b", "e"));
  must(remove(engine(), "b", "never"));
  EXPECT_EQ(keys("", "/"), "a d P:c/ end");
  EXPECT_EQ(keys("", "/", "", 3), "a d P:c/ end");
  EXPECT_EQ(keys("", "", "", 3), "a c/1 d end");
}

TEST_P(ListingTest, List_oldVersions_areNotShown) {
  set_versioning(engine(), "b", Versioning::enabled);
  fill({"a", "a", "a", "b", "b"});
  EXPECT_EQ(keys("", ""), "a b end");
  EXPECT_EQ(keys("", "", "", 1), "a next a");
}

TEST_P(ListingTest, List_uploadsInProgress_areNotShown) {
  must(create_upload(engine(), "b", "k"));
  EXPECT_EQ(keys("", ""), "end");
}

TEST_P(ListingTest, List_otherBuckets_areNotShown) {
  make_bucket(engine(), "a");
  make_bucket(engine(), "c");
  must(put(engine(), "a", "in a", "1"));
  must(put(engine(), "c", "in c", "1"));
  fill({"in b"});
  EXPECT_EQ(keys("", ""), "in b end");
  EXPECT_EQ(keys("in c", ""), "end");
}

TEST_P(ListingTest, List_pagesOfAnySize_giveTheWholeOnce) {
  fill({"/",    "//", "/a", "a",      "a-",     "a-1", "a/", "a//", "a/1", "a/1/2", "a0",
        "b--c", "b-", "b/", "b/--/1", "b/--/2", "b/x", "c",  "c/1", "c0",  "d/--/z"});
  for (const char* delimiter : {"", "/", "--", "/--/", "a", "0"}) {
    for (const char* prefix : {"", "a", "a/", "b", "b/", "c"}) {
      const std::vector<std::string> whole = items(list(prefix, delimiter));
      for (std::uint32_t max = 1; max <= whole.size() + 1; ++max) {
        SCOPED_TRACE(std::string(delimiter) + " " + prefix + " " + std::to_string(max));
        std::vector<std::string> paged;
        std::string start_after;
        for (bool more = true; more;) {
          const ListPage page = list(prefix, delimiter, start_after, max);
          const std::vector<std::string> got = items(page);
          paged.insert(paged.end(), got.begin(), got.end());
          ASSERT_LE(paged.size(), whole.size());
          if (page.truncated) {
            ASSERT_EQ(got.size(), max);
          }
          ASSERT_TRUE(!page.truncated || page.next > start_after);
          start_after = page.next;
          more = page.truncated;
        }
        EXPECT_EQ(paged, whole);
      }
    }
  }
}

TEST_P(ListingTest, List_manyKeys_paged) {
  std::vector<std::string> all;
  for (int i = 0; i < 1200; ++i) all.push_back("dir" + std::to_string(i % 7) + "/key" + std::to_string(10'000 + i));
  fill(all);
  const ListPage page = list("", "");
  EXPECT_EQ(page.objects.size(), 1000U);
  EXPECT_TRUE(page.truncated);
  EXPECT_EQ(list("", "", page.next).objects.size(), 200U);
  EXPECT_EQ(keys("", "/"), "P:dir0/ P:dir1/ P:dir2/ P:dir3/ P:dir4/ P:dir5/ P:dir6/ end");
}

// --- versions ---

class VersionListingTest : public EngineTest {
 protected:
  VersionListingTest() {
    make_bucket(engine(), "b", Versioning::enabled);
    for (const char* name : {"a", "d/x", "d/y", "e", "a", "d/x", "a"})
      ids_[name].push_back(must(put(engine(), "b", name, name))->version_id);
    ids_["e"].push_back(must(remove(engine(), "b", "e")).version_id);
  }

  VersionPage list(const VersionQuery& query) { return must(sync_wait(engine().list_versions(query))); }

  // Each version as key and its place in the key's history from 1 on, '!' after markers, '*' after the current one.
  std::string describe_versions(const VersionPage& page) {
    std::string text;
    for (const ObjectInfo& info : page.versions)
      text += name(info.key, info.version_id) + (info.delete_marker ? "!" : "") + (info.is_latest ? "* " : " ");
    for (const std::string& prefix : page.common_prefixes) text += "P:" + prefix + " ";
    if (!page.truncated) return text + "end";
    return text + "next " + (page.next_version_id.empty() ? page.next_key : name(page.next_key, page.next_version_id));
  }
  std::string versions(const std::string& prefix, const std::string& delimiter, const std::string& key_marker = "",
                       const std::string& version_id_marker = "", std::uint32_t max = 1000) {
    return describe_versions(list(VersionQuery{"b", prefix, delimiter, key_marker, version_id_marker, max}));
  }
  const std::string& id(const std::string& key, std::size_t place) { return ids_.at(key).at(place - 1); }

 private:
  std::string name(const std::string& key, const std::string& version_id) {
    const auto& all = ids_[key];
    const auto found = std::find(all.begin(), all.end(), version_id);
    return key + (found == all.end() ? "?" + version_id : std::to_string(found - all.begin() + 1));
  }

  std::map<std::string, std::vector<std::string>> ids_;
};
INSTANTIATE_TEST_SUITE_P(Engines, VersionListingTest, ::testing::ValuesIn(kinds()), kind_name);

TEST_P(VersionListingTest, ListVersions_all_byKeyNewestFirst) { EXPECT_EQ(versions("", ""), "a3* a2 a1 d/x2* d/x1 d/y1* e2!* e1 end"); }

TEST_P(VersionListingTest, ListVersions_prefixAndDelimiter_rollUp) {
  EXPECT_EQ(versions("d/", ""), "d/x2* d/x1 d/y1* end");
  EXPECT_EQ(versions("", "/"), "a3* a2 a1 e2!* e1 P:d/ end");
  EXPECT_EQ(versions("d", "/"), "P:d/ end");
  EXPECT_EQ(versions("x", "/"), "end");
}

TEST_P(VersionListingTest, ListVersions_keyMarker_isExclusive) {
  EXPECT_EQ(versions("", "", "a"), "d/x2* d/x1 d/y1* e2!* e1 end");
  EXPECT_EQ(versions("", "", "c"), "d/x2* d/x1 d/y1* e2!* e1 end");
  EXPECT_EQ(versions("", "/", "a"), "e2!* e1 P:d/ end");
  EXPECT_EQ(versions("", "/", "d/"), "e2!* e1 end");
  EXPECT_EQ(versions("", "/", "d/x"), "e2!* e1 end");
  EXPECT_EQ(versions("", "", "e"), "end");
}

TEST_P(VersionListingTest, ListVersions_versionMarker_continuesInsideTheKey) {
  EXPECT_EQ(versions("", "", "a", id("a", 3)), "a2 a1 d/x2* d/x1 d/y1* e2!* e1 end");
  EXPECT_EQ(versions("", "", "a", id("a", 2)), "a1 d/x2* d/x1 d/y1* e2!* e1 end");
  EXPECT_EQ(versions("", "", "a", id("a", 1)), "d/x2* d/x1 d/y1* e2!* e1 end");
  EXPECT_EQ(versions("", "", "e", id("e", 2)), "e1 end");
  EXPECT_EQ(versions("", "", "e", id("e", 1)), "end");
}

TEST_P(VersionListingTest, ListVersions_versionMarkerRemovedMeanwhile_continuesAfterItsPlace) {
  must(remove(engine(), "b", "a", id("a", 2)));
  EXPECT_EQ(versions("", "", "a", id("a", 2), 2), "a1 d/x2* next d/x2");
}

TEST_P(VersionListingTest, ListVersions_maxKeys_cutsInsideAKey) {
  EXPECT_EQ(versions("", "", "", "", 1), "a3* next a3");
  EXPECT_EQ(versions("", "", "", "", 4), "a3* a2 a1 d/x2* next d/x2");
  EXPECT_EQ(versions("", "/", "", "", 4), "a3* a2 a1 P:d/ next d/");
  EXPECT_EQ(versions("", "/", "", "", 6), "a3* a2 a1 e2!* e1 P:d/ end");
  EXPECT_EQ(versions("", "", "", "", 8), "a3* a2 a1 d/x2* d/x1 d/y1* e2!* e1 end");
  EXPECT_EQ(versions("", "", "", "", 0), "end");
}

TEST_P(VersionListingTest, ListVersions_nullVersionAsMarker_continuesAfterIt) {
  make_bucket(engine(), "n");
  must(put(engine(), "n", "k", "null"));
  set_versioning(engine(), "n", Versioning::enabled);
  must(put(engine(), "n", "k", "1"));
  must(put(engine(), "n", "l", "1"));
  const VersionPage page = list(VersionQuery{"n", "", "", "", "", 2});
  EXPECT_EQ(page.next_version_id, "null");
  const VersionPage rest = list(VersionQuery{"n", "", "", page.next_key, page.next_version_id, 2});
  ASSERT_EQ(rest.versions.size(), 1U);
  EXPECT_EQ(rest.versions[0].key, "l");
}

TEST_P(VersionListingTest, ListVersions_nullVersionInTheMiddle_hasItsPlace) {
  make_bucket(engine(), "n", Versioning::enabled);
  must(put(engine(), "n", "k", "1"));
  set_versioning(engine(), "n", Versioning::suspended);
  must(put(engine(), "n", "k", "2"));
  set_versioning(engine(), "n", Versioning::enabled);
  must(put(engine(), "n", "k", "3"));
  const VersionPage page = list(VersionQuery{"n", "", "", "", "", 2});
  ASSERT_EQ(page.versions.size(), 2U);
  EXPECT_EQ(page.versions[1].version_id, "null");
  EXPECT_FALSE(page.versions[1].is_latest);
  const VersionPage rest = list(VersionQuery{"n", "", "", page.next_key, page.next_version_id, 2});
  ASSERT_EQ(rest.versions.size(), 1U);
  EXPECT_EQ(rest.versions[0].etag, etag_of("1"));
}

TEST_P(VersionListingTest, ListVersions_entry_showsTheVersion) {
  Put object{"b", "full", "content"};
  object.attributes.properties = {{"owner", "someone"}, {"storage-class", "STANDARD_IA"}};
  const ObjectPtr made = must(put(engine(), object));
  const VersionPage page = list(VersionQuery{"b", "full", "", "", ""});
  ASSERT_EQ(page.versions.size(), 1U);
  const ObjectInfo& info = page.versions.front();
  EXPECT_EQ(info.version_id, made->version_id);
  EXPECT_EQ(info.etag, etag_of("content"));
  EXPECT_EQ(info.size_bytes, 7U);
  EXPECT_EQ(info.modified, clock().now());
  EXPECT_EQ(info.properties, object.attributes.properties);
  EXPECT_TRUE(info.is_latest);
}

TEST_P(VersionListingTest, ListVersions_pagesOfAnySize_giveTheWholeOnce) {
  for (const char* delimiter : {"", "/"}) {
    const VersionPage whole = list(VersionQuery{"b", "", delimiter, "", ""});
    const std::size_t count = whole.versions.size() + whole.common_prefixes.size();
    for (std::uint32_t max = 1; max <= count; ++max) {
      SCOPED_TRACE(max);
      VersionPage paged;
      VersionQuery query{"b", "", delimiter, "", "", max};
      for (bool more = true; more;) {
        const VersionPage page = list(query);
        if (page.truncated) {
          ASSERT_EQ(page.versions.size() + page.common_prefixes.size(), max);
        }
        paged.versions.insert(paged.versions.end(), page.versions.begin(), page.versions.end());
        paged.common_prefixes.insert(paged.common_prefixes.end(), page.common_prefixes.begin(), page.common_prefixes.end());
        ASSERT_LE(paged.versions.size(), whole.versions.size());
        query.key_marker = page.next_key;
        query.version_id_marker = page.next_version_id;
        more = page.truncated;
      }
      EXPECT_EQ(describe_versions(paged), describe_versions(whole));
    }
  }
}

// --- uploads ---

class UploadListingTest : public EngineTest {
 protected:
  UploadListingTest() {
    make_bucket(engine(), "b");
    for (const char* key : {"d/x", "a", "e", "a", "d/y", "a", "d/x"}) {
      clock().advance(std::chrono::seconds(1));
      ids_[key].push_back(must(create_upload(engine(), "b", key)).upload_id);
    }
  }

  std::string describe_uploads(const UploadPage& page) {
    std::string text;
    for (const UploadInfo& upload : page.uploads) text += name(upload.key, upload.upload_id) + " ";
    for (const std::string& prefix : page.common_prefixes) text += "P:" + prefix + " ";
    if (!page.truncated) return text + "end";
    return text + "next " + (page.next_upload_id.empty() ? page.next_key : name(page.next_key, page.next_upload_id));
  }
  UploadPage list(const UploadQuery& query) { return must(sync_wait(engine().list_uploads(query))); }
  std::string uploads(const std::string& prefix, const std::string& delimiter, const std::string& key_marker = "",
                      const std::string& upload_id_marker = "", std::uint32_t max = 1000) {
    return describe_uploads(list(UploadQuery{"b", prefix, delimiter, key_marker, upload_id_marker, max}));
  }
  const std::string& id(const std::string& key, std::size_t place) { return ids_.at(key).at(place - 1); }

 private:
  std::string name(const std::string& key, const std::string& upload_id) {
    const auto& all = ids_[key];
    const auto found = std::find(all.begin(), all.end(), upload_id);
    return key + (found == all.end() ? "?" + upload_id : std::to_string(found - all.begin() + 1));
  }

  std::map<std::string, std::vector<std::string>> ids_;
};
INSTANTIATE_TEST_SUITE_P(Engines, UploadListingTest, ::testing::ValuesIn(kinds()), kind_name);
class DurableUploadListingTest : public UploadListingTest {};
INSTANTIATE_TEST_SUITE_P(Engines, DurableUploadListingTest, ::testing::ValuesIn(durable_kinds()), kind_name);

TEST_P(UploadListingTest, ListUploads_all_byKeyThenTime) { EXPECT_EQ(uploads("", ""), "a1 a2 a3 d/x1 d/x2 d/y1 e1 end"); }

TEST_P(UploadListingTest, ListUploads_entry_showsTheUpload) {
  ObjectAttributes attributes;
  attributes.user_metadata = {{"k", "v"}};
  attributes.properties = {{"owner", "someone"}};
  const UploadInfo made = must(create_upload(engine(), "b", "full", attributes));
  const UploadPage page = list(UploadQuery{"b", "full", "", "", ""});
  ASSERT_EQ(page.uploads.size(), 1U);
  const UploadInfo& upload = page.uploads.front();
  EXPECT_EQ(upload.bucket, "b");
  EXPECT_EQ(upload.key, "full");
  EXPECT_EQ(upload.upload_id, made.upload_id);
  EXPECT_EQ(upload.initiated, clock().now());
  EXPECT_EQ(describe(upload.attributes), describe(attributes));
}

TEST_P(UploadListingTest, ListUploads_prefixAndDelimiter_rollUp) {
  EXPECT_EQ(uploads("d/", ""), "d/x1 d/x2 d/y1 end");
  EXPECT_EQ(uploads("", "/"), "a1 a2 a3 e1 P:d/ end");
  EXPECT_EQ(uploads("d/", "x"), "d/y1 P:d/x end");
}

TEST_P(UploadListingTest, ListUploads_keyMarker_isExclusive) {
  EXPECT_EQ(uploads("", "", "a"), "d/x1 d/x2 d/y1 e1 end");
  EXPECT_EQ(uploads("", "", "b"), "d/x1 d/x2 d/y1 e1 end");
  EXPECT_EQ(uploads("", "/", "d/"), "e1 end");
  EXPECT_EQ(uploads("", "", "e"), "end");
}

TEST_P(UploadListingTest, ListUploads_uploadMarker_continuesInsideTheKey) {
  EXPECT_EQ(uploads("", "", "a", id("a", 1)), "a2 a3 d/x1 d/x2 d/y1 e1 end");
  EXPECT_EQ(uploads("", "", "a", id("a", 3)), "d/x1 d/x2 d/y1 e1 end");
  EXPECT_EQ(uploads("", "", "e", id("e", 1)), "end");
}

TEST_P(UploadListingTest, ListUploads_uploadMarkerWithoutKeyMarker_isIgnored) {
  EXPECT_EQ(uploads("", "", "", id("a", 2)), "a1 a2 a3 d/x1 d/x2 d/y1 e1 end");
}

TEST_P(UploadListingTest, ListUploads_uploadMarkerAbortedMeanwhile_continuesAfterItsPlace) {
  must(sync_wait(engine().abort_upload("b", "a", id("a", 2))));
  EXPECT_EQ(uploads("", "", "a", id("a", 2), 1), "a3 next a3");
}

TEST_P(UploadListingTest, ListUploads_max_cutsInsideAKey) {
  EXPECT_EQ(uploads("", "", "", "", 2), "a1 a2 next a2");
  EXPECT_EQ(uploads("", "/", "", "", 4), "a1 a2 a3 P:d/ next d/");
  EXPECT_EQ(uploads("", "/", "", "", 5), "a1 a2 a3 e1 P:d/ end");
  EXPECT_EQ(uploads("", "", "", "", 7), "a1 a2 a3 d/x1 d/x2 d/y1 e1 end");
  EXPECT_EQ(uploads("", "", "", "", 0), "end");
}

TEST_P(UploadListingTest, ListUploads_completedAndAborted_areGone) {
  must(sync_wait(engine().abort_upload("b", "e", id("e", 1))));
  UploadInfo upload = must(sync_wait(engine().upload("b", "d/y", id("d/y", 1))));
  must(put_part(engine(), upload, 1, "1"));
  must(complete(engine(), upload, plan_of_all()));
  EXPECT_EQ(uploads("", ""), "a1 a2 a3 d/x1 d/x2 end");
}

TEST_P(UploadListingTest, ListUploads_pagesOfAnySize_giveTheWholeOnce) {
  for (const char* delimiter : {"", "/"}) {
    const UploadPage whole = list(UploadQuery{"b", "", delimiter, "", ""});
    const std::size_t count = whole.uploads.size() + whole.common_prefixes.size();
    for (std::uint32_t max = 1; max <= count; ++max) {
      SCOPED_TRACE(max);
      UploadPage paged;
      UploadQuery query{"b", "", delimiter, "", "", max};
      for (bool more = true; more;) {
        const UploadPage page = list(query);
        paged.uploads.insert(paged.uploads.end(), page.uploads.begin(), page.uploads.end());
        paged.common_prefixes.insert(paged.common_prefixes.end(), page.common_prefixes.begin(), page.common_prefixes.end());
        ASSERT_LE(paged.uploads.size(), whole.uploads.size());
        query.key_marker = page.next_key;
        query.upload_id_marker = page.next_upload_id;
        more = page.truncated;
      }
      EXPECT_EQ(describe_uploads(paged), describe_uploads(whole));
    }
  }
}

TEST_P(DurableUploadListingTest, ListUploads_afterRestart_isTheSame) {
  for (const Restart how : {Restart::hasty_without_index, Restart::hasty, Restart::plain, Restart::without_index}) {
    restart(how);
    EXPECT_EQ(uploads("", ""), "a1 a2 a3 d/x1 d/x2 d/y1 e1 end");
  }
}

}  // namespace
}  // namespace holdfast::storage::conformance
