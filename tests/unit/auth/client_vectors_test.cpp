// Requests as botocore 1.29 signs them, for keys and queries of every awkward shape: header and query, both versions.
#include "fixture.hpp"

#include <gtest/gtest.h>

namespace holdfast::auth::test {
namespace {

struct ClientCase {
  std::string_view kind;
  std::string method;
  std::string path;
  std::string query;
  std::vector<std::pair<std::string, std::string>> headers;
};

const std::vector<ClientCase>& client_cases() {
  static const std::vector<ClientCase> kCases = {
      {"v4",
       "GET",
       "/bucket/simple.txt",
       "",
       {{"authorization",
         "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261121/eu-west-1/s3/aws4_request, "
         "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-meta-a, "
         "Signature=f81e5a45f6267f8deccaf59f71d14ea28225fc2df9b220974021e2ff2bd6a59d"},
        {"content-type", "text/plain"},
        {"x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"x-amz-date", "20261121T100000Z"},
        {"x-amz-meta-a", "one  two"}}},
      {"v4",
       "PUT",
       "/bucket/a%20b",
       "uploads",
       {{"authorization",
         "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261121/eu-west-1/s3/aws4_request, "
         "SignedHeaders=host;x-amz-acl;x-amz-content-sha256;x-amz-date, "
         "Signature=644baf09e1d78d1f5735b299ad153f15e8fa4e6b834be2622a2f83ae1b4a10e4"},
        {"x-amz-acl", "private"},
        {"x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"x-amz-date", "20261121T100000Z"}}},
      {"v4",
       "DELETE",
       "/bucket/a%2Bb",
       "uploadId=abc%2B%2F%3D&partNumber=1",
       {{"authorization",
         "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261121/eu-west-1/s3/aws4_request, "
         "SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=372b357b992cee431d823d240527f51c4dd8030db1ddfc46852c17674d3329e6"},
        {"x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"x-amz-date", "20261121T100000Z"}}},
      {"v4",
       "GET",
       "/bucket/a%25b",
       "prefix=a%20b%2F&delimiter=%2F&list-type=2",
       {{"authorization",
         "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261121/eu-west-1/s3/aws4_request, "
         "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-meta-a, "
         "Signature=cc3ff105ac77d71cc1c6c06f3720f98cdd0163f76a379b2667e0d950b6357898"},
        {"content-type", "text/plain"},
        {"x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"x-amz-date", "20261121T100000Z"},
        {"x-amz-meta-a", "one  two"}}},
      {"v4",
       "PUT",
       "/bucket/caf%C3%A9/%E6%BC%A2%E5%AD%97",
       "versionId=x%20y&response-content-type=text%2Fplain%3B%20charset%3Dutf-8",
       {{"authorization",
         "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261121/eu-west-1/s3/aws4_request, "
         "SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=a42e56013b86dc36a65864fd3275b5fba5b64f56998f92a9ec7a537b121749bd"},
        {"x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"x-amz-date", "20261121T100000Z"}}},
      {"v4",
       "DELETE",
       "/bucket/a//b",
       "acl",
       {{"authorization",
         "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261121/eu-west-1/s3/aws4_request, "
         "SignedHeaders=host;x-amz-acl;x-amz-content-sha256;x-amz-date, "
         "Signature=35f4f65a1bcf4d0047082ad12d675d106fa0e4ef5121965f612fc36cb0191577"},
        {"x-amz-acl", "private"},
        {"x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"x-amz-date", "20261121T100000Z"}}},
      {"v4",
       "GET",
       "/bucket/../../etc/passwd",
       "prefix=caf%C3%A9%2Bx",
       {{"authorization",
         "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261121/eu-west-1/s3/aws4_request, "
         "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-meta-a, "
         "Signature=11cbf66790dcccfa5a9037f523cc9f165345e6c2992afd3741722c5b2f09b613"},
        {"content-type", "text/plain"},
        {"x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"x-amz-date", "20261121T100000Z"},
        {"x-amz-meta-a", "one  two"}}},
      {"v4",
       "PUT",
       "/bucket/x%3Dy%26z",
       "",
       {{"authorization",
         "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261121/eu-west-1/s3/aws4_request, "
         "SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=663d52aea26703e99c160704dac7699fa415e121409ffeb32296d2591b89edea"},
        {"x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"x-amz-date", "20261121T100000Z"}}},
      {"v4",
       "DELETE",
       "/bucket/%28par%29%21%2A%27",
       "uploads",
       {{"authorization",
         "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261121/eu-west-1/s3/aws4_request, "
         "SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=6a262bf64f90192a25f4ef902c67c0535305de78f467dd26140353e9314729df"},
        {"x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"x-amz-date", "20261121T100000Z"}}},
      {"v4",
       "GET",
       "/bucket/%F0%9F%98%80",
       "uploadId=abc%2B%2F%3D&partNumber=1",
       {{"authorization",
         "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261121/eu-west-1/s3/aws4_request, "
         "SignedHeaders=content-type;host;x-amz-acl;x-amz-content-sha256;x-amz-date;x-amz-meta-a, "
         "Signature=595f49ef087cdddebe6c1a3b04fb0951f6570e0f731c839be8bcf9bfd60348de"},
        {"content-type", "text/plain"},
        {"x-amz-acl", "private"},
        {"x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"x-amz-date", "20261121T100000Z"},
        {"x-amz-meta-a", "one  two"}}},
      {"v4",
       "PUT",
       "/bucket/a~b",
       "prefix=a%20b%2F&delimiter=%2F&list-type=2",
       {{"authorization",
         "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261121/eu-west-1/s3/aws4_request, "
         "SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=a3a77d0584f6a5ca5cc5b9c7f4eb95e1cc2574c0fc084acbae30dc7b6e1c5056"},
        {"x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"x-amz-date", "20261121T100000Z"}}},
      {"v4",
       "DELETE",
       "/bucket/tab%09x",
       "versionId=x%20y&response-content-type=text%2Fplain%3B%20charset%3Dutf-8",
       {{"authorization",
         "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261121/eu-west-1/s3/aws4_request, "
         "SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=8a8660365ed0bc0f06f045e147b8bd4bf086da4639b4f51cb1265299e217d8c6"},
        {"x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"x-amz-date", "20261121T100000Z"}}},
      {"v4",
       "GET",
       "/bucket/%23%3Fq",
       "acl",
       {{"authorization",
         "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261121/eu-west-1/s3/aws4_request, "
         "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-meta-a, "
         "Signature=8e2359a6bc3b78ac862ca43ea26d7e093482cfb26144a70c0fde08ff48b76c66"},
        {"content-type", "text/plain"},
        {"x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"x-amz-date", "20261121T100000Z"},
        {"x-amz-meta-a", "one  two"}}},
      {"v4",
       "PUT",
       "/bucket/%27",
       "prefix=caf%C3%A9%2Bx",
       {{"authorization",
         "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261121/eu-west-1/s3/aws4_request, "
         "SignedHeaders=host;x-amz-acl;x-amz-content-sha256;x-amz-date, "
         "Signature=f598b6d2ab68bba671615ba1a3604d8f8dcdeb14a7b98d77304ce21e47687a44"},
        {"x-amz-acl", "private"},
        {"x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"x-amz-date", "20261121T100000Z"}}},
      {"v4q",
       "GET",
       "/bucket/simple.txt",
       "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20261121%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date="
       "20261121T100000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=content-type%3Bhost%3Bx-amz-meta-a&X-Amz-Signature="
       "84296accc15db94a8dfa498f56a4a302048b1d813196e7d47bde5e2c4e2cea05",
       {{"content-type", "text/plain"}, {"x-amz-meta-a", "one  two"}}},
      {"v4q",
       "PUT",
       "/bucket/a%20b",
       "uploads=&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20261121%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-"
       "Date=20261121T100000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host%3Bx-amz-acl&X-Amz-Signature="
       "fe24d08b26a1071cb1b28c7212228b8066fcf9f0aea0bd8964d4b5b5ef05fdb5",
       {{"x-amz-acl", "private"}}},
      {"v4q",
       "DELETE",
       "/bucket/a%2Bb",
       "uploadId=abc%2B%2F%3D&partNumber=1&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20261121%2Feu-west-1%"
       "2Fs3%2Faws4_request&X-Amz-Date=20261121T100000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature="
       "727651bb51f77fcf592d1a6a64c47ea92f2b4a20dd1b15d51db41eeb8aaaef3c",
       {}},
      {"v4q",
       "GET",
       "/bucket/a%25b",
       "prefix=a%20b%2F&delimiter=%2F&list-type=2&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20261121%2Feu-"
       "west-1%2Fs3%2Faws4_request&X-Amz-Date=20261121T100000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=content-type%3Bhost%3Bx-amz-meta-a&X-"
       "Amz-Signature=671fcc31f9d30af3f1f3c1f5f0a63e8c841313a711e090f412850e270a5b5f4a",
       {{"content-type", "text/plain"}, {"x-amz-meta-a", "one  two"}}},
      {"v4q",
       "PUT",
       "/bucket/caf%C3%A9/%E6%BC%A2%E5%AD%97",
       "versionId=x%20y&response-content-type=text%2Fplain%3B%20charset%3Dutf-8&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
       "AKIAIOSFODNN7EXAMPLE%2F20261121%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20261121T100000Z&X-Amz-Expires=900&X-Amz-SignedHeaders="
       "host&X-Amz-Signature=783d28a11f5a747b7f4f97b648b80dfddabb238b2edd19ff8973d114b2fe54ad",
       {}},
      {"v4q",
       "DELETE",
       "/bucket/a//b",
       "acl=&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20261121%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date="
       "20261121T100000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host%3Bx-amz-acl&X-Amz-Signature="
       "45ab86adeb990953cdb056371409dc7b53ecf4f8b5f0eee3777e80d29f634f46",
       {{"x-amz-acl", "private"}}},
      {"v4q",
       "GET",
       "/bucket/../../etc/passwd",
       "prefix=caf%C3%A9%2Bx&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20261121%2Feu-west-1%2Fs3%2Faws4_"
       "request&X-Amz-Date=20261121T100000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=content-type%3Bhost%3Bx-amz-meta-a&X-Amz-Signature="
       "652f62c6105ca0cb90e1a2979cd9e85008f3830a516b96a59caadd26ead22e31",
       {{"content-type", "text/plain"}, {"x-amz-meta-a", "one  two"}}},
      {"v4q",
       "PUT",
       "/bucket/x%3Dy%26z",
       "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20261121%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date="
       "20261121T100000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature="
       "4ff8d08785d45a26ddc308d0788387cb4351f4d9fce772682688c96da3c3a279",
       {}},
      {"v4q",
       "DELETE",
       "/bucket/%28par%29%21%2A%27",
       "uploads=&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20261121%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-"
       "Date=20261121T100000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature="
       "83747e795b48e65499262a4d436deb029d66eaccd297a07c5782229419905d2e",
       {}},
      {"v4q",
       "GET",
       "/bucket/%F0%9F%98%80",
       "uploadId=abc%2B%2F%3D&partNumber=1&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20261121%2Feu-west-1%"
       "2Fs3%2Faws4_request&X-Amz-Date=20261121T100000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=content-type%3Bhost%3Bx-amz-acl%3Bx-amz-meta-"
       "a&X-Amz-Signature=bf56960cb37d83cf9be608164d7b6c5acb99e35f677ac41c47436029609fe3c0",
       {{"content-type", "text/plain"}, {"x-amz-acl", "private"}, {"x-amz-meta-a", "one  two"}}},
      {"v4q",
       "PUT",
       "/bucket/a~b",
       "prefix=a%20b%2F&delimiter=%2F&list-type=2&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20261121%2Feu-"
       "west-1%2Fs3%2Faws4_request&X-Amz-Date=20261121T100000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature="
       "fed7220e0c6cc5166a0130c436642d4c87fb5ab26dd8907790a030a831d31cd1",
       {}},
      {"v4q",
       "DELETE",
       "/bucket/tab%09x",
       "versionId=x%20y&response-content-type=text%2Fplain%3B%20charset%3Dutf-8&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
       "AKIAIOSFODNN7EXAMPLE%2F20261121%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20261121T100000Z&X-Amz-Expires=900&X-Amz-SignedHeaders="
       "host&X-Amz-Signature=fab00112a96bc474b815dd8235e6f822e1629e6f2c6855fde33f768774875978",
       {}},
      {"v4q",
       "GET",
       "/bucket/%23%3Fq",
       "acl=&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20261121%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date="
       "20261121T100000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=content-type%3Bhost%3Bx-amz-meta-a&X-Amz-Signature="
       "404b0793ec2ea887392a3433f566f19e2a4d3c338acfda822a227f9647d55bb9",
       {{"content-type", "text/plain"}, {"x-amz-meta-a", "one  two"}}},
      {"v4q",
       "PUT",
       "/bucket/%27",
       "prefix=caf%C3%A9%2Bx&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20261121%2Feu-west-1%2Fs3%2Faws4_"
       "request&X-Amz-Date=20261121T100000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host%3Bx-amz-acl&X-Amz-Signature="
       "327d53a541af47b8f364a77fee5e00d038d3095b51834be63e8234140223c8f0",
       {{"x-amz-acl", "private"}}},
      {"v2",
       "GET",
       "/bucket/simple.txt",
       "",
       {{"authorization", "AWS AKIAIOSFODNN7EXAMPLE:kALciQ5YWHEoMpDjgf6lZWtn6Uk="},
        {"content-type", "text/plain"},
        {"date", "Sat, 21 Nov 2026 10:00:00 GMT"},
        {"x-amz-meta-a", "one  two"}}},
      {"v2",
       "PUT",
       "/bucket/a%20b",
       "uploads",
       {{"authorization", "AWS AKIAIOSFODNN7EXAMPLE:R9wacvriHe/kwrwV6kPChqlfheg="},
        {"date", "Sat, 21 Nov 2026 10:00:00 GMT"},
        {"x-amz-acl", "private"}}},
      {"v2",
       "DELETE",
       "/bucket/a%2Bb",
       "uploadId=abc%2B%2F%3D&partNumber=1",
       {{"authorization", "AWS AKIAIOSFODNN7EXAMPLE:DYgoygmaVfvWmdX/EyT+Gq31y6Y="}, {"date", "Sat, 21 Nov 2026 10:00:00 GMT"}}},
      {"v2",
       "GET",
       "/bucket/a%25b",
       "prefix=a%20b%2F&delimiter=%2F&list-type=2",
       {{"authorization", "AWS AKIAIOSFODNN7EXAMPLE:Vb0VCbHYRitNSK1ehPtUAYeISec="},
        {"content-type", "text/plain"},
        {"date", "Sat, 21 Nov 2026 10:00:00 GMT"},
        {"x-amz-meta-a", "one  two"}}},
      {"v2",
       "PUT",
       "/bucket/caf%C3%A9/%E6%BC%A2%E5%AD%97",
       "versionId=x%20y&response-content-type=text%2Fplain%3B%20charset%3Dutf-8",
       {{"authorization", "AWS AKIAIOSFODNN7EXAMPLE:8w3nSUDsFKLsh0ao4sJHkvVsm4o="}, {"date", "Sat, 21 Nov 2026 10:00:00 GMT"}}},
      {"v2",
       "DELETE",
       "/bucket/a//b",
       "acl",
       {{"authorization", "AWS AKIAIOSFODNN7EXAMPLE:iWXxySBIAA7ssmbHWnOBtpIAj0A="},
        {"date", "Sat, 21 Nov 2026 10:00:00 GMT"},
        {"x-amz-acl", "private"}}},
      {"v2",
       "GET",
       "/bucket/../../etc/passwd",
       "prefix=caf%C3%A9%2Bx",
       {{"authorization", "AWS AKIAIOSFODNN7EXAMPLE:Eghl+hzdHObP97LxIuEOVnE6EqE="},
        {"content-type", "text/plain"},
        {"date", "Sat, 21 Nov 2026 10:00:00 GMT"},
        {"x-amz-meta-a", "one  two"}}},
      {"v2",
       "PUT",
       "/bucket/x%3Dy%26z",
       "",
       {{"authorization", "AWS AKIAIOSFODNN7EXAMPLE:pTqAJK9LmqVBAMkhkX5T8aQl3NE="}, {"date", "Sat, 21 Nov 2026 10:00:00 GMT"}}},
      {"v2",
       "DELETE",
       "/bucket/%28par%29%21%2A%27",
       "uploads",
       {{"authorization", "AWS AKIAIOSFODNN7EXAMPLE:DYGqEP4r9B7iPMXbaumN1mUsiGM="}, {"date", "Sat, 21 Nov 2026 10:00:00 GMT"}}},
      {"v2",
       "GET",
       "/bucket/%F0%9F%98%80",
       "uploadId=abc%2B%2F%3D&partNumber=1",
       {{"authorization", "AWS AKIAIOSFODNN7EXAMPLE:5c97Rx69LsaPucTkWHGxDTGEknk="},
        {"content-type", "text/plain"},
        {"date", "Sat, 21 Nov 2026 10:00:00 GMT"},
        {"x-amz-acl", "private"},
        {"x-amz-meta-a", "one  two"}}},
      {"v2",
       "PUT",
       "/bucket/a~b",
       "prefix=a%20b%2F&delimiter=%2F&list-type=2",
       {{"authorization", "AWS AKIAIOSFODNN7EXAMPLE:uLYa1IJCUKBME/Tpw09EDRtcQuQ="}, {"date", "Sat, 21 Nov 2026 10:00:00 GMT"}}},
      {"v2",
       "DELETE",
       "/bucket/tab%09x",
       "versionId=x%20y&response-content-type=text%2Fplain%3B%20charset%3Dutf-8",
       {{"authorization", "AWS AKIAIOSFODNN7EXAMPLE:/v5MOU3FRFOd928ssqvTR1Zpjy4="}, {"date", "Sat, 21 Nov 2026 10:00:00 GMT"}}},
      {"v2",
       "GET",
       "/bucket/%23%3Fq",
       "acl",
       {{"authorization", "AWS AKIAIOSFODNN7EXAMPLE:K8i7kMF/GDYbPgTQWhcfuIK+Zws="},
        {"content-type", "text/plain"},
        {"date", "Sat, 21 Nov 2026 10:00:00 GMT"},
        {"x-amz-meta-a", "one  two"}}},
      {"v2",
       "PUT",
       "/bucket/%27",
       "prefix=caf%C3%A9%2Bx",
       {{"authorization", "AWS AKIAIOSFODNN7EXAMPLE:TgGIZSer81x9orAR8Y2760zIAI4="},
        {"date", "Sat, 21 Nov 2026 10:00:00 GMT"},
        {"x-amz-acl", "private"}}},
      {"v2q",
       "GET",
       "/bucket/simple.txt",
       "AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=ZRez5Ub%2B3RwbPz%2FVbsqR0WMzrGA%3D&content-type=text%2Fplain&x-amz-meta-a=one%20%"
       "20two&Expires=1795256100",
       {{"content-type", "text/plain"}, {"date", "1795256100"}, {"x-amz-meta-a", "one  two"}}},
      {"v2q",
       "PUT",
       "/bucket/a%20b",
       "uploads&AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=%2B8xyASxhGK%2BkBcDwybMpAvtLx%2FQ%3D&x-amz-acl=private&Expires=1795256100",
       {{"date", "1795256100"}, {"x-amz-acl", "private"}}},
      {"v2q",
       "DELETE",
       "/bucket/a%2Bb",
       "uploadId=abc%2B%2F%3D&partNumber=1&AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=UyauETHrEcLbhH%2BGuoGyJ8%2BnZOg%3D&Expires="
       "1795256100",
       {{"date", "1795256100"}}},
      {"v2q",
       "GET",
       "/bucket/a%25b",
       "prefix=a%20b%2F&delimiter=%2F&list-type=2&AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=SNjDHAEjNwl%2FGBDjFWIvm7NwfSU%3D&content-"
       "type=text%2Fplain&x-amz-meta-a=one%20%20two&Expires=1795256100",
       {{"content-type", "text/plain"}, {"date", "1795256100"}, {"x-amz-meta-a", "one  two"}}},
      {"v2q",
       "PUT",
       "/bucket/caf%C3%A9/%E6%BC%A2%E5%AD%97",
       "versionId=x%20y&response-content-type=text%2Fplain%3B%20charset%3Dutf-8&AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature="
       "X0t1guYfcP2tNZRe7z5IVAF8C1Q%3D&Expires=1795256100",
       {{"date", "1795256100"}}},
      {"v2q",
       "DELETE",
       "/bucket/a//b",
       "acl&AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=%2BhQhAccmfE8WTZngFaFkswQztmY%3D&x-amz-acl=private&Expires=1795256100",
       {{"date", "1795256100"}, {"x-amz-acl", "private"}}},
      {"v2q",
       "GET",
       "/bucket/../../etc/passwd",
       "prefix=caf%C3%A9%2Bx&AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=c5GUSVu%2FD1J429AUYD28RKRGr7g%3D&content-type=text%2Fplain&x-"
       "amz-meta-a=one%20%20two&Expires=1795256100",
       {{"content-type", "text/plain"}, {"date", "1795256100"}, {"x-amz-meta-a", "one  two"}}},
      {"v2q",
       "PUT",
       "/bucket/x%3Dy%26z",
       "AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=eeamXxebsQMymfYMwRMCWUpQSII%3D&Expires=1795256100",
       {{"date", "1795256100"}}},
      {"v2q",
       "DELETE",
       "/bucket/%28par%29%21%2A%27",
       "uploads&AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=37yIL0iU1fTn4aKeiischaFfd5c%3D&Expires=1795256100",
       {{"date", "1795256100"}}},
      {"v2q",
       "GET",
       "/bucket/%F0%9F%98%80",
       "uploadId=abc%2B%2F%3D&partNumber=1&AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=YXwKcsVbpZjCxWUNKVcwQDu9FZM%3D&content-type=text%"
       "2Fplain&x-amz-meta-a=one%20%20two&x-amz-acl=private&Expires=1795256100",
       {{"content-type", "text/plain"}, {"date", "1795256100"}, {"x-amz-acl", "private"}, {"x-amz-meta-a", "one  two"}}},
      {"v2q",
       "PUT",
       "/bucket/a~b",
       "prefix=a%20b%2F&delimiter=%2F&list-type=2&AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=qjYDAAvS6zhQx0X6QJHREXP%2B7Wc%3D&Expires="
       "1795256100",
       {{"date", "1795256100"}}},
      {"v2q",
       "DELETE",
       "/bucket/tab%09x",
       "versionId=x%20y&response-content-type=text%2Fplain%3B%20charset%3Dutf-8&AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=HC7IkdAXP4ZH%"
       "2BJ6zMhzOBdfhu1w%3D&Expires=1795256100",
       {{"date", "1795256100"}}},
      {"v2q",
       "GET",
       "/bucket/%23%3Fq",
       "acl&AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=ydW%2FMAN0Nnn4Whil%2FiYskf%2FHG1A%3D&content-type=text%2Fplain&x-amz-meta-a=one%"
       "20%20two&Expires=1795256100",
       {{"content-type", "text/plain"}, {"date", "1795256100"}, {"x-amz-meta-a", "one  two"}}},
      {"v2q",
       "PUT",
       "/bucket/%27",
       "prefix=caf%C3%A9%2Bx&AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=m6hfZoz%2BsvoON4DcmxBSK0Zqz5I%3D&x-amz-acl=private&Expires="
       "1795256100",
       {{"date", "1795256100"}, {"x-amz-acl", "private"}}},
  };
  return kCases;
}

TestRequest request_of(const ClientCase& given) {
  TestRequest request;
  request.method = given.method;
  request.path = given.path;
  request.query = given.query;
  request.host = "127.0.0.1:9000";
  request.headers = given.headers;
  return request;
}

SignatureKind kind_of(std::string_view name) {
  if (name == "v4") return SignatureKind::v4_header;
  if (name == "v4q") return SignatureKind::v4_query;
  return name == "v2" ? SignatureKind::v2_header : SignatureKind::v2_query;
}

class Botocore : public testing::TestWithParam<std::size_t> {
 protected:
  const ClientCase& given() const { return client_cases()[GetParam()]; }
  Bench bench{"20261121T100100Z"};
};

TEST_P(Botocore, IsAccepted) {
  const auto result = bench.run(request_of(given()));
  ASSERT_TRUE(result) << given().kind << ' ' << given().path << '?' << given().query << '\n'
                      << result.error().text() << '\n'
                      << detail(result.error(), "StringToSign") << '\n'
                      << detail(result.error(), "CanonicalRequest");
  EXPECT_EQ(result->kind, kind_of(given().kind));
}

TEST_P(Botocore, IsRefusedForAnotherKey) {
  TestRequest request = request_of(given());
  request.path += "x";
  const auto result = bench.run(request);
  ASSERT_TRUE(result.has_error());
  EXPECT_EQ(result.error().code, ErrorCode::SignatureDoesNotMatch);
}

TEST(BotocoreUrls, OfVersion2NeedNoHeaders) {
  const Bench bench("20261121T100100Z");
  for (const ClientCase& given : client_cases()) {
    if (given.kind != "v2q") continue;
    TestRequest request = request_of(given);
    request.headers.clear();
    EXPECT_TRUE(bench.run(request)) << given.path;
  }
}

INSTANTIATE_TEST_SUITE_P(Requests, Botocore, testing::Range(std::size_t{0}, client_cases().size()));

}  // namespace
}  // namespace holdfast::auth::test
