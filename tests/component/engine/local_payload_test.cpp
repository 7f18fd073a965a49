// Block checksums of payloads whose size isn't known, and where payloads go.
#include "storage/local/payload_sink.hpp"
#include "storage/local/readers.hpp"

#include "fault/engine_fixture.hpp"

#include "holdfast/base/limits.hpp"

namespace holdfast::testing {
namespace {

using storage::local::BlockChecksums;

storage::local::Extent extent_of(BlockChecksums& checksums, const std::string& text) {
  storage::local::Extent extent;
  extent.file_bytes = text.size();
  extent.length = text.size();
  extent.block_crc32c = checksums.finish();
  extent.block_bytes = checksums.block_bytes();
  return extent;
}

TEST(BlockChecksums, KnownSize_blocksFitTheBound) {
  const std::uint64_t size = 5 * limits::kGiB;
  const BlockChecksums part(size, limits::kBlocksPerPart);
  EXPECT_LE(size, part.block_bytes() * limits::kBlocksPerPart);
  EXPECT_GT(size, part.block_bytes() / 2 * limits::kBlocksPerPart);
  EXPECT_EQ(BlockChecksums(0, 16).block_bytes(), limits::kBlockBytesMin);
  EXPECT_EQ(BlockChecksums(16 * limits::kMiB, 16).block_bytes(), limits::kMiB);
  EXPECT_EQ(BlockChecksums(16 * limits::kMiB + 1, 16).block_bytes(), 2 * limits::kMiB);
}

TEST(BlockChecksums, UnknownSize_blocksGrowAndStillMatch) {
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{limits::kMiB}, std::size_t{4 * limits::kMiB}, std::size_t{4 * limits::kMiB + 1},
        std::size_t{9 * limits::kMiB + 12345}, std::size_t{16 * limits::kMiB}}) {
    const std::string text = text_of(size, 3);
    BlockChecksums checksums(std::nullopt, 4);
    for (std::size_t at = 0; at < size; at += 300'000) checksums.update(as_bytes(std::string_view(text).substr(at, 300'000)));
    const auto extent = extent_of(checksums, text);
    EXPECT_LE(extent.block_crc32c.size(), 4U) << size;
    EXPECT_TRUE(storage::local::blocks_match(extent, 0, as_bytes(text))) << size;
  }
}

TEST(BlockChecksums, ChangedByte_doesNotMatch) {
  std::string text = text_of(3 * limits::kMiB, 1);
  BlockChecksums checksums(text.size(), 16);
  checksums.update(as_bytes(text));
  const auto extent = extent_of(checksums, text);
  text[2 * limits::kMiB] ^= 1;
  EXPECT_FALSE(storage::local::blocks_match(extent, 0, as_bytes(text)));
  EXPECT_TRUE(storage::local::blocks_match(extent, 0, as_bytes(text).first(limits::kMiB)));
}

class PayloadPlaces : public LocalEngineTest {
 protected:
  void SetUp() override { make_bucket(open(), "b", storage::Versioning::unversioned); }

  void put_unknown_size(const std::string& key, const std::string& text, std::size_t step) {
    storage::PutSpec spec;
    spec.bucket = "b";
    spec.key = key;
    auto writer = must(sync_wait(engine->create(std::move(spec))));
    for (std::size_t at = 0; at < text.size(); at += step)
      must(sync_wait(writer->write(as_bytes(std::string_view(text).substr(at, step)))));
    Verified proof = verified(text);
    must(sync_wait(writer->commit(std::move(proof.digests), proof.etag, std::nullopt)));
  }
};

TEST_F(PayloadPlaces, UnknownSize_smallAndLarge_readBack) {
  for (const std::size_t size : {0U, 1U, 1024U, 1025U, 300'000U, 3'000'000U}) {
    const std::string text = text_of(size, 9);
    put_unknown_size("k", text, 70'001);
    EXPECT_EQ(read_all(*engine, {"b", "k", ""}), text);
  }
}

TEST_F(PayloadPlaces, SmallAndUnsettled_touchesNoFile) {
  close();
  never_settle();
  open();
  const auto before = disk.tree();
  put(*engine, "b", "k", text_of(kSmall, 1));
  EXPECT_EQ(disk.tree(), before);
  EXPECT_EQ(read_all(*engine, {"b", "k", ""}), text_of(kSmall, 1));
}

TEST_F(PayloadPlaces, OverwrittenBeforeItSettled_neverBecomesAFile) {
  close();
  never_settle();
  open();
  for (unsigned i = 0; i < 20; ++i) put(*engine, "b", "k", text_of(kSmall, i));
  put(*engine, "b", "gone", text_of(kLarge, 1));
  remove(*engine, "b", {"gone"});
  const std::uint64_t steps = disk.steps();
  close();
  EXPECT_EQ(files_in("buckets").size(), 2U);
  int creates = 0;
  for (const Step& step : disk.log()) {
    if (step.number > steps && step.op == Op::create && step.path.find("/buckets/") != std::string::npos) ++creates;
  }
  EXPECT_EQ(creates, 2);
  EXPECT_TRUE(files_in("staging").empty());
}

}  // namespace
}  // namespace holdfast::testing
