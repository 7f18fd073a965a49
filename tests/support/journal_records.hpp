// Records for journal tests: what a record holds follows from its sequence number, so that a replay can be checked.
#pragma once

#include "storage/local/journal/journal.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace holdfast::testing {

inline std::string journal_text(std::uint64_t seq, std::size_t bytes, char tag) {
  std::string text = std::string(1, tag) + std::to_string(seq) + ":";
  while (text.size() < bytes) text.push_back(static_cast<char>('a' + (text.size() * 7 + seq) % 26));
  text.resize(bytes);
  return text;
}

struct TestRecord {
  std::uint64_t seq = 0;
  std::string change;
  std::string payload;
  bool operator==(const TestRecord&) const = default;
};

inline TestRecord make_record(std::uint64_t seq, std::size_t change_bytes, std::size_t payload_bytes) {
  return {seq, journal_text(seq, change_bytes, 'c'), journal_text(seq, payload_bytes, 'p')};
}

inline std::vector<storage::local::JournalEntry> entries_of(const std::vector<TestRecord>& records) {
  std::vector<storage::local::JournalEntry> entries;
  for (const TestRecord& record : records) entries.push_back({record.seq, as_bytes(record.change), as_bytes(record.payload)});
  return entries;
}

inline Result<std::vector<storage::local::Journal::Locations>> append_records(storage::local::Journal& journal,
                                                                              const std::vector<TestRecord>& records) {
  std::vector<storage::local::Journal::Locations> locations;
  HOLDFAST_TRY_VOID(journal.append(entries_of(records), locations));
  return locations;
}

inline Result<std::string> read_place(const storage::local::Journal& journal, const storage::local::JournalLocation& place) {
  std::string text(place.length, '\0');
  HOLDFAST_TRY_VOID(journal.read(place, std::as_writable_bytes(std::span(text.data(), text.size()))));
  return text;
}

// What a replay visits; checks on the way that each record can be read at the places it names.
inline Result<std::vector<TestRecord>> replayed(storage::local::Journal& journal) {
  std::vector<TestRecord> records;
  HOLDFAST_TRY_VOID(journal.replay([&](const storage::local::JournalRecord& record) -> Result<> {
    records.push_back({record.seq, std::string(as_text(record.change)), std::string(as_text(record.payload))});
    const auto change = read_place(journal, record.change_location);
    EXPECT_TRUE(change && *change == records.back().change) << "change of " << record.seq;
    EXPECT_EQ(record.payload.empty(), record.payload_location.segment == 0);
    if (!record.payload.empty()) {
      const auto payload = read_place(journal, record.payload_location);
      EXPECT_TRUE(payload && *payload == records.back().payload) << "payload of " << record.seq;
    }
    return {};
  }));
  return records;
}

}  // namespace holdfast::testing
