#include "holdfast/hash/digest.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/random.hpp"

namespace holdfast::hash {
namespace {

constexpr std::array kAll = {Algorithm::md5, Algorithm::sha1, Algorithm::sha256, Algorithm::crc32, Algorithm::crc32c, Algorithm::crc64nvme};
constexpr std::array kCrcs = {Algorithm::crc32, Algorithm::crc32c, Algorithm::crc64nvme};

std::string hex_of(Algorithm algorithm, std::string_view text) { return digest(algorithm, as_bytes(text)).hex(); }

std::string random_text(std::size_t size) {
  std::string text(size, '\0');
  random_bytes(std::as_writable_bytes(std::span(text)));
  return text;
}

std::string from_hex(std::string_view text) {
  const auto bytes = hex_decode(text);
  return bytes ? std::string(as_text(*bytes)) : throw std::logic_error("test vector");
}

TEST(Digests, Md5Rfc1321) {
  EXPECT_EQ(hex_of(Algorithm::md5, ""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(hex_of(Algorithm::md5, "a"), "0cc175b9c0f1b6a831c399e269772661");
  EXPECT_EQ(hex_of(Algorithm::md5, "abc"), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(hex_of(Algorithm::md5, "message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
  EXPECT_EQ(hex_of(Algorithm::md5, "12345678901234567890123456789012345678901234567890123456789012345678901234567890"),
            "57edf4a22be3c955ac49da2e2107b67a");
}

TEST(Digests, ShaFips180) {
  EXPECT_EQ(hex_of(Algorithm::sha1, ""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(hex_of(Algorithm::sha1, "abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hex_of(Algorithm::sha256, ""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex_of(Algorithm::sha256, "abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_of(Algorithm::sha256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hex_of(Algorithm::sha256, std::string(1'000'000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Digests, CrcCheckValues) {
  EXPECT_EQ(hex_of(Algorithm::crc32, "123456789"), "cbf43926");
  EXPECT_EQ(hex_of(Algorithm::crc32c, "123456789"), "e3069283");
  EXPECT_EQ(hex_of(Algorithm::crc64nvme, "123456789"), "ae8b14860a799888");
  for (const Algorithm algorithm : kCrcs) EXPECT_EQ(hex_of(algorithm, ""), std::string(2 * digest_size(algorithm), '0'));
}

TEST(Digests, Crc32cRfc3720) {
  EXPECT_EQ(hex_of(Algorithm::crc32c, std::string(32, '\0')), "8a9136aa");
  EXPECT_EQ(hex_of(Algorithm::crc32c, std::string(32, '\xff')), "62a8ab43");
  std::string ascending;
  for (int i = 0; i < 32; ++i) ascending.push_back(static_cast<char>(i));
  EXPECT_EQ(hex_of(Algorithm::crc32c, ascending), "46dd794e");
}

// NVM Express base specification 2.0, table "64b CRC Test Cases".
TEST(Digests, Crc64NvmeSpecification) {
  EXPECT_EQ(hex_of(Algorithm::crc64nvme, std::string(4096, '\0')), "6482d367eb22b64e");
  EXPECT_EQ(hex_of(Algorithm::crc64nvme, std::string(4096, '\xff')), "c0ddba7302eca3ac");
}

TEST(Digests, RunningCrc32c) {
  EXPECT_EQ(crc32c(0, as_bytes("123456789")), 0xe3069283U);
  EXPECT_EQ(crc32c(crc32c(0, as_bytes("1234")), as_bytes("56789")), 0xe3069283U);
  EXPECT_EQ(crc32c(7, {}), 7U);
}

TEST(Digests, SplitEqualsWhole) {
  for (const Algorithm algorithm : kAll) {
    for (int round = 0; round < 30; ++round) {
      const std::string text = random_text(random_u64() % 5'000);
      Hasher hasher(algorithm);
      for (std::string_view rest = text; !rest.empty();) {
        const std::size_t size = std::min<std::size_t>(rest.size(), random_u64() % 700);
        hasher.update(as_bytes(rest.substr(0, size)));
        rest.remove_prefix(size);
      }
      ASSERT_EQ(hasher.finish(), digest(algorithm, as_bytes(text))) << algorithm_name(algorithm);
    }
  }
}

TEST(Digests, HashersMove) {
  Hasher first(Algorithm::sha256);
  first.update(as_bytes("a"));
  Hasher second = std::move(first);
  second.update(as_bytes("bc"));
  Hasher third(Algorithm::crc32);
  third = std::move(second);
  EXPECT_EQ(third.finish(), digest(Algorithm::sha256, as_bytes("abc")));
}

TEST(Digests, ThreadsHaveTheirOwnContexts) {
  const std::string text = random_text(100'000);
  const Digest expected = digest(Algorithm::sha256, as_bytes(text));
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 20; ++n) wrong += digest(Algorithm::sha256, as_bytes(text)) == expected ? 0 : 1;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(Hmac, Rfc4231) {
  EXPECT_EQ(hmac_sha256(as_bytes(std::string(20, '\x0b')), as_bytes("Hi There")).hex(),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?")).hex(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hmac_sha256(as_bytes(std::string(131, '\xaa')), as_bytes("Test Using Larger Than Block-Size Key - Hash Key First")).hex(),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Hmac, Rfc2202) {
  EXPECT_EQ(hmac_sha1(as_bytes(std::string(20, '\x0b')), as_bytes("Hi There")).hex(), "b617318655057264e28bc0b6fb378c8ef146be00");
  EXPECT_EQ(hmac_sha1(as_bytes(std::string(80, '\xaa')), as_bytes("Test Using Larger Than Block-Size Key - Hash Key First")).hex(),
            "aa4ae5e15272d00e95705637ce8a3b55ed402112");
}

TEST(Hmac, EmptyKeyAndMessage) { EXPECT_EQ(hmac_sha256({}, {}).hex(), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"); }

TEST(Names, RoundTripAndIgnoreCase) {
  for (const Algorithm algorithm : kAll) {
    EXPECT_EQ(parse_algorithm(algorithm_name(algorithm)), algorithm);
    EXPECT_EQ(parse_algorithm(ascii_lower(algorithm_name(algorithm))), algorithm);
    EXPECT_EQ(digest(algorithm, {}).bytes().size(), digest_size(algorithm));
  }
  EXPECT_EQ(algorithm_name(Algorithm::crc64nvme), "CRC64NVME");
  for (const char* bad : {"", "CRC", "SHA-256", "CRC32 ", "sha512"}) EXPECT_FALSE(parse_algorithm(bad)) << bad;
}

TEST(DigestText, RoundTripsAndChecksLength) {
  for (const Algorithm algorithm : kAll) {
    const Digest value = digest(algorithm, as_bytes("x"));
    EXPECT_EQ(Digest::from_base64(algorithm, value.base64()), value);
    EXPECT_EQ(Digest::from_hex(algorithm, value.hex()), value);
    EXPECT_FALSE(Digest::from_hex(algorithm, value.hex() + "00"));
    EXPECT_FALSE(Digest::from_hex(algorithm, ""));
    EXPECT_FALSE(Digest::from_base64(algorithm, value.hex()));
    EXPECT_FALSE(Digest::from_base64(algorithm, "????"));
  }
  EXPECT_EQ(digest(Algorithm::crc32, as_bytes("123456789")).base64(), "y/Q5Jg==");
  EXPECT_NE(digest(Algorithm::crc32, {}), Digest());
  EXPECT_THROW(Digest(as_bytes(std::string(33, 'x'))), std::logic_error);
}

TEST(CrcCombine, EqualsTheWhole) {
  for (const Algorithm algorithm : kCrcs) {
    for (int round = 0; round < 60; ++round) {
      const std::string first = random_text(random_u64() % 3'000);
      const std::string second = random_text(round == 0 ? 0 : random_u64() % 3'000);
      const Digest combined =
          crc_combine(algorithm, digest(algorithm, as_bytes(first)), digest(algorithm, as_bytes(second)), second.size());
      ASSERT_EQ(combined, digest(algorithm, as_bytes(first + second))) << algorithm_name(algorithm);
    }
  }
}

// 5 TiB of zeros, built up by doubling, have the same CRC whichever way they are put together.
TEST(CrcCombine, LongLengths) {
  for (const Algorithm algorithm : kCrcs) {
    const auto doubled = [&](Digest value, std::uint64_t& length, int times) {
      for (; times > 0; --times, length *= 2) value = crc_combine(algorithm, value, value, length);
      return value;
    };
    std::uint64_t quarter_length = 1024;
    const Digest quarter = doubled(digest(algorithm, as_bytes(std::string(1024, '\0'))), quarter_length, 30);  // 1 TiB
    std::uint64_t four_length = quarter_length;
    const Digest four = doubled(quarter, four_length, 2);
    EXPECT_EQ(crc_combine(algorithm, four, quarter, quarter_length), crc_combine(algorithm, quarter, four, four_length));
  }
}

TEST(CrcCombine, OnlyCrcsOfTheRightSize) {
  const Digest md5 = digest(Algorithm::md5, {});
  EXPECT_THROW(crc_combine(Algorithm::md5, md5, md5, 0), std::logic_error);
  EXPECT_THROW(crc_combine(Algorithm::crc32, md5, md5, 0), std::logic_error);
  EXPECT_THROW(crc_combine(Algorithm::crc64nvme, digest(Algorithm::crc64nvme, {}), digest(Algorithm::crc32, {}), 0), std::logic_error);
}

TEST(Hmac, BinaryKey) {
  const std::string key = from_hex("0102030405060708090a0b0c0d0e0f10111213141516171819");
  EXPECT_EQ(hmac_sha256(as_bytes(key), as_bytes(std::string(50, '\xcd'))).hex(),
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
}

}  // namespace
}  // namespace holdfast::hash
