#include "segment.hpp"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <optional>

#include "holdfast/base/encoding.hpp"

namespace holdfast::storage::local {
namespace {

constexpr std::string_view kSuffix = ".log";
constexpr std::size_t kZeroBytes = 1024 * 1024;

std::string segment_name(std::uint32_t number) {
  char name[16];
  std::snprintf(name, sizeof(name), "%04u", number);
  return std::string(name).append(kSuffix);
}

std::optional<std::uint32_t> segment_number(std::string_view name) {
  if (!name.ends_with(kSuffix)) return std::nullopt;
  const auto number = parse_u64(name.substr(0, name.size() - kSuffix.size()));
  if (!number || *number == 0 || *number > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  const auto value = static_cast<std::uint32_t>(*number);
  return segment_name(value) == name ? std::optional(value) : std::nullopt;
}

SegmentPtr make_segment(std::string path, const SegmentHeader& header, std::unique_ptr<io::File> file) {
  auto segment = std::make_shared<Segment>();
  segment->number = header.segment;
  segment->size = header.segment_bytes;
  segment->path = std::move(path);
  segment->file = std::move(file);
  return segment;
}

Result<SegmentHeader> read_header(const io::File& file, const std::string& path, std::uint32_t number) {
  std::vector<std::byte> block(kBlock);
  HOLDFAST_TRY(got, file.read_at(0, block));
  block.resize(got);
  const auto header = decode_segment_header(block);
  if (!header) return journal_damage(path, 0, std::string(header.error().text()));
  HOLDFAST_TRY(size, file.size_bytes());
  if (header->segment != number) return journal_damage(path, 0, "it says that it is segment " + std::to_string(header->segment));
  if (header->segment_bytes != size) {
    return journal_damage(path, 0, "it has " + std::to_string(size) + " bytes instead of " + std::to_string(header->segment_bytes));
  }
  return *header;
}

Result<SegmentPtr> open_segment(io::FileSystem& files, const std::string& directory, std::uint32_t number, std::uint64_t& journal_id) {
  const std::string path = directory + "/" + segment_name(number);
  HOLDFAST_TRY(file, files.open(path, io::OpenMode::read_write));
  HOLDFAST_TRY(header, read_header(*file, path, number));
  if (journal_id == 0) journal_id = header.journal_id;
  if (header.journal_id != journal_id) return journal_damage(path, 0, "it belongs to another journal");
  return make_segment(path, header, std::move(file));
}

Result<> fill(io::File& file, const SegmentHeader& header) {
  HOLDFAST_TRY_VOID(file.allocate(header.segment_bytes));
  std::vector<std::byte> zeros(std::min<std::uint64_t>(kZeroBytes, header.segment_bytes));
  encode_segment_header(header, zeros);
  for (std::uint64_t offset = 0; offset < header.segment_bytes; offset += zeros.size()) {
    const std::size_t count = std::min<std::uint64_t>(zeros.size(), header.segment_bytes - offset);
    HOLDFAST_TRY_VOID(file.write_at(offset, ByteView(zeros).first(count)));
    if (offset == 0) std::fill_n(zeros.begin(), kBlock, std::byte{0});
  }
  return file.sync();
}

Result<std::unique_ptr<io::File>> create_filled(io::FileSystem& files, const std::string& path, const SegmentHeader& header) {
  HOLDFAST_TRY(file, files.open(path, io::OpenMode::create));
  HOLDFAST_TRY_VOID(fill(*file, header));
  return std::move(file);
}

}  // namespace

Error journal_damage(const std::string& path, std::uint64_t offset, const std::string& what) {
  return Error(ErrorCode::XHoldfastCorruptObject, "The journal is damaged: " + path + " at offset " + std::to_string(offset) + ": " + what +
                                                      ". Run 'holdfast check' on the data folder.");
}

Result<std::vector<SegmentPtr>> open_segments(io::FileSystem& files, const std::string& directory, std::uint64_t& journal_id) {
  HOLDFAST_TRY(entries, files.list(directory));
  std::vector<std::uint32_t> numbers;
  for (const io::DirectoryEntry& entry : entries) {
    const std::string_view name = entry.name;
    if (const auto number = segment_number(name)) {
      numbers.push_back(*number);
    } else if (name.ends_with(io::kTemporarySuffix) && segment_number(name.substr(0, name.size() - io::kTemporarySuffix.size()))) {
      HOLDFAST_TRY_VOID(files.remove(directory + "/" + entry.name));
    }
  }
  std::sort(numbers.begin(), numbers.end());
  std::vector<SegmentPtr> segments;
  for (const std::uint32_t number : numbers) {
    HOLDFAST_TRY(segment, open_segment(files, directory, number, journal_id));
    segments.push_back(std::move(segment));
  }
  return segments;
}

Result<SegmentPtr> create_segment(io::FileSystem& files, const std::string& directory, const SegmentHeader& header) {
  const std::string path = directory + "/" + segment_name(header.segment);
  const std::string temporary = path + std::string(io::kTemporarySuffix);
  auto file = create_filled(files, temporary, header);
  if (!file) {
    (void)files.remove(temporary);
    return file.error();
  }
  auto placed = files.rename(temporary, path);
  if (!placed) {
    (void)files.remove(temporary);
    return placed.error();
  }
  placed = files.sync_directory(directory);
  if (!placed) {
    (void)files.remove(path);
    return placed.error();
  }
  return make_segment(path, header, std::move(*file));
}

}  // namespace holdfast::storage::local
