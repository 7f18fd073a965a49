#include "s3/cors.hpp"

#include <gtest/gtest.h>

namespace holdfast::s3 {
namespace {

TEST(CorsTest, Origins) {
  EXPECT_EQ(allowed_origin("*", "https://a.example"), "*");
  EXPECT_EQ(allowed_origin("https://a.example", "https://a.example"), "https://a.example");
  EXPECT_EQ(allowed_origin("https://a.example", "https://b.example"), "");
  EXPECT_EQ(allowed_origin("https://a.example, https://*.b.example", "https://x.b.example"), "https://x.b.example");
  EXPECT_EQ(allowed_origin("https://*.b.example", "https://b.example.evil"), "");
  EXPECT_EQ(allowed_origin("http://*:*", "http://host:80"), "http://host:80");
  EXPECT_EQ(allowed_origin("", "https://a.example"), "");
}

TEST(CorsTest, NoOriginNoHeaders) {
  http::Response response;
  add_cors_headers(http::Request{}, "*", response);
  EXPECT_TRUE(response.headers.empty());
}

}  // namespace
}  // namespace holdfast::s3
