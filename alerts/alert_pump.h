#pragma once
/// AlertPump: carries the alert log to one sink, in order, on a thread of its own. It reads only
/// what is durable and holds nothing but one batch, so a slow or absent sink costs no memory.
///
/// Thread: start, stop from the owner; do_work from the pump's thread (or a test's, without start).
/// Lifetime: log and sink outlive it.
#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "alerts/alert_log.h"
#include "alerts/sink.h"
#include "core/clock.h"

namespace tocsin::alerts {

struct PumpOptions {
  std::size_t batch = 1024;
  Duration idle{100};  ///< longest wait for a new record; the sink is polled at least this often
  Duration retry{2};   ///< wait when the sink takes no more
};

class AlertPump {
 public:
  AlertPump(const AlertLog& log, Sink& sink, ClockFn clock, PumpOptions options = {});
  ~AlertPump();  ///< stop() without time to drain

  void start();
  /// Sends what is durable by now, for at most `drain`; true: all of it is out. The rest stays in
  /// the alert log for the next start.
  bool stop(Duration drain);

  enum class Work : std::uint8_t {
    moved,   ///< the sink took records
    idle,    ///< nothing new in the log
    waiting  ///< the sink takes nothing now, or the log cannot be read
  };
  Work do_work();  ///< one duty cycle, without waiting

  /// The alert log could not be read, at the last try.
  std::optional<LogError> log_error() const;

 private:
  void run();
  void drain();
  void seek(LogPosition next);
  bool fill();
  void wait(Work last);

  const AlertLog& log_;
  Sink& sink_;
  ClockFn clock_;
  PumpOptions options_;

  std::vector<AlertRecord> pending_;     // read, not yet taken
  std::unique_ptr<AlertReader> reader_;  // swapped under mutex_, so that stop() can interrupt it
  LogPosition expected_ = 0;             // what sink_.next() says unless it lost its place

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  Timestamp stop_by_{};
  bool drained_ = false;
  std::atomic<int> log_error_{0};
  std::thread thread_;
};

}  // namespace tocsin::alerts
