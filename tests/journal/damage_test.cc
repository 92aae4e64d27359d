// What a crash or a bad disk leaves behind: a torn tail is cut, damage is refused, and no reader
// ever gets a record that nobody wrote.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <xxhash.h>

#include <cstring>

#include "journal/format.h"
#include "journal/inspect.h"
#include "tests/journal/log_folder.h"

namespace tocsin::journal {
namespace {

using Files = std::vector<std::pair<std::filesystem::path, std::string>>;

Files snapshot(const std::string& folder) {
  Files files;
  for (const auto& path : segment_files(folder)) files.emplace_back(path, read_bytes(path));
  return files;
}

void restore(const std::string& folder, const Files& files) {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  for (const auto& [path, bytes] : files) write_bytes(path, bytes);
}

void put_byte(const std::filesystem::path& path, std::size_t at, char byte) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(at));
  file.put(byte);
}

void flip(const std::filesystem::path& path, const std::string& bytes, std::size_t bit) {
  put_byte(path, bit / 8, static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8))));
}
void unflip(const std::filesystem::path& path, const std::string& bytes, std::size_t bit) {
  put_byte(path, bit / 8, bytes[bit / 8]);
}

class Damage : public testing::Test {
 protected:
  // Writes a log of `records` frames and keeps its bytes and what a reader gives.
  void fill(int records, Durability durability, std::uint64_t segment_bytes) {
    FileLogOptions options = options_for(folder_, clock_);
    options.durability = durability;
    options.segment_bytes = segment_bytes;
    const auto log = open_log(options);
    for (int i = 0; i < records; ++i) {
      clock_.ms += 7;
      put(*log, "frame number " + std::to_string(i) + std::string(60, 'x'));
    }
    written_ = read_all(*log);
    log->close();
    files_ = snapshot(folder_.log());
  }

  std::vector<Kept> read_by_inspection() {
    std::vector<Kept> kept;
    inspection_ =
        *inspect(folder_.log(), [&](const LogRecord& r, const SegmentStat&, std::uint64_t) {
          kept.push_back({r.position, r.arr, r.kind, std::string(r.body)});
        });
    return kept;
  }

  bool is_prefix(const std::vector<Kept>& part) const {
    return part.size() <= written_.size() && std::equal(part.begin(), part.end(), written_.begin());
  }
  bool is_subset(const std::vector<Kept>& part) const {
    return std::ranges::all_of(part, [&](const Kept& k) {
      return k.position >= 1 && k.position <= written_.size() && written_[k.position - 1] == k;
    });
  }

  TempFolder folder_;
  FakeClock clock_;
  std::vector<Kept> written_;
  Files files_;
  Inspection inspection_;
};

TEST_F(Damage, TornTailIsCutAtEveryByteOfTheLastRecord) {
  fill(5, Durability::sync, 64 << 20);
  const std::string whole = files_.back().second;
  const std::size_t last = kRecordHeaderBytes + written_.back().body.size();
  for (std::size_t cut = 1; cut <= last; ++cut) {
    files_.back().second = whole.substr(0, whole.size() - cut);
    restore(folder_.log(), files_);
    const auto log = open_log(options_for(folder_, clock_));
    ASSERT_NE(log, nullptr);
    EXPECT_EQ(log->opened().torn_bytes, last - cut);
    EXPECT_EQ(log->opened().last, written_.size() - 1);
    const auto kept = read_all(*log);
    ASSERT_EQ(kept.size(), written_.size()) << "the start record takes the place of the torn one";
    EXPECT_TRUE(std::equal(kept.begin(), kept.end() - 1, written_.begin()));
    EXPECT_EQ(kept.back().kind, RecordKind::start);
  }
}

TEST_F(Damage, EveryBitFlippedInASmallLogIsDetected) {
  fill(36, Durability::sync, 1400);
  ASSERT_GE(files_.size(), 3u);
  std::size_t bytes = 0;
  for (std::size_t f = 0; f < files_.size(); ++f) {
    const Files original = files_;
    bytes += original[f].second.size();
    for (std::size_t bit = 0; bit < original[f].second.size() * 8; ++bit) {
      flip(original[f].first, original[f].second, bit);
      const auto kept = read_by_inspection();
      ASSERT_FALSE(inspection_.sound()) << "bit " << bit << " of segment " << f;
      ASSERT_TRUE(is_subset(kept)) << "bit " << bit << " of segment " << f;
      std::string detail;
      const auto recovered = recover(folder_.log(), Check::all, detail);
      if (recovered) {
        ASSERT_GT(recovered->torn_bytes, 0u) << "bit " << bit << " of segment " << f;
        ASSERT_EQ(recovered->last, written_.size() - 1) << "only the last record may be cut";
        ASSERT_TRUE(is_prefix(read_by_inspection()) && inspection_.sound());
        write_bytes(original[f].first, original[f].second);
      } else {
        ASSERT_EQ(recovered.error(), LogError::corrupt) << detail;
        unflip(original[f].first, original[f].second, bit);
      }
    }
  }
  EXPECT_GE(bytes, 4096u);
}

TEST_F(Damage, ARecordThatLaterOnesCallSyncedIsNeverCut) {
  fill(5, Durability::sync, 64 << 20);
  std::string bytes = files_.back().second;
  bytes[bytes.size() - kRecordHeaderBytes - written_.back().body.size() - 3] ^= 1;
  write_bytes(files_.back().first, bytes);
  FileLogOptions options = options_for(folder_, clock_);
  std::string detail;
  const auto log = FileLog::open(options, &detail);
  ASSERT_FALSE(log.has_value());
  EXPECT_EQ(log.error(), LogError::corrupt);
  EXPECT_THAT(detail, testing::HasSubstr("position 5"));
  EXPECT_EQ(read_bytes(files_.back().first), bytes) << "refusing repairs nothing";
}

TEST_F(Damage, AnUnsyncedGroupWithAHoleIsCutFromTheHole) {
  // Without sync no record says that another is on disk: the disk may keep the later page and lose
  // the earlier one.
  fill(5, Durability::os, 64 << 20);
  std::string bytes = files_.back().second;
  const std::size_t one = kRecordHeaderBytes + written_.back().body.size();
  for (std::size_t i = 0; i < one; ++i) bytes[bytes.size() - 2 * one + i] = 0;
  write_bytes(files_.back().first, bytes);
  const auto log = open_log(options_for(folder_, clock_));
  ASSERT_NE(log, nullptr);
  EXPECT_EQ(log->opened().torn_bytes, 2 * one);
  EXPECT_EQ(log->opened().last, written_.size() - 2);
}

TEST_F(Damage, AMissingSegmentIsRefusedWhereverItStood) {
  fill(60, Durability::sync, 1400);
  ASSERT_GE(files_.size(), 4u);
  for (const std::size_t gone : {std::size_t{0}, files_.size() / 2}) {
    restore(folder_.log(), files_);
    std::filesystem::remove(files_[gone].first);
    std::string detail;
    const auto log = FileLog::open(options_for(folder_, clock_), &detail);
    ASSERT_FALSE(log.has_value());
    EXPECT_EQ(log.error(), LogError::corrupt);
    EXPECT_THAT(detail, testing::HasSubstr("position"));
    read_by_inspection();
    EXPECT_FALSE(inspection_.sound());
  }
}

TEST_F(Damage, SwappedTruncatedAndZeroedSegmentsAreRefused) {
  fill(60, Durability::sync, 1400);
  const auto refused = [&](const Files& files) {
    restore(folder_.log(), files);
    const auto log = FileLog::open(options_for(folder_, clock_));
    read_by_inspection();
    return !log && log.error() == LogError::corrupt && !inspection_.sound();
  };
  Files swapped = files_;
  std::swap(swapped[1].second, swapped[2].second);
  EXPECT_TRUE(refused(swapped));
  Files truncated = files_;
  const std::size_t one = kRecordHeaderBytes + written_.back().body.size();
  truncated[1].second.resize(truncated[1].second.size() - one);
  EXPECT_TRUE(refused(truncated)) << "cut at the border of a record";
  Files zeroed = files_;
  zeroed[1].second.assign(zeroed[1].second.size(), '\0');
  EXPECT_TRUE(refused(zeroed));
}

TEST_F(Damage, BytesOfAnotherSegmentDoNotPassForRecords) {
  // A frame whose payload is a copy of a whole record: the salt of each segment is its own secret.
  fill(3, Durability::sync, 64 << 20);
  const std::string record = files_.back().second.substr(kSegmentHeaderBytes, 80);
  SegmentHeader other{1, 42, {}};
  EXPECT_TRUE(decode_record_header(record).has_value());
  EXPECT_FALSE(checksum_holds(record, decode_record_header(record)->size(), other.salt));
}

TEST_F(Damage, AReaderMeetsDamageThatHappenedAfterTheOpen) {
  fill(5, Durability::sync, 64 << 20);
  const auto log = open_log(options_for(folder_, clock_));
  std::string bytes = read_bytes(files_.back().first);
  bytes[200] ^= 4;
  write_bytes(files_.back().first, bytes);
  LogError error{};
  EXPECT_TRUE(is_prefix(read_all(*log, 1, &error)));
  EXPECT_EQ(error, LogError::corrupt);
}

TEST_F(Damage, ASegmentThatWasBeingCreatedIsRemoved) {
  fill(2, Durability::sync, 64 << 20);
  const std::string left = folder_.log() + "/" + segment_name(9) + std::string(kUnfinishedSuffix);
  write_bytes(left, "TOC");
  ASSERT_NE(open_log(options_for(folder_, clock_)), nullptr);
  EXPECT_FALSE(std::filesystem::exists(left));
}

TEST_F(Damage, ANewerFormatIsRefusedByName) {
  fill(2, Durability::sync, 64 << 20);
  std::string bytes = files_.back().second;
  bytes[8] = 2;  // the format version, with a checksum as a later version would write it
  const std::uint64_t checksum = XXH3_64bits(bytes.data(), kSegmentHeaderBytes - 8);
  std::memcpy(bytes.data() + kSegmentHeaderBytes - 8, &checksum, 8);
  write_bytes(files_.back().first, bytes);
  std::string detail;
  EXPECT_EQ(FileLog::open(options_for(folder_, clock_), &detail).error(), LogError::version);
  EXPECT_THAT(detail, testing::HasSubstr("newer version"));
}

}  // namespace
}  // namespace tocsin::journal
