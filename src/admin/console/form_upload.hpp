// The file of a form, as the body of a request of its own.
#pragma once

#include "holdfast/http/form.hpp"
#include "holdfast/http/message.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::admin {

// A form of which this much has come in is known whole: fields behind a small file are as good as those before it.
inline constexpr std::size_t kFormHoldBytes = 1024 * 1024;

class FormUpload final : public http::BodyStream {
 public:
  FormUpload(http::BodyStream& wire, std::string_view boundary);

  // Reads on until the form has ended or kFormHoldBytes of its file are here. IncorrectNumberOfFilesInPostRequest
  // without a file; MalformedPOSTRequest.
  Task<Result<>> begin();
  // After begin: the form has ended. Else the fields behind the file are known when read has given the end.
  bool whole() const noexcept { return ended_; }
  // The first field of that name; empty if there is none.
  std::string_view field(std::string_view name) const noexcept;
  const http::FormParser& form() const noexcept { return parser_; }
  std::uint64_t size_bytes() const noexcept { return given_bytes_; }  // of the file, as far as it was read

  std::optional<std::uint64_t> content_length() const noexcept override;
  bool has_body() const noexcept override { return true; }
  Task<Result<std::size_t>> read(ByteSpan out) override;

 private:
  Task<Result<>> fill();  // the next bytes of the wire

  http::BodyStream& wire_;
  http::FormParser parser_;
  std::unique_ptr<std::byte[]> buffer_;
  std::string held_;  // of the file; from at_ on not given out yet
  std::size_t at_ = 0;
  std::uint64_t given_bytes_ = 0;
  bool ended_ = false;
};

}  // namespace holdfast::admin
