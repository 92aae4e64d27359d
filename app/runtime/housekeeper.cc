#include "app/runtime/housekeeper.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace tocsin::app {
namespace {

constexpr std::chrono::seconds kBetweenLooks{1};
constexpr std::uint64_t kMiB = 1024 * 1024;

// What keeps a log from its retention; empty: nothing. `waits_for`: what is missing; empty: nothing
// is, and what is held goes in its time.
std::string trim(const LogToKeep& what, std::string_view name, LogPosition needed,
                 std::string_view waits_for) {
  if (const auto done = what.log.trim(what.keep, needed); !done)
    return fmt::format("log {}: what is over its retention cannot be removed: {}", name,
                       describe(done.error()));
  const std::uint64_t held = what.log.metrics().held_bytes;
  if (held == 0 || waits_for.empty()) return {};
  return fmt::format("log {} keeps {} MiB over its retention: {}", name, (held + kMiB - 1) / kMiB,
                     waits_for);
}

}  // namespace

Housekeeper::Housekeeper(LogToKeep events, LogToKeep alerts, SnapshotFolder snapshots,
                         const alerts::AlertLog& alert_log, std::function<LogPosition()> published)
    : events_(events),
      alerts_(alerts),
      snapshots_(std::move(snapshots)),
      alert_log_(alert_log),
      published_(std::move(published)) {}

Housekeeper::~Housekeeper() { stop(); }

void Housekeeper::start() {
  thread_ = std::thread([this] { run(); });
}

void Housekeeper::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Housekeeper::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    look();
    lock.lock();
    changed_.wait_for(lock, kBetweenLooks, [&] { return stopping_; });
  }
}

void Housekeeper::look() {
  const LogPosition events = needed_events();
  const LogPosition published = published_(), newest = alert_log_.last_position();
  // The newest alert says how far the engine's word goes, also when all are out.
  const LogPosition alerts = published < newest ? published + 1 : std::max<LogPosition>(newest, 1);
  std::string trouble =
      trim(events_, "events", events, second_good_ == 0 ? "no two snapshots are after it" : "");
  const std::string other =
      trim(alerts_, "alerts", alerts, published < newest ? "it is not published yet" : "");
  if (!trouble.empty() && !other.empty()) trouble += "; ";
  trouble_.publish(trouble + other);
}

// A start goes on from a snapshot's own record, so that one stays too.
LogPosition Housekeeper::needed_events() {
  const auto found = snapshots_.positions();
  if (found != looked_at_) {
    looked_at_ = found;
    second_good_ = 0;
    int good = 0;
    for (std::string why; const LogPosition position : found) {
      if (snapshots_.read(position, why) && ++good == 2) {
        second_good_ = position;
        break;
      }
    }
  }
  return std::max<LogPosition>(second_good_, 1);
}

}  // namespace tocsin::app
