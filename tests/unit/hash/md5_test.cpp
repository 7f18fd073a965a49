#include "hash/md5.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <deque>
#include <random>
#include <thread>

#include "holdfast/base/random.hpp"
#include "holdfast/hash/md5_lanes.hpp"

namespace holdfast::hash {
namespace {

std::vector<std::byte> random_message(std::size_t size) {
  std::vector<std::byte> message(size);
  random_bytes(message);
  return message;
}

Digest openssl_md5(ByteView message) {
  std::array<unsigned char, 16> out;
  unsigned size = 0;
  if (EVP_Digest(message.data(), message.size(), out.data(), &size, EVP_md5(), nullptr) != 1) throw std::runtime_error("EVP_Digest");
  return Digest(std::as_bytes(std::span(out)));
}

TEST(Md5, AgreesWithOpensslAtEveryLength) {
  const auto message = random_message(300);
  for (std::size_t size = 0; size <= message.size(); ++size) {
    const ByteView text = ByteView(message).first(size);
    EXPECT_EQ(digest(Algorithm::md5, text), openssl_md5(text)) << size;
  }
}

TEST(Md5, TakesPiecesOfEverySize) {
  const auto message = random_message(10'000);
  std::mt19937 random(1);
  for (int round = 0; round < 100; ++round) {
    Md5 md5;
    for (ByteView rest = message; !rest.empty();) {
      const ByteView piece = rest.first(std::min<std::size_t>(rest.size(), random() % 200));
      md5.update(piece);
      rest = rest.subspan(piece.size());
    }
    ASSERT_EQ(md5.finish(), openssl_md5(message)) << round;
  }
}

class Md5Codes : public ::testing::TestWithParam<Md5Code> {};

TEST_P(Md5Codes, EveryNumberOfLanesIsEachMessagesOwnMd5) {
  if (!md5_code_available(GetParam())) GTEST_SKIP() << "not on this processor";
  constexpr std::size_t kBlocks = 9;
  for (std::size_t count = 1; count <= kMd5MaxLanes; ++count) {
    std::vector<std::vector<std::byte>> messages;
    std::deque<Md5> md5s(count);
    std::vector<Md5Lane> lanes;
    for (std::size_t i = 0; i < count; ++i) {
      messages.push_back(random_message(kBlocks * kMd5BlockSize + 5));
      const ByteView whole = md5s[i].take_ends(messages[i]);
      ASSERT_EQ(whole.size(), kBlocks * kMd5BlockSize);
      lanes.push_back({&md5s[i].state(), whole.data()});
    }
    md5_advance(lanes, kBlocks, GetParam());
    for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(md5s[i].finish(), openssl_md5(messages[i])) << count << " lanes, lane " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Md5Codes, ::testing::Values(Md5Code::plain, Md5Code::avx2, Md5Code::avx512));

Task<void> hash_in_pieces(Md5Lanes& lanes, ByteView message, std::size_t piece_bytes, Md5& md5) {
  const Md5Lanes::Stream stream(lanes);
  for (; !message.empty(); message = message.subspan(std::min(piece_bytes, message.size()))) {
    co_await lanes.update(md5, message.first(std::min(piece_bytes, message.size())));
  }
}

Digest md5_of(Md5Lanes& lanes, ByteView message, std::size_t piece_bytes) {
  Md5 md5;
  sync_wait(hash_in_pieces(lanes, message, piece_bytes, md5));
  return md5.finish();
}

TEST(Md5Lanes, OneStreamIsComputedByItsOwnThread) {
  Md5Lanes lanes;
  const auto message = random_message(100'000);
  EXPECT_EQ(md5_of(lanes, message, 777), openssl_md5(message));
}

TEST(Md5Lanes, StreamsThatComeAndGoGetTheirOwnMd5) {
  Md5Lanes lanes;
  const std::vector<Md5Lanes::Stream> others = [&] {
    std::vector<Md5Lanes::Stream> open;
    for (int i = 0; i < 4; ++i) open.emplace_back(lanes);
    return open;
  }();
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < 24; ++i) {
    threads.emplace_back([&lanes, i] {
      const auto message = random_message(i * 40'000 + i);
      EXPECT_EQ(md5_of(lanes, message, 1000 + i * 5000), openssl_md5(message)) << i;
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace holdfast::hash
