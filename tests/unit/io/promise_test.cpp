#include "holdfast/io/promise.hpp"

#include <gtest/gtest.h>

namespace holdfast::io {
namespace {

TEST(BrokenPromise, IsNamedForFileSystemsThatMayForget) {
  for (const unsigned long magic : {0x01021994UL, 0x794c7630UL, 0x6969UL, 0xFF534D42UL, 0xFE534D42UL, 0x65735546UL, 0x01021997UL}) {
    EXPECT_TRUE(broken_promise_of(magic)) << std::hex << magic;
  }
  for (const unsigned long magic : {0xEF53UL, 0x58465342UL, 0x9123683EUL, 0x2FC12FC1UL}) {
    EXPECT_FALSE(broken_promise_of(magic)) << std::hex << magic;
  }
}

TEST(BrokenPromise, IsToldOfAPath) {
  EXPECT_TRUE(broken_promise("/dev/shm"));
  EXPECT_FALSE(broken_promise("/no such path"));
}

}  // namespace
}  // namespace holdfast::io
