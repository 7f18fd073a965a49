// Several threads at once.
#include "conformance_kinds.hpp"

#include <algorithm>
#include <atomic>
#include <barrier>
#include <mutex>
#include <random>
#include <set>
#include <thread>

namespace holdfast::storage::conformance {
namespace {

constexpr int kThreads = 8;
constexpr int kRounds = 25;

class RaceTest : public EngineTest {
 protected:
  RaceTest() { make_bucket(engine(), "b"); }
};
INSTANTIATE_TEST_SUITE_P(Engines, RaceTest, ::testing::ValuesIn(kinds()), kind_name);

// Runs `work(thread)` on all threads at the same moment; what they throw fails the test.
template <class Work>
void race(Work work) {
  std::barrier start(kThreads);
  std::mutex mutex;
  std::vector<std::string> failures;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      start.arrive_and_wait();
      try {
        work(thread);
      } catch (const std::exception& failure) {
        const std::lock_guard lock(mutex);
        failures.emplace_back(failure.what());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& failure : failures) ADD_FAILURE() << failure;
}

// Counts the outcomes of a race that one is to win.
class Outcomes {
 public:
  void note(const std::string& code, const std::string& loser) {
    if (code == "ok") {
      ++won_;
    } else if (code == loser) {
      ++lost_;
    } else {
      throw std::runtime_error("neither won nor lost: " + code);
    }
  }
  void expect_one_winner() const {
    EXPECT_EQ(won_, 1);
    EXPECT_EQ(lost_, kThreads - 1);
  }

 private:
  std::atomic<int> won_ = 0;
  std::atomic<int> lost_ = 0;
};

TEST_P(RaceTest, ConditionalCreate_byAll_oneWins) {
  for (int round = 0; round < kRounds; ++round) {
    const std::string key = "k" + std::to_string(round);
    Outcomes outcomes;
    std::atomic<int> winner = -1;
    race([&](int thread) {
      const std::string content = pattern(round % 3 == 0 ? 30'000 : 300, static_cast<unsigned>(thread));
      const std::string outcome = code(put(engine(), Put{"b", key, content, {}, if_absent()}));
      outcomes.note(outcome, "PreconditionFailed");
      if (outcome == "ok") winner = thread;
    });
    outcomes.expect_one_winner();
    EXPECT_EQ(must(get(engine(), "b", key)), pattern(round % 3 == 0 ? 30'000 : 300, static_cast<unsigned>(winner)));
  }
}

TEST_P(RaceTest, ConditionalReplace_byAll_oneWins) {
  for (int round = 0; round < kRounds; ++round) {
    must(put(engine(), "b", "k", "base"));
    Outcomes outcomes;
    race([&](int thread) {
      const std::string content = "thread " + std::to_string(thread);
      outcomes.note(code(put(engine(), Put{"b", "k", content, {}, if_match(etag_of("base"))})), "PreconditionFailed");
    });
    outcomes.expect_one_winner();
  }
}

TEST_P(RaceTest, ConditionalCreate_putCopyAndComplete_oneWins) {
  must(put(engine(), "b", "source", pattern(20'000)));
  for (int round = 0; round < kRounds; ++round) {
    const std::string key = "k" + std::to_string(round);
    Outcomes outcomes;
    race([&](int thread) {
      if (thread % 3 == 0) {
        outcomes.note(code(put(engine(), Put{"b", key, "put", {}, if_absent()})), "PreconditionFailed");
      } else if (thread % 3 == 1) {
        Copy spec{{"b", "source", ""}, "b", key};
        spec.precondition = if_absent();
        outcomes.note(code(copy(engine(), spec)), "PreconditionFailed");
      } else {
        const UploadInfo upload = must(create_upload(engine(), "b", key));
        must(put_part(engine(), upload, 1, "part"));
        outcomes.note(code(complete(engine(), upload, plan_of_all(), if_absent())), "PreconditionFailed");
      }
    });
    outcomes.expect_one_winner();
  }
}

TEST_P(RaceTest, ConditionalRemove_byAll_oneWins) {
  for (int round = 0; round < kRounds; ++round) {
    must(put(engine(), "b", "k", "base"));
    Outcomes outcomes;
    race([&](int) {
      DeleteSpec spec;
      spec.key = "k";
      spec.precondition = if_match(etag_of("base"));
      outcomes.note(code(remove(engine(), "b", spec)), "PreconditionFailed");
    });
    outcomes.expect_one_winner();
    EXPECT_EQ(code(head(engine(), "b", "k")), "NoSuchKey");
  }
}

TEST_P(RaceTest, CreateBucket_byAll_oneWins) {
  for (int round = 0; round < 5; ++round) {
    Outcomes outcomes;
    race([&](int) {
      BucketInfo info;
      info.name = "race" + std::to_string(round);
      outcomes.note(code(sync_wait(engine().create_bucket(info))), "BucketAlreadyExists");
    });
    outcomes.expect_one_winner();
  }
}

TEST_P(RaceTest, Complete_byAll_givesOneObject) {
  set_versioning(engine(), "b", Versioning::enabled);
  for (int round = 0; round < kRounds; ++round) {
    const std::string key = "k" + std::to_string(round);
    const UploadInfo upload = must(create_upload(engine(), "b", key));
    must(put_part(engine(), upload, 1, pattern(3000)));
    std::mutex mutex;
    std::set<std::string> versions;
    race([&](int) {
      const ObjectPtr made = must(complete(engine(), upload, plan_of_all()));
      const std::lock_guard lock(mutex);
      versions.insert(made->version_id);
    });
    EXPECT_EQ(versions.size(), 1U);
  }
  EXPECT_EQ(usage("b"), (Usage{kRounds, kRounds, 0, kRounds * 3000}));
}

TEST_P(RaceTest, CompleteAndAbort_together_oneHappens) {
  for (int round = 0; round < kRounds; ++round) {
    const std::string key = "k" + std::to_string(round);
    const UploadInfo upload = must(create_upload(engine(), "b", key));
    must(put_part(engine(), upload, 1, pattern(3000)));
    std::atomic<int> completed = 0;
    std::atomic<int> aborted = 0;
    race([&](int thread) {
      const std::string outcome = thread % 2 == 0 ? code(abort(engine(), upload)) : code(complete(engine(), upload, plan_of_all()));
      if (outcome != "ok" && outcome != "NoSuchUpload") throw std::runtime_error(outcome);
      if (outcome == "ok") ++(thread % 2 == 0 ? aborted : completed);
    });
    EXPECT_LE(aborted, 1);
    EXPECT_NE(aborted == 1, completed > 0);
    EXPECT_EQ(code(head(engine(), "b", key)), completed > 0 ? "ok" : "NoSuchKey");
  }
}

TEST_P(RaceTest, Parts_writtenByAll_areAllThere) {
  const UploadInfo upload = must(create_upload(engine(), "b", "k"));
  race([&](int thread) {
    for (int i = 0; i < 10; ++i) {
      const auto number = static_cast<std::uint32_t>(1 + thread + i * kThreads);
      must(put_part(engine(), upload, number, pattern(2000 + number, number)));
    }
  });
  must(complete(engine(), upload, plan_of_all()));
  std::string whole;
  for (unsigned number = 1; number <= 10U * kThreads; ++number) whole += pattern(2000 + number, number);
  EXPECT_TRUE(must(get(engine(), "b", "k")) == whole);
}

TEST_P(RaceTest, SamePart_writtenByAll_isOneOfThem) {
  for (int round = 0; round < 5; ++round) {
    const UploadInfo upload = must(create_upload(engine(), "b", "k"));
    race([&](int thread) { must(put_part(engine(), upload, 1, pattern(5000, static_cast<unsigned>(thread)))); });
    must(complete(engine(), upload, plan_of_all()));
    const std::string content = must(get(engine(), "b", "k"));
    bool found = false;
    for (unsigned thread = 0; thread < kThreads; ++thread) found = found || content == pattern(5000, thread);
    EXPECT_TRUE(found);
  }
}

TEST_P(RaceTest, UpdateBucket_byAll_losesNone) {
  race([&](int thread) {
    for (int i = 0; i < 10; ++i) {
      must(update_bucket(engine(), "b", [=](BucketInfo& info) {
        info.configuration["t" + std::to_string(thread) + "-" + std::to_string(i)] = "x";
        return Result<>();
      }));
    }
  });
  EXPECT_EQ(must(engine().bucket("b"))->configuration.size(), 10U * kThreads);
}

TEST_P(RaceTest, Update_byAll_losesNone) {
  must(put(engine(), "b", "k", pattern(5000)));
  race([&](int thread) {
    for (int i = 0; i < 5; ++i) {
      must(update(engine(), {"b", "k", ""}, [=](ObjectAttributes& attributes) {
        attributes.properties.emplace_back("t" + std::to_string(thread) + "-" + std::to_string(i), "x");
        return Result<>();
      }));
    }
  });
  EXPECT_EQ(must(head(engine(), "b", "k"))->properties.size(), 5U * kThreads);
  EXPECT_EQ(must(get(engine(), "b", "k")), pattern(5000));
}

TEST_P(RaceTest, ReadersAndWriters_ofOneKey_seeWholeVersions) {
  must(put(engine(), "b", "k", pattern(100)));
  race([&](int thread) {
    for (unsigned i = 0; i < 40; ++i) {
      if (thread % 2 == 0) {
        const std::size_t size = 100 + (i % 4) * 20'000;
        must(put(engine(), "b", "k", pattern(size, i * kThreads + static_cast<unsigned>(thread))));
      } else {
        const auto reader = must(open(engine(), "b", "k"));
        const std::string content = must(read(*reader, i % 2 == 0));
        if (etag_of(content) != reader->info().etag) throw std::runtime_error("a reader saw a mixture");
      }
    }
  });
  EXPECT_EQ(usage("b").objects, 1U);
  EXPECT_EQ(usage("b").versions, 1U);
}

TEST_P(RaceTest, PutRemoveCopy_ofFewKeys_usageIsExact) {
  race([&](int thread) {
    for (int i = 0; i < 40; ++i) {
      const std::string key = "k" + std::to_string((thread + i) % 3);
      if (i % 4 == 3) {
        must(remove(engine(), "b", key));
      } else if (i % 4 == 2) {
        const std::string outcome = code(copy(engine(), Copy{{"b", key, ""}, "b", "copy of " + key}));
        if (outcome != "ok" && outcome != "NoSuchKey") throw std::runtime_error(outcome);
      } else {
        must(put(engine(), "b", key, pattern(static_cast<std::size_t>(i) * 100)));
      }
    }
  });
  ListQuery query;
  query.bucket = "b";
  Usage counted;
  for (const ListEntry& entry : must(sync_wait(engine().list(query))).objects) {
    ++counted.objects;
    ++counted.versions;
    counted.bytes += entry.size_bytes;
    EXPECT_EQ(etag_of(must(get(engine(), "b", entry.key))), entry.etag);
  }
  EXPECT_EQ(usage("b"), counted);
}

// What the listings say that a bucket holds.
Usage count(Engine& engine, const std::string& bucket) {
  Usage counted;
  VersionQuery query{bucket, "", "", "", "", 7};
  for (bool more = true; more;) {
    const VersionPage page = must(sync_wait(engine.list_versions(query)));
    for (const ObjectInfo& info : page.versions) {
      if (info.delete_marker) {
        ++counted.delete_markers;
        continue;
      }
      ++counted.versions;
      counted.bytes += info.size_bytes;
      if (info.is_latest) ++counted.objects;
      if (info.part_count == 0 && etag_of(must(get(engine, bucket, info.key, info.version_id))) != info.etag) ADD_FAILURE() << info.key;
    }
    query.key_marker = page.next_key;
    query.version_id_marker = page.next_version_id;
    more = page.truncated;
  }
  return counted;
}

// One of everything that changes a key. What may be gone by then may say so.
void change_anything(Engine& engine, const std::string& key, std::mt19937& random, unsigned salt) {
  std::string outcome = "ok";
  switch (random() % 8) {
    case 0:
    case 1:
    case 2:
      outcome = code(put(engine, "b", key, pattern(random() % 3 == 0 ? 9000 : 90, salt)));
      break;
    case 3:
      outcome = code(copy(engine, Copy{{"b", key, ""}, "b", "copy of " + key}));
      break;
    case 4:
      outcome = code(remove(engine, "b", key));
      break;
    case 5: {
      const auto current = head(engine, "b", key);
      if (current) outcome = code(remove(engine, "b", key, (*current)->version_id));
      break;
    }
    case 6: {
      const AttributesChange change = [salt](ObjectAttributes& attributes) {
        set_attribute(attributes.tags, "salt", std::to_string(salt));
        return Result<>();
      };
      outcome = code(update(engine, {"b", key, ""}, change));
      break;
    }
    default:
      put_multipart(engine, "b", key, {pattern(2000, salt), pattern(200, salt)});
  }
  if (outcome != "ok" && outcome != "NoSuchKey") throw std::runtime_error(outcome);
}

TEST_P(RaceTest, Anything_byAll_countersAndListingsAgree) {
  for (const Versioning versioning : {Versioning::unversioned, Versioning::enabled, Versioning::suspended}) {
    set_versioning(engine(), "b", versioning);
    race([&](int thread) {
      std::mt19937 random(static_cast<unsigned>(thread));
      for (unsigned i = 0; i < 60; ++i) {
        change_anything(engine(), "k" + std::to_string(random() % 5), random, i * kThreads + static_cast<unsigned>(thread));
      }
    });
    EXPECT_EQ(usage("b"), count(engine(), "b"));
  }
}

TEST_P(RaceTest, DeleteBucketAndPut_together_neverLoseAnAcknowledgedObject) {
  for (int round = 0; round < kRounds; ++round) {
    const std::string bucket = "race" + std::to_string(round);
    make_bucket(engine(), bucket);
    std::atomic<bool> deleted = false;
    std::atomic<int> stored = 0;
    race([&](int thread) {
      const std::string outcome =
          thread == 0 ? code(sync_wait(engine().delete_bucket(bucket))) : code(put(engine(), bucket, "k" + std::to_string(thread), "x"));
      if (outcome != "ok" && outcome != "NoSuchBucket" && outcome != "BucketNotEmpty") throw std::runtime_error(outcome);
      if (outcome == "ok" && thread == 0) deleted = true;
      if (outcome == "ok" && thread != 0) ++stored;
    });
    EXPECT_NE(deleted.load(), stored > 0) << "deleted an object, or said that an empty bucket wasn't";
    if (!deleted) {
      EXPECT_EQ(usage(bucket).objects, static_cast<std::uint64_t>(stored));
    }
  }
}

TEST_P(RaceTest, Feed_whileAllWrite_seesEveryChangeInOrder) {
  must(sync_wait(engine().create_cursor("f")));
  std::vector<std::string> seen;
  std::uint64_t last = 0;
  const auto follow = [&] {
    for (const ChangeEvent& event : must(sync_wait(engine().changes("f", 50)))) {
      if (event.seq <= last) continue;  // at least once
      last = event.seq;
      seen.push_back(event.key);
    }
    if (last > 0) must(sync_wait(engine().advance_cursor("f", last)));
  };
  race([&](int thread) {
    for (int i = 0; i < 50; ++i) {
      if (thread == 0) {
        follow();
      } else {
        must(put(engine(), "b", "t" + std::to_string(thread) + "-" + std::to_string(i), "x"));
      }
    }
  });
  for (std::size_t before = seen.size() + 1; before != seen.size();) {
    before = seen.size();
    follow();
  }
  EXPECT_EQ(seen.size(), 50U * (kThreads - 1));
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), seen.size());
}

TEST_P(RaceTest, Listings_whileAllWrite_showKeysInOrder) {
  for (int i = 0; i < 50; ++i) must(put(engine(), "b", "fixed" + std::to_string(100 + i), "x"));
  race([&](int thread) {
    for (int i = 0; i < 30; ++i) {
      if (thread % 2 == 0) {
        must(put(engine(), "b", "moving" + std::to_string(i % 5), "x"));
        must(remove(engine(), "b", "moving" + std::to_string(i % 5)));
      } else {
        ListQuery query;
        query.bucket = "b";
        const ListPage page = must(sync_wait(engine().list(query)));
        if (page.objects.size() < 50 || page.objects.size() > 55) throw std::runtime_error("a listing lost or invented keys");
        if (!std::ranges::is_sorted(page.objects, {}, &ListEntry::key)) throw std::runtime_error("a listing out of order");
      }
    }
  });
}

}  // namespace
}  // namespace holdfast::storage::conformance
