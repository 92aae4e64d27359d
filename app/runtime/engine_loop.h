#pragma once
/// EngineLoop: the engine thread. Follows the event log, applies each record to the Pipeline,
/// appends the revisions to the alert log, and asks for a tick when a timer is due. Live operation
/// and recovery are the same loop; recovery only skips revisions that the alert log already holds.
///
/// Thread: start() makes one thread; everything else may be called from any thread.
/// Errors: a log that cannot be read or written stops the loop; EngineStatus::failure says why. A
/// full disk does not: the loop keeps the revision, EngineStatus::waiting says so, and it goes on
/// when there is space.
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "alerts/alert_log.h"
#include "app/runtime/open_alerts.h"
#include "app/runtime/pipeline.h"
#include "app/runtime/published.h"
#include "app/runtime/snapshots.h"
#include "core/clock.h"
#include "core/log.h"

namespace tocsin::app {

struct RuleStatus {
  std::string name;
  std::string mode;
  rules::RuleCounters counters;
};

/// What the engine thread says of itself, at most every kStatusInterval.
struct EngineStatus {
  Books books;
  std::vector<RuleStatus> rules;
  std::vector<RejectedSample> samples;  ///< newest last
  std::vector<AlertPointer> open;       ///< newest revision of open alerts, last changed last
  std::string bundle_version;
  std::string registry_version;
  std::size_t devices = 0;
  Timestamp engine_time{};
  LogPosition applied = 0;
  std::uint64_t revisions = 0;          ///< appended to the alert log by this process
  std::uint64_t recovered = 0;          ///< skipped in recovery: the alert log had them
  std::uint64_t gateway_gaps = 0;       ///< reported
  std::uint64_t missing_batches = 0;    ///< in them
  std::uint64_t untracked_batches = 0;  ///< of gateways over the number that is watched
  std::uint64_t refused_records = 0;
  std::string last_refusal;
  std::uint64_t snapshots = 0;                         ///< kept by this process
  std::uint64_t snapshot_failures = 0;                 ///< that did not get onto the disk
  LogPosition snapshot_position = 0;                   ///< of the newest; 0: none
  bool snapshot_failed = false;                        ///< the newest did not
  std::chrono::microseconds longest_snapshot_pause{};  ///< how long the engine stood still for one
  std::string waiting;  ///< why the engine stands still for now; empty: it does not
  std::string failure;  ///< empty: running
};
inline constexpr Duration kStatusInterval{100};

struct SnapshotOptions {
  std::string folder;             ///< empty: no snapshots
  std::uint64_t every = 100'000;  ///< records; and at a stop
};

class EngineLoop {
 public:
  /// References must outlive the loop.
  EngineLoop(Log& events, alerts::AlertLog& alerts, ClockFn clock,
             rules::EngineOptions options = {}, SnapshotOptions snapshots = {});
  ~EngineLoop();

  /// Goes on from the newest snapshot that fits the logs; without it, from the first record.
  /// Returns what was wrong with newer ones, a line each. Requires: not started.
  std::vector<std::string> resume();

  void start();
  /// Applies everything durable at the time of the call, then ends the thread.
  void drain_and_stop();

  /// Waits until `position` has been applied, the loop failed, or `at_most` passed. True: applied.
  bool wait_applied(LogPosition position, Duration at_most);

  std::shared_ptr<const EngineStatus> status() const { return status_.get(); }

 private:
  void run();
  void stop_after(LogPosition position);
  bool step();  // one duty cycle; false: nothing more can be done
  void idle();
  bool apply(const LogRecord& record);
  bool resume_from(LogPosition position, std::string& why);
  void begin_again();
  std::string state() const;
  bool restore(std::string_view state);
  void look_after_snapshots();
  void take_snapshot(const LogRecord& record);
  void take_last_snapshot();
  void note_snapshot_failure();
  bool emit(LogPosition cause);
  bool say(alerts::AlertCause cause, const AlertRevision& revision);
  bool wait_for_space();
  void ask_for_tick(Timestamp due);
  void fail(std::string why);
  void publish_status(bool now);
  EngineStatus make_status() const;

  Log& events_;
  alerts::AlertLog& alerts_;
  ClockFn clock_;
  const rules::EngineOptions engine_options_;
  const SnapshotOptions snapshot_options_;
  std::optional<Pipeline> pipeline_;
  std::optional<SnapshotWriter> snapshots_;
  LogPosition snapshot_taken_ = 0;  // the newest, kept or under way
  bool snapshot_failed_ = false;    // the newest
  std::uint64_t snapshots_kept_ = 0;
  std::uint64_t snapshot_failures_ = 0;
  LogPosition snapshot_position_ = 0;
  std::chrono::microseconds longest_pause_{};
  std::unique_ptr<LogReader> reader_;
  std::optional<alerts::AlertCause> already_;  // newest revision of an earlier process
  std::vector<AlertRevision> out_;
  OpenAlerts open_;
  std::uint64_t revisions_ = 0;
  std::uint64_t recovered_ = 0;
  LogPosition tick_asked_ = 0;  // position of a tick not yet applied
  Timestamp next_status_{};
  LogPosition shown_ = 0;  // newest record that the status knows of
  std::string waiting_;
  std::string failure_;

  Published<EngineStatus> status_;
  std::mutex mutex_;
  std::condition_variable applied_changed_;
  std::condition_variable stopping_changed_;
  LogPosition applied_ = 0;  // under mutex_
  bool ended_ = false;       // under mutex_
  bool stopping_ = false;    // under mutex_
  std::atomic<LogPosition> stop_after_{UINT64_MAX};
  std::thread thread_;
};

}  // namespace tocsin::app
