#pragma once
/// Housekeeper: lets both logs go of what their retention does not keep and nobody needs any more.
///
///     event log   kept from the older of the two newest good snapshots on; without two, all of it
///     alert log   kept from what is not published yet on, and its newest alert always
///
/// Thread: start() makes one; look() from it, or from a test without start().
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "alerts/alert_log.h"
#include "app/runtime/published.h"
#include "app/runtime/snapshots.h"
#include "journal/file_log.h"

namespace tocsin::app {

struct LogToKeep {
  journal::FileLog& log;
  journal::Retention keep;
};

class Housekeeper {
 public:
  /// References must outlive this. `published`: every alert up to there is out; any thread.
  Housekeeper(LogToKeep events, LogToKeep alerts, SnapshotFolder snapshots,
              const alerts::AlertLog& alert_log, std::function<LogPosition()> published);
  ~Housekeeper();

  void start();
  void stop();
  void look();  ///< one round

  /// In words, as of the last look; empty: none.
  std::string trouble() const { return *trouble_.get(); }

 private:
  void run();
  LogPosition needed_events();

  LogToKeep events_;
  LogToKeep alerts_;
  SnapshotFolder snapshots_;
  const alerts::AlertLog& alert_log_;
  std::function<LogPosition()> published_;
  std::vector<LogPosition> looked_at_;  // snapshots, as of the last look
  LogPosition second_good_ = 0;         // among them; 0: there are no two
  Published<std::string> trouble_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tocsin::app
