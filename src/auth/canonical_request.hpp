// The canonical request of SigV4, and the query parameters that both signature versions look at.
// Source: AWS, "Create a signed AWS API request", with S3's rules (paths are encoded once and never normalised).
#pragma once

#include "holdfast/auth/authenticate.hpp"

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace holdfast::auth {

inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";
// Hex of the SHA-256 of nothing.
inline constexpr std::string_view kEmptySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

enum class Plus { literal, space };

// Appends `raw`, percent-decoded and then encoded the canonical way. False if an escape is malformed.
bool append_reencoded(std::string& out, std::string_view raw, bool keep_slash, Plus plus);

// A query string's parameters, decoded and encoded again, in canonical order. '+' is a space, as it is to whoever reads
// the query afterwards: a signature must cover what is used.
class CanonicalQuery {
 public:
  struct Parameter {
    std::string_view name;   // encoded
    std::string_view value;  // encoded
    bool has_equals_sign;
  };

  // nullopt if an escape is malformed.
  static std::optional<CanonicalQuery> parse(std::string_view raw_query);

  std::size_t size() const noexcept { return slots_.size(); }
  Parameter operator[](std::size_t index) const noexcept;
  // The first parameter of that name (given encoded; case counts).
  std::optional<Parameter> find(std::string_view name) const noexcept;
  // Its value, decoded; nullopt if there is no such parameter.
  std::optional<std::string> value(std::string_view name) const;
  // "a=1&b=", without parameters named `skip`.
  void append_to(std::string& out, std::string_view skip) const;

 private:
  struct Slot {
    std::uint32_t begin;
    std::uint32_t name_size;
    std::uint32_t value_size;
    bool has_equals_sign;
  };
  bool add(std::string_view raw_parameter);

  std::string text_;
  boost::container::small_vector<Slot, 12> slots_;
};

using HeaderNames = boost::container::small_vector<std::string_view, 24>;

struct CanonicalRequestParts {
  const RequestView& request;
  const CanonicalQuery& query;
  std::string_view skipped_parameter;  // X-Amz-Signature, or empty
  std::string_view host;               // in place of request.host
  std::span<const std::string_view> signed_headers;
  std::string_view signed_headers_text;  // as sent: "host;x-amz-date"
  std::string_view payload_hash;
};

// nullopt if the path has a malformed escape.
std::optional<std::string> canonical_request(const CanonicalRequestParts& parts);

// The first header of that (lower-case) name.
std::optional<std::string_view> find_header(std::span<const HeaderView> headers, std::string_view name) noexcept;

}  // namespace holdfast::auth
