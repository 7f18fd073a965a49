// multipart/form-data as it streams in: fields first, then one file whose bytes are handed on as they come.
// Source: RFC 7578, RFC 2046 section 5.1.
#pragma once

#include "holdfast/base/bytes.hpp"
#include "holdfast/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::http {

// The boundary that a Content-Type header names; nullopt unless it is multipart/form-data with a legal one.
std::optional<std::string> form_boundary(std::string_view content_type);

enum class FieldsAfterFile : std::uint8_t {
  ignored,  // AWS, "POST Object"
  kept,
};

class FormParser {
 public:
  explicit FormParser(std::string_view boundary, FieldsAfterFile after = FieldsAfterFile::ignored);

  // Takes the next bytes, however they were cut. What of them belongs to the file is appended to `file`, as views into
  // `bytes` and the parser itself. MalformedPOSTRequest; MaxPostPreDataLengthExceededError for too much beside the file.
  Result<> parse(ByteView bytes, std::vector<ByteView>& file);
  // The body has ended. MalformedPOSTRequest unless the form had.
  Result<> finish() const;

  bool file_begun() const noexcept { return file_begun_; }
  // In order: names in lower case.
  const std::vector<std::pair<std::string, std::string>>& fields() const noexcept { return fields_; }
  const std::string& file_name() const noexcept { return file_name_; }  // without folders
  const std::string& file_type() const noexcept { return file_type_; }  // its Content-Type, as it came

 private:
  enum class State : std::uint8_t { preamble, boundary_end, head, field, file, ignored, end };

  template <class Sink>
  void take_content(std::string_view& text, Sink sink);
  Result<> take_field(std::string_view& text);
  Result<> take_boundary_end(std::string_view& text);
  Result<> take_head(std::string_view& text);
  Result<> begin_part();
  Result<> count_fields(std::size_t bytes);

  const std::string delimiter_;  // CRLF, two dashes, boundary
  const FieldsAfterFile after_;
  State state_ = State::preamble;
  std::size_t matched_;  // how much of the delimiter was seen last
  std::size_t field_bytes_ = 0;
  std::string line_;  // of a part's head, or behind a boundary
  std::vector<std::pair<std::string, std::string>> fields_;
  std::string file_name_;
  std::string file_type_;
  bool file_begun_ = false;
};

}  // namespace holdfast::http
