#include "s3/sealed_content.hpp"

#include "holdfast/base/encoding.hpp"
#include "holdfast/base/limits.hpp"
#include "holdfast/base/log.hpp"
#include "holdfast/base/random.hpp"
#include "holdfast/crypto/aead.hpp"
#include "holdfast/crypto/object_cipher.hpp"

#include <algorithm>

namespace holdfast::s3 {
namespace {

using crypto::kContentBlockBytes;

constexpr std::uint64_t kBlocksAtOnce = limits::kBodyBufferBytes / kContentBlockBytes;
constexpr std::string_view kChecksumContext = "checksum";
constexpr std::size_t kEtagBytes = 16;

// One sealed content among those that make up an object.
struct Section {
  std::uint32_t part_number = 0;
  std::uint64_t size_bytes = 0;
  std::uint64_t start = 0;   // in the plaintext
  std::uint64_t stored = 0;  // in what the engine has
};

std::vector<Section> sections_of(const storage::ObjectInfo& info, const std::vector<storage::PartInfo>& parts) {
  std::vector<Section> sections;
  if (parts.empty()) sections.push_back({0, info.size_bytes, 0, 0});
  std::uint64_t start = 0;
  std::uint64_t stored = 0;
  for (const storage::PartInfo& part : parts) {
    sections.push_back({part.number, part.size_bytes, start, stored});
    start += part.size_bytes;
    stored += crypto::sealed_size(part.size_bytes);
  }
  return sections;
}

class OpeningReader final : public storage::Reader {
 public:
  OpeningReader(std::unique_ptr<storage::Reader> sealed, const crypto::Key& object_key)
      : sealed_(std::move(sealed)),
        object_key_(object_key),
        info_(sealed_->info()),
        parts_(sealed_->parts()),
        sections_(sections_of(info_, parts_)) {
    info_.checksum = open_checksum(info_.checksum, object_key_);
    for (storage::PartInfo& part : parts_) part.checksum = open_checksum(part.checksum, object_key_);
  }

  const storage::ObjectInfo& info() const noexcept override { return info_; }
  const std::vector<storage::PartInfo>& parts() const noexcept override { return parts_; }

  Task<Result<Piece>> read(std::uint64_t offset, std::uint64_t length, bool) override {
    HOLDFAST_CO_TRY(bytes, co_await read_unchecked(offset, length));
    co_return Piece(bytes);
  }

  Task<Result<SharedBytes>> read_unchecked(std::uint64_t offset, std::uint64_t length) override {
    if (offset >= info_.size_bytes || length == 0) co_return Error(ErrorCode::InternalError, "A read beyond the object's end.");
    HOLDFAST_CO_TRY_VOID(co_await enter(offset));
    const Section& section = *section_;
    const std::uint64_t from = offset - section.start;
    const std::uint64_t to = std::min(section.size_bytes, from + length);
    const std::uint64_t first = from / kContentBlockBytes;
    const std::uint64_t end = std::min((to - 1) / kContentBlockBytes + 1, first + kBlocksAtOnce);
    const std::uint64_t sealed_end = std::min(crypto::sealed_offset(end), crypto::sealed_size(section.size_bytes));
    const std::uint64_t plain_start = first * kContentBlockBytes;
    const std::uint64_t plain_end = std::min(end * kContentBlockBytes, section.size_bytes);

    HOLDFAST_CO_TRY(sealed, co_await read_sealed(section.stored + crypto::sealed_offset(first), section.stored + sealed_end));
    const auto size = static_cast<std::size_t>(plain_end - plain_start);
    const std::shared_ptr<std::byte[]> plain = std::make_shared_for_overwrite<std::byte[]>(size);
    if (!opener_->open(first, sealed.bytes, {plain.get(), size})) co_return damaged();
    const auto count = static_cast<std::size_t>(std::min(to, plain_end) - from);
    co_return SharedBytes{plain, ByteView(plain.get() + (from - plain_start), count)};
  }

 private:
  // Makes the section that `offset` lies in the current one.
  Task<Result<>> enter(std::uint64_t offset) {
    // Of empty sections at the same place the last isn't empty.
    const auto after = std::ranges::upper_bound(sections_, offset, {}, &Section::start);
    const Section* wanted = &*std::prev(after);
    if (wanted == section_) co_return Result<>();
    HOLDFAST_CO_TRY(salt, co_await read_sealed(wanted->stored, wanted->stored + crypto::kContentSaltBytes));
    opener_.emplace(object_key_, wanted->part_number, salt.bytes, wanted->size_bytes);
    section_ = wanted;
    co_return Result<>();
  }

  Task<Result<SharedBytes>> read_sealed(std::uint64_t begin, std::uint64_t end) {
    HOLDFAST_CO_TRY(first, co_await sealed_->read_unchecked(begin, end - begin));
    if (first.bytes.size() == end - begin) co_return first;
    auto whole = std::make_shared<std::string>(as_text(first.bytes));
    while (whole->size() < end - begin) {
      HOLDFAST_CO_TRY(more, co_await sealed_->read_unchecked(begin + whole->size(), end - begin - whole->size()));
      *whole += as_text(more.bytes);
    }
    const ByteView bytes = as_bytes(*whole);
    co_return SharedBytes{std::move(whole), bytes};
  }

  Error damaged() const {
    log::error("An encrypted object is damaged: a block is not what was sealed. Run 'holdfast check' on the data folder.",
               {{"key", info_.key}, {"version", info_.version_id}});
    return ErrorCode::XHoldfastCorruptObject;
  }

  std::unique_ptr<storage::Reader> sealed_;
  const crypto::Key object_key_;
  storage::ObjectInfo info_;
  std::vector<storage::PartInfo> parts_;
  const std::vector<Section> sections_;
  const Section* section_ = nullptr;
  std::optional<crypto::ContentOpener> opener_;
};

// What object and part writers have in common.
class Sealing {
 public:
  Sealing(const crypto::Key& object_key, std::uint32_t part_number, bool opaque_etag)
      : object_key_(object_key), sealer_(object_key, part_number), opaque_etag_(opaque_etag) {}

  Task<Result<>> write(storage::Writer& writer, ByteView plaintext) {
    sealed_.clear();
    sealer_.update(plaintext, sealed_);
    if (sealed_.empty()) co_return Result<>();
    co_return co_await writer.write(as_bytes(sealed_));
  }

  Task<Result<>> finish(storage::Writer& writer) {
    sealed_.clear();
    sealer_.finish(sealed_);
    if (sealed_.empty()) co_return Result<>();
    co_return co_await writer.write(as_bytes(sealed_));
  }

  std::string etag(std::string given) const { return opaque_etag_ ? random_hex(kEtagBytes) : std::move(given); }
  std::optional<storage::Checksum> seal(const std::optional<storage::Checksum>& checksum) const {
    return seal_checksum(checksum, object_key_);
  }

 private:
  const crypto::Key object_key_;
  crypto::ContentSealer sealer_;
  const bool opaque_etag_;
  std::string sealed_;
};

class SealingObjectWriter final : public storage::ObjectWriter {
 public:
  SealingObjectWriter(std::unique_ptr<storage::ObjectWriter> writer, Sealing sealing)
      : writer_(std::move(writer)), sealing_(std::move(sealing)) {}

  Task<Result<>> write(ByteView bytes) override { return sealing_.write(*writer_, bytes); }

  Task<Result<storage::ObjectPtr>> commit(hash::VerifiedDigests digests, std::string etag,
                                          std::optional<storage::Checksum> checksum) override {
    HOLDFAST_CO_TRY_VOID(co_await sealing_.finish(*writer_));
    HOLDFAST_CO_TRY(kept, co_await writer_->commit(std::move(digests), sealing_.etag(std::move(etag)), sealing_.seal(checksum)));
    auto shown = std::make_shared<storage::ObjectInfo>(*kept);
    shown->checksum = std::move(checksum);
    co_return storage::ObjectPtr(std::move(shown));
  }

 private:
  std::unique_ptr<storage::ObjectWriter> writer_;
  Sealing sealing_;
};

class SealingPartWriter final : public storage::PartWriter {
 public:
  SealingPartWriter(std::unique_ptr<storage::PartWriter> writer, Sealing sealing)
      : writer_(std::move(writer)), sealing_(std::move(sealing)) {}

  Task<Result<>> write(ByteView bytes) override { return sealing_.write(*writer_, bytes); }

  Task<Result<storage::PartInfo>> commit(hash::VerifiedDigests digests, std::string etag,
                                         std::optional<storage::Checksum> checksum) override {
    HOLDFAST_CO_TRY_VOID(co_await sealing_.finish(*writer_));
    HOLDFAST_CO_TRY(part, co_await writer_->commit(std::move(digests), sealing_.etag(std::move(etag)), sealing_.seal(checksum)));
    part.checksum = std::move(checksum);
    co_return std::move(part);
  }

 private:
  std::unique_ptr<storage::PartWriter> writer_;
  Sealing sealing_;
};

}  // namespace

std::unique_ptr<storage::Reader> make_opening_reader(std::unique_ptr<storage::Reader> sealed, const crypto::Key& object_key) {
  return std::make_unique<OpeningReader>(std::move(sealed), object_key);
}

std::unique_ptr<storage::ObjectWriter> make_sealing_writer(std::unique_ptr<storage::ObjectWriter> writer, const crypto::Key& object_key,
                                                           bool opaque_etag) {
  return std::make_unique<SealingObjectWriter>(std::move(writer), Sealing(object_key, 0, opaque_etag));
}

std::unique_ptr<storage::PartWriter> make_sealing_writer(std::unique_ptr<storage::PartWriter> writer, const crypto::Key& object_key,
                                                         std::uint32_t part_number, bool opaque_etag) {
  return std::make_unique<SealingPartWriter>(std::move(writer), Sealing(object_key, part_number, opaque_etag));
}

std::optional<storage::Checksum> seal_checksum(const std::optional<storage::Checksum>& checksum, const crypto::Key& object_key) {
  if (!checksum) return std::nullopt;
  const std::string sealed = crypto::seal(object_key.derive(kChecksumContext), as_bytes(checksum->value), as_bytes(kChecksumContext));
  return storage::Checksum{checksum->algorithm, checksum->type, base64_encode(as_bytes(sealed))};
}

std::optional<storage::Checksum> open_checksum(const std::optional<storage::Checksum>& checksum, const crypto::Key& object_key) {
  if (!checksum) return std::nullopt;
  const auto sealed = base64_decode(checksum->value);
  if (!sealed) return std::nullopt;
  const auto value = crypto::open(object_key.derive(kChecksumContext), *sealed, as_bytes(kChecksumContext));
  if (!value) return std::nullopt;
  return storage::Checksum{checksum->algorithm, checksum->type, std::string(value->text())};
}

}  // namespace holdfast::s3
