#include "admin/console/form_upload.hpp"

#include <algorithm>
#include <cstring>

namespace holdfast::admin {
namespace {

constexpr std::size_t kBlockBytes = 256 * 1024;

}  // namespace

FormUpload::FormUpload(http::BodyStream& wire, std::string_view boundary)
    : wire_(wire), parser_(boundary, http::FieldsAfterFile::kept), buffer_(std::make_unique<std::byte[]>(kBlockBytes)) {}

Task<Result<>> FormUpload::begin() {
  while (!ended_ && held_.size() < kFormHoldBytes) HOLDFAST_CO_TRY_VOID(co_await fill());
  if (!parser_.file_begun()) co_return Error(ErrorCode::IncorrectNumberOfFilesInPostRequest, "The form has no file named \"file\".");
  co_return Result<>();
}

std::string_view FormUpload::field(std::string_view name) const noexcept {
  const auto found = std::ranges::find(parser_.fields(), name, &std::pair<std::string, std::string>::first);
  return found == parser_.fields().end() ? std::string_view() : std::string_view(found->second);
}

std::optional<std::uint64_t> FormUpload::content_length() const noexcept {
  return ended_ ? std::optional<std::uint64_t>(given_bytes_ + held_.size() - at_) : std::nullopt;
}

Task<Result<std::size_t>> FormUpload::read(ByteSpan out) {
  while (at_ == held_.size() && !ended_) {
    held_.clear();
    at_ = 0;
    HOLDFAST_CO_TRY_VOID(co_await fill());
  }
  const std::size_t count = std::min(out.size(), held_.size() - at_);
  std::memcpy(out.data(), held_.data() + at_, count);
  at_ += count;
  given_bytes_ += count;
  co_return count;
}

Task<Result<>> FormUpload::fill() {
  const ByteSpan buffer(buffer_.get(), kBlockBytes);
  HOLDFAST_CO_TRY(count, co_await wire_.read(buffer));
  if (count == 0) {
    ended_ = true;
    co_return parser_.finish();
  }
  std::vector<ByteView> pieces;
  HOLDFAST_CO_TRY_VOID(parser_.parse(buffer.first(count), pieces));
  for (const ByteView piece : pieces) held_ += as_text(piece);
  co_return Result<>();
}

}  // namespace holdfast::admin
