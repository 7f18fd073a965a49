// GetObject. Source: AWS S3 API reference.
#include "s3/ops/operations.hpp"

#include "s3/authorize.hpp"
#include "s3/context.hpp"
#include "s3/encryption.hpp"
#include "s3/object_answer.hpp"

namespace holdfast::s3::ops {
namespace {

// Pulls one range of an object from its reader, which it keeps alive.
class ReaderSource final : public http::ContentSource {
 public:
  ReaderSource(std::unique_ptr<storage::Reader> reader, ByteRange range, bool allow_file_range)
      : reader_(std::move(reader)), offset_(range.offset), remaining_(range.length), allow_file_range_(allow_file_range) {}

  Task<Result<Piece>> next() override {
    if (remaining_ == 0) co_return Piece(SharedBytes{});
    HOLDFAST_CO_TRY(piece, co_await reader_->read(offset_, remaining_, allow_file_range_));
    const auto* range = std::get_if<FileRange>(&piece);
    const std::uint64_t length = range != nullptr ? range->length : std::get<SharedBytes>(piece).bytes.size();
    offset_ += length;
    remaining_ -= length;
    co_return std::move(piece);
  }

 private:
  std::unique_ptr<storage::Reader> reader_;
  std::uint64_t offset_;
  std::uint64_t remaining_;
  bool allow_file_range_;
};

}  // namespace

Answer get_object(Context& context) {
  auto reader = co_await context.engine.open(context.object_name());
  if (!reader) co_return hide_missing_key(context, std::move(reader).error(), context.bucket());
  HOLDFAST_CO_TRY(content, co_await open_content(context, std::move(*reader), context.bucket(), context.key(), CustomerHeaders::object));
  HOLDFAST_CO_TRY(answer, answer_object(context, content->info(), content->parts()));
  if (answer.content) {
    const bool plain = !context.request.secure;  // sendfile can't encrypt
    answer.response.source = std::make_unique<ReaderSource>(std::move(content), *answer.content, plain);
  }
  co_return std::move(answer.response);
}

}  // namespace holdfast::s3::ops
