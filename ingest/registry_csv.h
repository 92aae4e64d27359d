#pragma once
/// places.csv + devices.csv -> Registry, with a diagnostic for everything in them that is not
/// right. Works on text, so that a registry replayed from the log is the one that was read from
/// disk.
///
///     places.csv:  place_id,parent_id,kind,name_zh,name_en,lat,lon,adjacent,tags
///     devices.csv: device_id,kind,place_id,gateway_id,heartbeat_interval_s,state,tags
///
/// CSV as RFC 4180: quoted cells, "" for a quote, line ends inside quotes; a byte order mark, CRLF
/// and blank lines are fine; spaces around unquoted cells are not part of them. Columns in any
/// order; lists separated by ';'. Places may come before their parents. A row that is wrong is
/// refused, as are the rows below a place that was, and the rest is kept; names and ids are held to
/// the privacy rules of events.
///
/// Codes: E40xx the file, E41xx places, E42xx devices, E43xx privacy and lengths.
/// Thread: any; no state. Cost: 170,000 devices and their places in well under 1 s.
#include <cstddef>
#include <memory>
#include <vector>

#include "core/diagnostic.h"
#include "core/registry.h"
#include "core/source_file.h"

namespace tocsin::ingest {

/// Diagnostics kept of one file; one more then counts the rest.
inline constexpr std::size_t kMaxDiagnosticsPerFile = 1000;
inline constexpr std::int64_t kMaxHeartbeatIntervalS = 366 * 86'400;

struct RegistryOptions {
  bool strict = false;  ///< any error: no registry at all
};

struct LoadedRegistry {
  std::shared_ptr<const Registry> registry;  ///< null only if strict and something is wrong
  Diagnostics diagnostics;                   ///< in order of file and line
  std::size_t refused_rows = 0;
};

/// `files`: by the last part of their names; others are passed over.
LoadedRegistry load_registry(const std::vector<SourceFile>& files,
                             const RegistryOptions& options = {});

}  // namespace tocsin::ingest
