// MD5 of bodies that arrive at the same time. One MD5 leaves most of a core idle, since each of its steps waits for the one
// before; several computed side by side take little longer than one.
#pragma once

#include "holdfast/base/bytes.hpp"
#include "holdfast/base/task.hpp"

#include <atomic>
#include <cstddef>
#include <memory>

namespace holdfast::hash {

class Md5;

// Collects blocks of bodies from all I/O threads. A thread of its own takes what has come, up to the lanes that the
// processor has, and takes in what comes meanwhile. Nobody waits for others to come: while few bodies are under way each is
// computed at once by its own thread.
class Md5Lanes {
 public:
  Md5Lanes();
  ~Md5Lanes();  // nothing may be under way
  Md5Lanes(const Md5Lanes&) = delete;
  Md5Lanes& operator=(const Md5Lanes&) = delete;

  // A large body under way, from its first byte to its last.
  class Stream {
   public:
    Stream() = default;
    explicit Stream(Md5Lanes& lanes) noexcept;
    explicit operator bool() const noexcept { return lanes_ != nullptr; }
    Md5Lanes& lanes() const noexcept { return *lanes_; }

   private:
    struct Leave {
      void operator()(Md5Lanes* lanes) const noexcept;
    };
    std::unique_ptr<Md5Lanes, Leave> lanes_;
  };

  // As md5.update(bytes). `bytes` stay where they are until it returns.
  Task<void> update(Md5& md5, ByteView bytes);

 private:
  struct State;
  std::atomic<std::size_t> streams_{0};
  std::unique_ptr<State> state_;
};

}  // namespace holdfast::hash
