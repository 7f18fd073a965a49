// Writes what an import brings, by the engine's interface, and compares it.
#pragma once

#include "server/import/minio_format.hpp"

#include "holdfast/storage/engine.hpp"

#include <functional>
#include <string>

namespace holdfast::server::import {

// Bytes of one part from its beginning: a piece at a time, empty at the end.
using NextPiece = std::function<Result<ByteView>()>;
using OpenPart = std::function<Result<NextPiece>(const SourcePart&)>;

class Target {
 public:
  // `clock` is the engine's: it shows the time that a version is to have while that is written.
  Target(storage::Engine& engine, ManualClock& clock) : engine_(engine), clock_(clock) {}

  // The bucket, without what would touch the writes of an import (quota, default retention, versioning): see finish.
  Result<> begin_bucket(const std::string& name, TimePoint created);
  // Brings the configuration. What couldn't be brought is said in the answer, a line each.
  Result<std::vector<std::string>> finish_bucket(const std::string& name, const SourceBucket& bucket);

  // True if that version is there already, from an import that was interrupted.
  Result<bool> has(const std::string& bucket, const std::string& key, const SourceVersion& version);
  // Versions of a key must come oldest first.
  Result<> put(const std::string& bucket, const std::string& key, const SourceVersion& version, const OpenPart& open);
  // Reads the version back and compares each byte with the source.
  Result<> compare(const std::string& bucket, const std::string& key, const SourceVersion& version, const OpenPart& open);

 private:
  Result<> set_versioning(const std::string& bucket, storage::Versioning versioning);
  Result<> put_marker(const std::string& bucket, const std::string& key);
  Result<> put_plain(const std::string& bucket, const std::string& key, const SourceVersion& version, const OpenPart& open);
  Result<> put_parts(const std::string& bucket, const std::string& key, const SourceVersion& version, const OpenPart& open);
  Result<storage::ObjectInfo> find(const std::string& bucket, const std::string& key, const SourceVersion& version);

  storage::Engine& engine_;
  ManualClock& clock_;
};

}  // namespace holdfast::server::import
