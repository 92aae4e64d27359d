#pragma once
/// SegmentCursor: walks the records of one segment file and checks every byte of them. Used by
/// recovery, by the reader that follows the log, and by inspection, so that all three judge alike.
///
/// Thread: one. Lifetime: record().body is valid until the next call. Reads 256 KiB ahead; the
/// buffer grows to the largest record.
#include <cstdint>
#include <string>
#include <vector>

#include "core/log.h"
#include "journal/disk.h"
#include "journal/format.h"

namespace tocsin::journal {

class SegmentCursor {
 public:
  enum class Step : std::uint8_t {
    record,
    end,  ///< nothing before the limit
    bad,  ///< fault() says what is wrong with the bytes at offset()
  };

  /// Checks the header; `detail` tells what is wrong. `first`: what the file name says.
  static Result<SegmentCursor, LogError> open(const std::string& path, LogPosition first,
                                              std::string& detail);

  /// The next record; bytes at or beyond file offset `limit` are not looked at. After `bad`, again
  /// bad.
  Step next(std::uint64_t limit);
  /// After `bad`: finds a later place where a whole record begins, and stands on it (next() gives
  /// it).
  bool resync(std::uint64_t limit);

  const LogRecord& record() const { return record_; }
  LogPosition synced() const { return synced_; }  ///< of the current record
  std::uint64_t offset() const { return offset_; }
  LogPosition expected() const { return expected_; }  ///< position of the record at offset()
  Timestamp last_arrival() const { return last_arrival_; }
  void expect_arrival_from(Timestamp arrival) { last_arrival_ = arrival; }
  const std::string& fault() const { return fault_; }
  LogError error() const { return error_; }  ///< after `bad`: corrupt, version or io
  std::uint64_t size() const;                ///< of the file, now
  std::uint64_t salt() const { return header_.salt; }
  Timestamp created() const { return header_.created; }

 private:
  SegmentCursor(Fd file, SegmentHeader header);
  Step fail(LogError error, std::string what);
  /// The bytes [offset_, offset_ + size) as far as they lie before `limit`.
  std::string_view window(std::size_t size, std::uint64_t limit);

  Fd file_;
  SegmentHeader header_;
  std::uint64_t offset_ = kSegmentHeaderBytes;
  LogPosition expected_ = 0;
  Timestamp last_arrival_ = Timestamp::min();
  LogRecord record_;
  LogPosition synced_ = 0;
  std::string fault_;
  LogError error_{};
  int read_error_ = 0;
  std::vector<char> buffer_;
  std::uint64_t buffer_start_ = 0;  // file offset of buffer_[0]
  std::size_t buffered_ = 0;
};

}  // namespace tocsin::journal
