#pragma once
/// What a reader of the topic, of a replay's output or of an engine saw: the part of an alert
/// revision that the truth speaks about. Read by its own few lines, not by the code that wrote it.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/alert.h"

namespace tocsin::bench {

struct SeenAlert {
  std::string alert_id;
  std::string rule;
  std::string kind;  ///< empty or "rule": an alert of a rule; else one about a rule
  std::uint32_t rev = 0;
  std::string severity;
  std::map<std::string, std::string> key;
  std::int64_t opened_at = 0;  ///< Unix ms
  bool shadow = false;
  std::vector<std::string> evidence;  ///< event ids
  std::int64_t received_ns = 0;       ///< of whoever saw it; 0: not stated
};

SeenAlert seen(const AlertRevision& alert);
/// One line of JSON, schema tocsin.alert/1. nullopt: not an alert revision (a summary, a
/// heartbeat).
std::optional<SeenAlert> parse_seen(std::string_view json);

}  // namespace tocsin::bench
