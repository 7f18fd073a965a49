// Random operations against two engines in lockstep: every answer of the engine under test must be that of the memory
// engine, but for ids and sequence numbers, which are compared by the order in which they were first seen.
#pragma once

#include "conformance.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace holdfast::storage::model {

// Ids as one engine gave them, and names for them that are the same for both engines.
class Names {
 public:
  explicit Names(std::string kind) : kind_(std::move(kind)) {}
  std::string name(const std::string& id);        // "" and "null" are their own names
  std::string id(const std::string& name) const;  // of what isn't a name: itself

 private:
  std::string kind_;
  std::map<std::string, std::string> names_;
  std::map<std::string, std::string> ids_;
};

struct Side {
  conformance::Home* home = nullptr;
  Names versions{"version-"};
  Names uploads{"upload-"};
  std::map<std::string, std::uint64_t> fed;  // follower -> seq up to which its events are done with
  std::string seen;                          // what the last precondition and planner were shown

  Engine& engine() const { return home->engine(); }
};

struct NamedVersion {
  std::string bucket;
  std::string key;
  std::string version;  // name
};
struct NamedUpload {
  std::string bucket;
  std::string key;
  std::string upload;  // name
};

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }
  bool chance(unsigned percent) { return below(100) < percent; }
  template <class T>
  const T& of(const std::vector<T>& all) {
    return all[below(all.size())];
  }

 private:
  std::mt19937_64 engine_;
};

class Model {
 public:
  Model(const conformance::Kind& subject, std::uint64_t seed);
  ~Model();

  // One random operation on both. Throws std::runtime_error with the story when the answers differ.
  void step();
  // Compares all that there is.
  void compare_everything();
  // Compares, closes, and checks what the engine under test leaves behind.
  void finish();
  std::uint64_t steps() const { return steps_; }

 private:
  struct HeldReader {
    std::array<std::unique_ptr<Reader>, 2> readers;
    std::uint64_t size_bytes = 0;
  };
  struct HeldWriter {
    std::array<std::unique_ptr<ObjectWriter>, 2> writers;
    std::string content;
    std::size_t written = 0;
  };

  template <class Call>
  void both(const std::string& what, Call call);
  void tell(const std::string& what);

  // operations
  void put();
  void hold_writer();
  void go_on_writing();
  void head();
  void get();
  void hold_reader();
  void read_held();
  void copy();
  void remove();
  void update();
  void list();
  void list_versions();
  void list_uploads();
  void list_parts();
  void page_through();
  void create_upload();
  void put_part();
  void complete();
  void abort();
  void create_bucket();
  void delete_bucket();
  void update_bucket();
  void usage();
  void documents();
  void feed();
  void restart();

  // choices
  std::string bucket();
  std::string key();
  std::string content();
  bool chance_of_large();
  NamedVersion version(bool often_current);
  NamedUpload upload();
  ObjectAttributes attributes();
  std::string prefix();
  std::string delimiter();
  std::uint32_t page_size();
  enum class Condition { none, absent, match, no_match, never };
  Condition condition();
  Precondition precondition(Side& side, Condition condition, const std::string& etag) const;
  std::string current_etag(const std::string& bucket, const std::string& key);

  // texts
  std::string text(Side& side, const ObjectInfo& info);
  std::string text(Side& side, const Result<ObjectPtr>& object);
  std::string text(Side& side, const Result<DeleteOutcome>& outcome);
  std::string text(Side& side, const Result<VersionPage>& page);
  std::string text(Side& side, const Result<UploadPage>& page);
  std::string text(Side& side, const UploadInfo& info);
  std::string everything(Side& side);
  std::string bucket_text(Side& side, const BucketInfo& info);
  std::string version_content(Side& side, const std::string& bucket, const ObjectInfo& info);
  std::vector<ChangeEvent> events(Side& side, const std::string& follower);
  std::string events_text(Side& side, const std::vector<ChangeEvent>& events);

  void know(const std::string& bucket, const std::string& key, const std::string& version);

  bool durable_;
  Random random_;
  ManualClock clock_;
  std::array<std::unique_ptr<conformance::Home>, 2> homes_;
  std::array<Side, 2> sides_;
  std::vector<std::string> keys_;
  std::deque<NamedVersion> versions_;
  std::deque<NamedUpload> uploads_;
  std::vector<HeldReader> readers_;
  std::vector<HeldWriter> writers_;
  std::deque<std::string> story_;
  std::uint64_t steps_ = 0;
};

}  // namespace holdfast::storage::model
