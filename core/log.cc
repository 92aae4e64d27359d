#include "core/log.h"

#include <fmt/format.h>

#include "core/digest.h"

namespace tocsin {

std::string_view to_string(RecordKind kind) {
  switch (kind) {
    case RecordKind::start: return "start";
    case RecordKind::beat: return "beat";
    case RecordKind::tick: return "tick";
    case RecordKind::frame: return "frame";
    case RecordKind::bundle: return "bundle";
    case RecordKind::registry: return "registry";
    case RecordKind::command: return "command";
    case RecordKind::gateway: return "gateway";
    case RecordKind::alert: return "alert";
  }
  return "unknown";
}

std::string_view to_string(LogError error) {
  switch (error) {
    case LogError::closed: return "closed";
    case LogError::too_large: return "too_large";
    case LogError::no_space: return "no_space";
    case LogError::io: return "io";
    case LogError::corrupt: return "corrupt";
    case LogError::locked: return "locked";
    case LogError::permission: return "permission";
    case LogError::version: return "version";
    case LogError::trimmed: return "trimmed";
  }
  return "unknown";
}

std::string_view describe(LogError error) {
  switch (error) {
    case LogError::closed: return "the log is closed";
    case LogError::too_large: return "the record is too large for the log";
    case LogError::no_space: return "no space left on the disk";
    case LogError::io: return "the log cannot be read or written";
    case LogError::corrupt: return "the log is corrupt";
    case LogError::locked: return "the log is in use";
    case LogError::permission: return "no permission for the log";
    case LogError::version: return "the log is of another version of tocsin";
    case LogError::trimmed: return "what is asked for is no longer kept in the log";
  }
  return "unknown";
}

std::string log_id(const LogRecord& first) {
  return hash128_hex(fmt::format("{} {} {} {}", first.position, unix_ms(first.arr),
                                 to_string(first.kind), first.body));
}

}  // namespace tocsin
