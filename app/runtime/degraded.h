#pragma once
/// What keeps the service from being fully well, and what is news about it.
#include <string>
#include <vector>

namespace tocsin::app {

enum class Part : unsigned char {
  engine,  ///< stopped by itself
  alert_log_full,
  books,
  refused_record,
  event_log,
  alert_log,
  broker,
  kafka,
  mqtt,
  wall_clock,
  reload,
  snapshot,
  retention,
};

struct Degraded {
  Part part{};
  std::string reason;  ///< in words; may change while the state lasts
};

/// DegradedNews: turns looks at the present state into one line where a state begins and one where
/// it ends. A state that began and ended between two looks is not seen.
///
/// Thread: one. Limits: one line each per Part and look.
class DegradedNews {
 public:
  /// Lines for people: "degraded: REASON", "over: REASON". What begins comes first.
  std::vector<std::string> look(const std::vector<Degraded>& now);

 private:
  std::vector<Degraded> known_;
};

}  // namespace tocsin::app
