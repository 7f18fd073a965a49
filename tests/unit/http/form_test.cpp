#include "holdfast/http/form.hpp"

#include <gtest/gtest.h>

namespace holdfast::http {
namespace {

struct Parsed {
  std::optional<ErrorCode> error;
  std::string file;
  std::string file_name;
  bool file_begun = false;
  std::vector<std::pair<std::string, std::string>> fields;

  bool operator==(const Parsed&) const = default;
};

Parsed parse(std::string_view wire, std::size_t step, std::string_view boundary = "XX") {
  FormParser parser(boundary);
  Parsed parsed;
  while (!wire.empty() && !parsed.error) {
    const std::string piece(wire.substr(0, step));
    wire.remove_prefix(piece.size());
    std::vector<ByteView> file;
    const auto outcome = parser.parse(as_bytes(piece), file);
    if (!outcome) parsed.error = outcome.error().code;
    for (const ByteView view : file) parsed.file += as_text(view);
  }
  const auto finished = parser.finish();
  if (!parsed.error && !finished) parsed.error = finished.error().code;
  parsed.file_name = parser.file_name();
  parsed.file_begun = parser.file_begun();
  parsed.fields = parser.fields();
  return parsed;
}

// However the wire is cut, the outcome is the same.
Parsed parse_all_ways(std::string_view wire) {
  const Parsed whole = parse(wire, wire.size() + 1);
  for (std::size_t step = 1; step <= 40; ++step) EXPECT_EQ(parse(wire, step), whole) << step;
  return whole;
}

std::string field(std::string_view name, std::string_view value) {
  return "--XX\r\nContent-Disposition: form-data; name=\"" + std::string(name) + "\"\r\n\r\n" + std::string(value) + "\r\n";
}
std::string file(std::string_view content, std::string_view name = "a.txt") {
  return "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + std::string(name) +
         "\"\r\nContent-Type: text/plain\r\n\r\n" + std::string(content) + "\r\n";
}
const std::string kEnd = "--XX--\r\n";

TEST(FormParserTest, FieldsAndFile) {
  const auto parsed = parse_all_ways(field("Key", "a/b") + field("x-amz-meta-color", "") + file("hello\r\nworld") + kEnd);
  EXPECT_FALSE(parsed.error);
  EXPECT_EQ(parsed.fields, (std::vector<std::pair<std::string, std::string>>{{"key", "a/b"}, {"x-amz-meta-color", ""}}));
  EXPECT_EQ(parsed.file, "hello\r\nworld");
  EXPECT_EQ(parsed.file_name, "a.txt");
}

TEST(FormParserTest, ContentThatLooksLikeABoundary) {
  for (const std::string content :
       {"\r\n--X", "\r\n--XY", "\r\n\r\n--X\r\n-", "--XX", "\r", "\r\n", "\r\r\n--\r\n--", "\r\n--\r\n--X\r\n--Xx"}) {
    const auto parsed = parse_all_ways(field("key", content) + file(content + content) + kEnd);
    EXPECT_FALSE(parsed.error) << content;
    EXPECT_EQ(parsed.fields.at(0).second, content);
    EXPECT_EQ(parsed.file, content + content);
  }
}

TEST(FormParserTest, BinaryAndEmptyFiles) {
  std::string content;
  for (int i = 0; i < 1024; ++i) content += static_cast<char>(i);
  EXPECT_EQ(parse_all_ways(file(content) + kEnd).file, content);
  const auto empty = parse_all_ways(file("") + kEnd);
  EXPECT_FALSE(empty.error);
  EXPECT_TRUE(empty.file_begun);
  EXPECT_EQ(empty.file, "");
}

TEST(FormParserTest, FieldsAfterTheFileAreIgnored) {
  const auto parsed = parse_all_ways(field("key", "a") + file("one") + field("acl", "public-read") + file("two") + kEnd + "epilogue");
  EXPECT_FALSE(parsed.error);
  EXPECT_EQ(parsed.fields.size(), 1U);
  EXPECT_EQ(parsed.file, "one");
}

TEST(FormParserTest, FieldsAfterTheFileAreKeptWhereAskedFor) {
  FormParser parser("XX", FieldsAfterFile::kept);
  std::vector<ByteView> bytes;
  const std::string part = "--XX\r\nContent-Disposition: form-data; name=file; filename=a.png\r\ncontent-type: image/png\r\n\r\none\r\n";
  const std::string wire = part + field("custom_name", "x/y") + file("two") + kEnd;
  ASSERT_TRUE(parser.parse(as_bytes(wire), bytes));
  ASSERT_TRUE(parser.finish());
  EXPECT_EQ(parser.file_type(), "image/png");
  EXPECT_EQ(parser.fields().at(0), (std::pair<std::string, std::string>("custom_name", "x/y")));
  ASSERT_EQ(bytes.size(), 1U);
  EXPECT_EQ(as_text(bytes.front()), "one");
}

TEST(FormParserTest, PreambleAndPaddingAreAllowed) {
  const std::string wire = "preamble\r\n--XX  \r\nContent-Disposition: form-data; name=key\r\n\r\nv\r\n--XX--";
  const auto parsed = parse_all_ways(wire);
  EXPECT_FALSE(parsed.error);
  EXPECT_EQ(parsed.fields.at(0), (std::pair<std::string, std::string>("key", "v")));
}

TEST(FormParserTest, FileNamesLoseTheirFolders) {
  EXPECT_EQ(parse_all_ways(file("x", "C:\\Users\\me\\photo.jpg") + kEnd).file_name, "photo.jpg");
  EXPECT_EQ(parse_all_ways(file("x", "../../etc/passwd") + kEnd).file_name, "passwd");
  EXPECT_EQ(parse_all_ways(file("x", "say \\\"hi\\\".txt") + kEnd).file_name, "say \"hi\".txt");
}

TEST(FormParserTest, NoFile) {
  const auto parsed = parse_all_ways(field("key", "a") + kEnd);
  EXPECT_FALSE(parsed.error);
  EXPECT_FALSE(parsed.file_begun);
}

TEST(FormParserTest, Malformed) {
  const std::string part = "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nv\r\n";
  for (const std::string& wire :
       {std::string(), std::string("--XX"), part, field("key", "a") + file("cut off"), "--XXjunk\r\n" + kEnd,
        std::string("--XX\r\n\r\nv\r\n") + kEnd, "--XX\r\nContent-Disposition: form-data\r\n\r\nv\r\n" + kEnd,
        "--XX\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nv\r\n" + kEnd, "--XX\r\nContent-Type: text/plain\r\n\r\nv\r\n" + kEnd,
        "--XX\r\nX: " + std::string(5000, 'x') + "\r\n\r\nv\r\n" + kEnd}) {
    EXPECT_EQ(parse_all_ways(wire).error, ErrorCode::MalformedPOSTRequest) << wire.substr(0, 60);
  }
}

TEST(FormParserTest, TooMuchBeforeTheFile) {
  EXPECT_EQ(parse(field("key", std::string(21'000, 'k')) + file("x") + kEnd, 1000).error, ErrorCode::MaxPostPreDataLengthExceededError);
  std::string many;
  for (int i = 0; i < 1000; ++i) many += field("x-ignore-" + std::to_string(i), "");
  EXPECT_EQ(parse(many + file("x") + kEnd, 1000).error, ErrorCode::MaxPostPreDataLengthExceededError);
  EXPECT_FALSE(parse(field("key", "k") + file(std::string(100'000, 'x')) + field("late", std::string(30'000, 'x')) + kEnd, 1000).error);
}

TEST(FormParserTest, Boundaries) {
  EXPECT_EQ(form_boundary("multipart/form-data; boundary=abc"), "abc");
  EXPECT_EQ(form_boundary("Multipart/Form-Data; charset=utf-8; Boundary=\"a b\""), "a b");
  EXPECT_EQ(form_boundary("multipart/form-data"), std::nullopt);
  EXPECT_EQ(form_boundary("multipart/form-data; boundary="), std::nullopt);
  EXPECT_EQ(form_boundary("application/x-www-form-urlencoded; boundary=abc"), std::nullopt);
  EXPECT_EQ(form_boundary("multipart/form-data; boundary=" + std::string(300, 'b')), std::nullopt);
  EXPECT_EQ(form_boundary("multipart/form-data; boundary=\"a\rb\""), std::nullopt);
  EXPECT_EQ(form_boundary(""), std::nullopt);
}

}  // namespace
}  // namespace holdfast::http
