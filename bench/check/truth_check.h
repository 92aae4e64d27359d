#pragma once
/// Truth against alerts: every planted incident gives exactly its alerts, and no other alert of a
/// planted rule opens. Looks at openings (rev 1) and at repeated deliveries of any revision.
///
/// Thread: none of its own; the caller guards it. Memory: all openings and the ids of all
/// revisions.
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/check/seen_alert.h"
#include "bench/sim/truth.h"
#include "core/time.h"

namespace tocsin::bench {

struct CheckOptions {
  /// The rules in force; expected alerts of others are skipped and counted. Empty: all are.
  std::set<std::string> rules;
  /// Any opening of these is wrong unless expected, even if nothing of theirs was planted.
  std::set<std::string> watched;
  /// How far `opened_at` may lie from the moment the alert must open.
  Duration early{1000};
  Duration late{60'000};
};

enum class Fault : std::uint8_t {
  missed,           ///< expected, never opened
  opened_twice,     ///< opened more often than expected: duplicated
  delivered_twice,  ///< the same revision came again: duplicated
  unexpected,       ///< wrong: nobody planted it
  wrong_severity,
  wrong_time,
  wrong_evidence,  ///< names none of the events that should have opened it
};
std::string_view to_string(Fault fault);

struct Finding {
  Fault fault{};
  std::string rule;
  std::string key;  ///< "loc.building=B00012"
  std::string detail;
};

/// An expected alert and the opening that answers it.
struct Answered {
  sim::ExpectedAlert expected;
  SeenAlert alert;
};

struct CheckReport {
  std::uint64_t expected = 0;  ///< of rules in force
  std::uint64_t skipped = 0;   ///< of rules not in force
  std::uint64_t openings = 0;  ///< seen
  std::uint64_t missed = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t wrong = 0;
  std::vector<Finding> findings;  ///< at most kMaxFindings
  std::vector<Answered> answered;
  bool ok() const { return missed == 0 && duplicated == 0 && wrong == 0; }
};
inline constexpr std::size_t kMaxFindings = 100;

/// {"expected":…,"skipped":…,"openings":…,"missed":…,"duplicated":…,"wrong":…,"findings":[…]}
std::string to_json(const CheckReport& report);

class TruthCheck {
 public:
  explicit TruthCheck(CheckOptions options = {});
  void expect(sim::ExpectedAlert alert);
  /// Any revision; resolves and updates only count as deliveries.
  void see(SeenAlert alert);
  std::uint64_t expected() const { return expected_count_; }
  /// Openings seen of what is expected; equal to expected() when all came.
  bool all_came() const;
  CheckReport report() const;

 private:
  using Subject = std::pair<std::string, std::string>;  ///< rule, key as text
  struct Case {
    std::vector<sim::ExpectedAlert> expected;  ///< by `sent`
    std::vector<SeenAlert> openings;           ///< by `opened_at`
  };
  bool in_force(const std::string& rule) const;
  void judge(const Subject& subject, Case one, CheckReport& report) const;
  void judge_pair(const Subject& subject, Answered pair, CheckReport& report) const;

  CheckOptions options_;
  std::map<Subject, Case> cases_;
  std::set<std::string> planted_;  ///< rules
  std::set<std::pair<std::string, std::uint32_t>> delivered_;
  std::vector<SeenAlert> delivered_again_;
  std::uint64_t expected_count_ = 0;
  std::uint64_t skipped_ = 0;
};

}  // namespace tocsin::bench
