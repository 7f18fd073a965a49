#include "holdfast/auth/credentials.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace holdfast::auth::test {
namespace {

TEST(RootCredentials, KnowOneKey) {
  const auto store = make_root_credentials("root", "secret");
  const auto found = store->find("root");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->access_key, "root");
  EXPECT_EQ(found->secret_key, "secret");
  EXPECT_TRUE(found->principal->is_unrestricted());
  for (const std::string_view other : std::vector<std::string_view>{"", "Root", "root ", "roo", "root2"})
    EXPECT_FALSE(store->find(other)) << other;
}

TEST(Loopback, Addresses) {
  for (const std::string_view ip :
       std::vector<std::string_view>{"127.0.0.1", "127.0.0.0", "127.255.255.255", "127.1.2.3", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1",
                                     "::FFFF:127.9.9.9", "::ffff:7f00:1"}) {
    EXPECT_TRUE(is_loopback_address(ip)) << ip;
  }
  using namespace std::string_view_literals;
  for (const std::string_view ip : std::vector<std::string_view>{"",
                                                                 "128.0.0.1",
                                                                 "126.255.255.255",
                                                                 "10.0.0.1",
                                                                 "0.0.0.0",
                                                                 "::",
                                                                 "::2",
                                                                 "::ffff:128.0.0.1",
                                                                 "::ffff:10.0.0.1",
                                                                 "::127.0.0.1",
                                                                 "::fffe:127.0.0.1",
                                                                 "64:ff9b::127.0.0.1",
                                                                 "127.1",
                                                                 "127",
                                                                 "127.0.0.1.",
                                                                 "127.0.0.1.evil.com",
                                                                 "127.0.0.256",
                                                                 "0127.0.0.1",
                                                                 "127.0.0.1 ",
                                                                 " 127.0.0.1",
                                                                 "127.0.0.1:80",
                                                                 "[::1]",
                                                                 "::1%lo",
                                                                 "localhost",
                                                                 "127.0.0.1\0.evil"sv,
                                                                 "::1\0"sv,
                                                                 "fe80::1",
                                                                 "1::1",
                                                                 "::1:1",
                                                                 "0x7f.0.0.1",
                                                                 "2130706433",
                                                                 "::ffff:127.0.0.1:1:2:3:4:5:6:7:8:9:10:11:12:13:14:15:16"}) {
    EXPECT_FALSE(is_loopback_address(ip)) << ip;
  }
}

TEST(Loopback, Hosts) {
  for (const std::string_view host :
       std::vector<std::string_view>{"localhost", "localhost:9000", "LocalHost:1", "127.0.0.1", "127.0.0.1:9000", "127.9.8.7:65535",
                                     "[::1]", "[::1]:9000", "[::ffff:127.0.0.1]:9000"}) {
    EXPECT_TRUE(is_loopback_host(host)) << host;
  }
  using namespace std::string_view_literals;
  for (const std::string_view host : std::vector<std::string_view>{"",
                                                                   ":",
                                                                   ":9000",
                                                                   "localhost.",
                                                                   "localhost.:9000",
                                                                   "localhost.evil.com",
                                                                   "localhost.evil.com:9000",
                                                                   "evil.localhost",
                                                                   "evil.com",
                                                                   "127.0.0.1.evil.com",
                                                                   "127.0.0.1.",
                                                                   "127.1",
                                                                   "localhost:",
                                                                   "localhost:x",
                                                                   "localhost:-1",
                                                                   "localhost:65536",
                                                                   "localhost:9000:9000",
                                                                   "localhost:9000@evil.com",
                                                                   "user@localhost",
                                                                   "localhost@evil.com",
                                                                   "localhost/",
                                                                   "localhost ",
                                                                   " localhost",
                                                                   "localhost\0"sv,
                                                                   "localhost\0.evil.com"sv,
                                                                   "[::1",
                                                                   "::1",
                                                                   "[::1].evil.com",
                                                                   "[::1]x",
                                                                   "[::1]:",
                                                                   "[::1]:x",
                                                                   "[::1]9000",
                                                                   "[localhost]",
                                                                   "[127.0.0.1]",
                                                                   "[]",
                                                                   "[",
                                                                   "]",
                                                                   "[::2]",
                                                                   "minio:9000",
                                                                   "192.168.0.1:9000",
                                                                   "0.0.0.0:9000",
                                                                   "[::]:9000",
                                                                   "[::1]:99999",
                                                                   "localhost,evil.com"}) {
    EXPECT_FALSE(is_loopback_host(host)) << host;
  }
}

}  // namespace
}  // namespace holdfast::auth::test
