// What a connection has received and not yet used. The header of the request being answered stays in front, sealed,
// so that views into it hold while its body streams through the room behind it.
#pragma once

#include "holdfast/base/bytes.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace holdfast::http {

class InputBuffer {
 public:
  static constexpr std::size_t kInitialBytes = 16 * 1024;
  static constexpr std::size_t kBodyRoomBytes = 8 * 1024;

  std::string_view text() const noexcept { return {data_.get() + begin_, size()}; }
  ByteView bytes() const noexcept { return as_bytes(text()); }
  std::size_t size() const noexcept { return end_ - begin_; }
  bool empty() const noexcept { return begin_ == end_; }

  // Room for at least `size` more bytes; may move what isn't sealed.
  ByteSpan prepare(std::size_t size) {
    if (empty()) begin_ = end_ = floor_;
    if (capacity_ - end_ < size) make_room(size);
    return std::as_writable_bytes(std::span(data_.get() + end_, capacity_ - end_));
  }
  void commit(std::size_t size) noexcept { end_ += size; }
  void consume(std::size_t size) noexcept { begin_ += size; }

  // Takes the first `size` bytes out of the stream and keeps them in place until unseal(). Leaves room behind them.
  std::span<char> seal(std::size_t size) {
    if (capacity_ - (begin_ + size) < kBodyRoomBytes) move_to(std::max(capacity_, size + kBodyRoomBytes), 0);
    const std::span<char> sealed(data_.get() + begin_, size);
    begin_ += size;
    floor_ = begin_;
    return sealed;
  }
  void unseal() {
    floor_ = 0;
    if (empty()) begin_ = end_ = 0;
    if (capacity_ > kInitialBytes && size() <= kInitialBytes / 2) move_to(kInitialBytes, 0);
  }

 private:
  void make_room(std::size_t size) {
    const std::size_t needed = floor_ + (end_ - begin_) + size;
    if (needed <= capacity_) return move_within();
    move_to(std::max({kInitialBytes, needed, capacity_ * 2}), floor_);
  }
  void move_within() {
    std::memmove(data_.get() + floor_, data_.get() + begin_, size());
    end_ = floor_ + size();
    begin_ = floor_;
  }
  void move_to(std::size_t capacity, std::size_t kept) {
    std::unique_ptr<char[]> moved(new char[capacity]);
    if (kept > 0) std::memcpy(moved.get(), data_.get(), kept);
    if (!empty()) std::memcpy(moved.get() + kept, data_.get() + begin_, size());
    end_ = kept + size();
    begin_ = kept;
    data_ = std::move(moved);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0;
  std::size_t floor_ = 0;  // end of what is sealed
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace holdfast::http
