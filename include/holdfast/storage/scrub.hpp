// Looking for bit rot: everything that is stored is read and compared with its checksums.
#pragma once

#include "holdfast/storage/local_engine.hpp"

#include <cstdint>
#include <string>

namespace holdfast::storage {

// One file that isn't what was written, and whose it is. For uploads and parts `version_id` is the upload's id; for
// documents `bucket` is empty and `key` the document's name.
struct Damage {
  std::string bucket;
  std::string key;
  std::string version_id;
  std::string file;
  std::string what;
};

class ScrubObserver {
 public:
  virtual ~ScrubObserver() = default;
  // So many bytes were read since the last call. May wait, to limit the rate; false ends the scrub.
  virtual bool go_on(std::uint64_t bytes) = 0;
  // An object, an upload or a document has been looked at; `position` is where a scrub that ends now goes on.
  virtual void checked(const std::string& position) = 0;
  virtual void damaged(const Damage& damage) = 0;
};

struct ScrubOutcome {
  bool finished = false;  // false: the observer ended it
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0;
  std::uint64_t damaged = 0;
};

// An engine whose data the server has to look after itself; others (distributed stores) scrub on their own.
class Scrubbable {
 public:
  virtual ~Scrubbable() = default;
  // Reads what is stored, from `position` (empty: the beginning) to the end, and tells the observer. Blocks: for a thread
  // of the caller's own, any. Damage is no error; an error says that the scrub can't go on now.
  virtual Result<ScrubOutcome> scrub(const std::string& position, ScrubObserver& observer) = 0;
};
Scrubbable* as_scrubbable(Engine& engine) noexcept;  // nullptr if it isn't one

// The same for a folder that no server has open.
Result<ScrubOutcome> scrub_local(const LocalOptions& options, io::FileSystem& files, ScrubObserver& observer, const Progress& progress);

}  // namespace holdfast::storage
