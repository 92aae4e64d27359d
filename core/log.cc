#include "core/log.h"

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
  }
  return "unknown";
}

}  // namespace tocsin
