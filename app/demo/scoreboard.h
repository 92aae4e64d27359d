#pragma once
/// What the demo has seen: alerts by rule and severity, and how they compare with what the city
/// planted.
///
/// Thread: add() from one thread, the rest from another.
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "app/common.h"
#include "bench/check/truth_check.h"
#include "core/alert.h"
#include "core/books.h"

namespace tocsin::app {

struct DemoResult {
  Books books;
  bench::CheckReport truth;
  std::uint64_t unpublished = 0;  ///< revisions that did not reach Kafka in time
  bool rules_edited = false;      ///< the city planted what the rules said before
  bool good() const { return books.balance() && (truth.ok() || rules_edited) && unpublished == 0; }
};

class Scoreboard {
 public:
  void add(const AlertRevision& revision);
  /// Compares with the city's truth file, as far as its rules are in force; a file that is not
  /// there expects nothing.
  bench::CheckReport score(const std::string& truth_file,
                           std::set<std::string> rules_in_force) const;

  std::string text(const DemoResult& result, const Common& common) const;
  std::string json(const DemoResult& result) const;

 private:
  struct RuleCount {
    Severity severity{};
    LocalText title;
    std::uint64_t opened = 0;
    std::uint64_t resolved = 0;
  };
  bool is_visitor(const AlertRevision& revision);

  mutable std::mutex mutex_;
  std::map<std::string, RuleCount> rules_;
  std::vector<bench::SeenAlert> seen_;
  std::set<std::string> visitors_;  ///< alerts that events from outside of the city opened
};

}  // namespace tocsin::app
