#include "s3/router.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace holdfast::s3 {
namespace {

// The name of the operation, or of the error.
std::string route(std::string_view method, std::string_view path, std::string_view raw_query = {}, std::string_view header = {}) {
  http::Request request;
  request.method = method;
  request.path = path;
  request.query = raw_query;
  if (!header.empty()) request.headers.emplace_back(header, "value");
  const auto address = *parse_address(path, "h", {});
  const auto query = *Query::parse(raw_query);
  const auto row = find_route(request, address, query);
  return row ? std::string((*row)->name) : std::string(row.error().name());
}

TEST(RouterTest, PlainOperations) {
  EXPECT_EQ(route("GET", "/"), "ListBuckets");
  EXPECT_EQ(route("PUT", "/b"), "CreateBucket");
  EXPECT_EQ(route("HEAD", "/b/"), "HeadBucket");
  EXPECT_EQ(route("DELETE", "/b"), "DeleteBucket");
  EXPECT_EQ(route("GET", "/b"), "ListObjects");
  EXPECT_EQ(route("GET", "/b/k"), "GetObject");
  EXPECT_EQ(route("HEAD", "/b/k"), "HeadObject");
  EXPECT_EQ(route("PUT", "/b/k"), "PutObject");
  EXPECT_EQ(route("DELETE", "/b/k"), "DeleteObject");
  EXPECT_EQ(route("PUT", "/b/dir/"), "PutObject");
}

TEST(RouterTest, Selectors) {
  EXPECT_EQ(route("GET", "/b", "list-type=2"), "ListObjectsV2");
  EXPECT_EQ(route("GET", "/b", "list-type=1"), "ListObjects");
  EXPECT_EQ(route("GET", "/b", "versions"), "ListObjectVersions");
  EXPECT_EQ(route("GET", "/b", "uploads="), "ListMultipartUploads");
  EXPECT_EQ(route("POST", "/b", "delete"), "DeleteObjects");
  EXPECT_EQ(route("POST", "/b/k", "uploads"), "CreateMultipartUpload");
  EXPECT_EQ(route("POST", "/b/k", "uploadId=x"), "CompleteMultipartUpload");
  EXPECT_EQ(route("PUT", "/b/k", "partNumber=1&uploadId=x"), "UploadPart");
  EXPECT_EQ(route("GET", "/b/k", "uploadId=x"), "ListParts");
  EXPECT_EQ(route("DELETE", "/b/k", "uploadId=x"), "AbortMultipartUpload");
  EXPECT_EQ(route("GET", "/b/k", "partNumber=1"), "GetObject");
  EXPECT_EQ(route("GET", "/b", "analytics&id=1"), "GetBucketAnalyticsConfiguration");
  EXPECT_EQ(route("GET", "/b", "analytics"), "ListBucketAnalyticsConfigurations");
}

TEST(RouterTest, Headers) {
  EXPECT_EQ(route("PUT", "/b/k", "", "x-amz-copy-source"), "CopyObject");
  EXPECT_EQ(route("PUT", "/b/k", "partNumber=1&uploadId=x", "x-amz-copy-source"), "UploadPartCopy");
}

TEST(RouterTest, UnknownParametersAreIgnored) {
  EXPECT_EQ(route("GET", "/b/k", "x-id=GetObject&response-content-type=a&whatever"), "GetObject");
  EXPECT_EQ(route("GET", "/b", "X-Amz-Signature=x&list-type=2"), "ListObjectsV2");
  EXPECT_EQ(route("GET", "/b/k", "versionId=1"), "GetObject");
}

TEST(RouterTest, ASubresourceNeverFallsThroughToAnotherOperation) {
  EXPECT_EQ(route("DELETE", "/b", "acl"), "MethodNotAllowed");
  EXPECT_EQ(route("DELETE", "/b", "versioning"), "MethodNotAllowed");
  EXPECT_EQ(route("DELETE", "/b", "uploads"), "MethodNotAllowed");
  EXPECT_EQ(route("DELETE", "/b/k", "acl"), "MethodNotAllowed");
  EXPECT_EQ(route("DELETE", "/b/k", "retention"), "MethodNotAllowed");
  EXPECT_EQ(route("PUT", "/b/k", "uploads"), "MethodNotAllowed");
  EXPECT_EQ(route("PUT", "/b/k", "attributes", "x-amz-copy-source"), "MethodNotAllowed");
  EXPECT_EQ(route("PUT", "/b", "location"), "MethodNotAllowed");
}

TEST(RouterTest, WrongMethods) {
  EXPECT_EQ(route("PATCH", "/b/k"), "MethodNotAllowed");
  EXPECT_EQ(route("PUT", "/"), "MethodNotAllowed");
  EXPECT_EQ(route("POST", "/b/k"), "MethodNotAllowed");
  EXPECT_EQ(route("get", "/b/k"), "MethodNotAllowed");
}

TEST(RouteTableTest, RowsAreTold) {
  std::set<std::string> names;
  std::set<std::string> selectors;
  for (const Route& row : kRoutes) {
    EXPECT_TRUE(names.insert(std::string(row.name)).second) << row.name;
    const std::string how = std::to_string(static_cast<int>(row.method)) + "|" + std::to_string(static_cast<int>(row.level)) + "|" +
                            std::string(row.selector) + "|" + std::string(row.header);
    EXPECT_TRUE(selectors.insert(how).second) << row.name;
  }
}

// A row without an action is open to whoever can send a request: each such operation asks for itself.
TEST(RouteTableTest, OnlyTheseAuthorizeThemselves) {
  std::set<std::string> names;
  for (const Route& row : kRoutes) {
    if (row.action.empty()) names.emplace(row.name);
  }
  EXPECT_EQ(names, (std::set<std::string>{"DeleteObjects", "ListBuckets", "PostObject"}));
}

// docs/s3-compatibility.md, found from the build folder upwards: operation -> state.
std::map<std::string, std::string> documented_states() {
  namespace fs = std::filesystem;
  auto folder = fs::current_path();
  while (!fs::exists(folder / "docs/s3-compatibility.md") && folder != folder.root_path()) folder = folder.parent_path();
  std::ifstream file(folder / "docs/s3-compatibility.md");
  std::map<std::string, std::string> states;
  for (std::string line; std::getline(file, line);) {
    std::istringstream cells(line);
    std::string bar;
    std::string name;
    std::string state;
    if (cells >> bar >> name >> bar >> state && line.starts_with("| ")) states[name] = state;
  }
  return states;
}

TEST(RouteTableTest, TheDocumentSaysTheSame) {
  const auto states = documented_states();
  for (const Route& row : kRoutes) {
    const auto documented = states.find(std::string(row.name));
    ASSERT_NE(documented, states.end()) << row.name << " has no line in docs/s3-compatibility.md";
    EXPECT_EQ(documented->second, row.run != nullptr ? "yes" : "no") << row.name;
  }
}

}  // namespace
}  // namespace holdfast::s3
