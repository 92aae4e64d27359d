#pragma once
/// Where a trimmed log begins: the file `origin` in its folder, written before the first segment
/// goes. Without it a log whose first segment is not there has lost something; with it, it was told
/// to.
///
///     magic 8 "TOCSINLO" | version 4 | size 4 | first position 8 | the log's id, 32 characters |
///     XXH3-64 of all before 8
///
/// Thread: any, no state.
#include <optional>
#include <string>

#include "core/log.h"
#include "journal/disk.h"
#include "journal/format.h"

namespace tocsin::journal {

/// nullopt: nothing was ever trimmed. Errors: corrupt, version, or why it cannot be read.
Result<std::optional<Origin>, LogError> read_origin(const std::string& folder, std::string& detail);

/// On the disk, whole or not at all, when it returns 0; else an errno value.
int write_origin(Disk& disk, const std::string& folder, int folder_fd, const Origin& origin);

}  // namespace tocsin::journal
