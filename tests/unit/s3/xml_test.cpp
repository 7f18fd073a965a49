#include "s3/xml.hpp"

#include "holdfast/base/limits.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace holdfast::s3 {
namespace {

ErrorCode failure(std::string_view text, std::string_view root = "Delete") {
  const auto document = XmlDocument::parse(text, root);
  return document ? ErrorCode::NotModified : document.error().code;
}

TEST(XmlParseTest, ElementsInAnyNamespace) {
  const auto document = *XmlDocument::parse(
      "<?xml version=\"1.0\"?>\n<s:Delete xmlns:s=\"http://s3.amazonaws.com/doc/2006-03-01/\">\n "
      "<s:Object><s:Key>a&amp;b</s:Key></s:Object>"
      "<Object><Key><![CDATA[<c>]]></Key></Object><Quiet>true</Quiet></s:Delete>\n",
      "Delete");
  std::vector<std::string> keys;
  for (auto element = document.root().first_child(); element; element = element.next_sibling()) {
    if (element.name() == "Object") keys.emplace_back(element.child("Key").text());
  }
  EXPECT_EQ(keys, (std::vector<std::string>{"a&b", "<c>"}));
  EXPECT_EQ(document.root().child("Quiet").text(), "true");
  EXPECT_FALSE(document.root().child("Absent"));
  EXPECT_EQ(document.root().child("Absent").text(), "");
  EXPECT_FALSE(document.root().child("Absent").child("Deeper").next_sibling());
}

TEST(XmlParseTest, WhiteSpaceIsPartOfAKey) {
  const auto document = *XmlDocument::parse("<Delete><Key>  </Key><Key> a </Key><Key>&#13;&#x1F600;</Key></Delete>", "Delete");
  auto key = document.root().first_child();
  EXPECT_EQ(key.text(), "  ");
  key = key.next_sibling();
  EXPECT_EQ(key.text(), " a ");
  key = key.next_sibling();
  EXPECT_EQ(key.text(), "\r\xF0\x9F\x98\x80");
}

TEST(XmlParseTest, ByteOrderMark) { EXPECT_EQ(failure("\xEF\xBB\xBF<Delete/>"), ErrorCode::NotModified); }

TEST(XmlParseTest, Refused) {
  for (const char* text :
       {"", "x", "<Delete>", "<Delete></delete>", "<Other/>", "<Delete/><Delete/>", "<Delete><a></Delete></a>",
        "<!DOCTYPE Delete><Delete/>", "<!DOCTYPE d [<!ENTITY e \"x\">]><Delete>&e;</Delete>", "<Delete>\xff</Delete>", "{\"json\":1}"}) {
    EXPECT_EQ(failure(text), ErrorCode::MalformedXML) << text;
  }
}

TEST(XmlParseTest, Bounded) {
  EXPECT_EQ(failure("<Delete>" + std::string(limits::kXmlBodyBytes, ' ') + "</Delete>"), ErrorCode::MalformedXML);
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "<a>";
  for (int i = 0; i < 100; ++i) deep += "</a>";
  EXPECT_EQ(failure("<Delete>" + deep + "</Delete>"), ErrorCode::MalformedXML);
  std::string many = "<Delete>";
  for (int i = 0; i < 300'000; ++i) many += "<a/>";
  EXPECT_EQ(failure(many + "</Delete>"), ErrorCode::MalformedXML);
}

TEST(XmlWriteTest, Document) {
  XmlWriter xml("Result");
  xml.element("Key", "a<b>&\"c'").number("Size", 42).boolean("Latest", true).etag("ETag", "abc");
  xml.open("Owner").element("ID", "x").close();
  xml.time("Date", *parse_iso8601("2026-01-02T03:04:05Z"));
  EXPECT_EQ(xml.finish(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Result xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
            "<Key>a&lt;b&gt;&amp;&quot;c&apos;</Key><Size>42</Size><Latest>true</Latest><ETag>&quot;abc&quot;</ETag>"
            "<Owner><ID>x</ID></Owner><Date>2026-01-02T03:04:05.000Z</Date></Result>");
}

TEST(XmlWriteTest, ControlCharactersBecomeReferences) {
  std::string out;
  append_xml_escaped(out, std::string_view("\x01\t\n\r\x1F\x7Fz\xC3\xA9", 9));
  EXPECT_EQ(out, "&#x1;&#x9;&#xA;&#xD;&#x1F;&#x7F;z\xC3\xA9");
}

TEST(XmlWriteTest, Error) {
  Error error(ErrorCode::NoSuchKey);
  error.details = {{"Extra", "<x>"}};
  const auto text = render_error_xml(error, {"/b/k", "b", "k", "ID", "HOST"});
  EXPECT_EQ(text,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message>"
            "<Key>k</Key><BucketName>b</BucketName><Extra>&lt;x&gt;</Extra><Resource>/b/k</Resource><RequestId>ID</RequestId>"
            "<HostId>HOST</HostId></Error>");
}

TEST(XmlWriteTest, WhatIsWrittenParses) {
  XmlWriter xml("Delete");
  xml.element("Key", "a<b>&\"c'\t\r\n ");
  const std::string text = xml.finish();
  EXPECT_EQ(XmlDocument::parse(text, "Delete")->root().child("Key").text(), "a<b>&\"c'\t\r\n ");
}

}  // namespace
}  // namespace holdfast::s3
