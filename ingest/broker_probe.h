#pragma once
/// probe_broker(): connects to an MQTT broker as the engine would, under an id of its own, and
/// reads what the broker says of itself on $SYS (mosquitto does; others may say nothing).
///
/// Thread: any; blocks up to about the timeout. Leaves no session behind.
#include <cstdint>
#include <optional>
#include <string>

#include "ingest/paho_source.h"

namespace tocsin::ingest {

struct BrokerFacts {
  std::string version;                   ///< empty: it does not say
  std::optional<std::uint64_t> dropped;  ///< messages not delivered since its start
};

Result<BrokerFacts, SourceError> probe_broker(const PahoOptions& options, Duration timeout);

}  // namespace tocsin::ingest
