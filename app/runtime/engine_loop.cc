#include "app/runtime/engine_loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "rules/archive.h"

namespace tocsin::app {
namespace {

constexpr Duration kLongestWait{1000};
constexpr Duration kSpaceRetry{200};
// At a stop: more than this part of the records after which one is due anyway.
constexpr std::uint64_t kWorthASnapshot = 100;

std::string_view mode_word(rules::Mode mode) {
  switch (mode) {
    case rules::Mode::live: return "live";
    case rules::Mode::shadow: return "shadow";
    case rules::Mode::disabled: return "disabled";
  }
  return "";
}

}  // namespace

EngineLoop::EngineLoop(Log& events, alerts::AlertLog& alerts, ClockFn clock,
                       rules::EngineOptions options, SnapshotOptions snapshots)
    : events_(events),
      alerts_(alerts),
      clock_(std::move(clock)),
      engine_options_(options),
      snapshot_options_(std::move(snapshots)),
      already_(alerts.last()) {
  if (!snapshot_options_.folder.empty())
    snapshots_.emplace(SnapshotFolder(snapshot_options_.folder));
  begin_again();
}

void EngineLoop::begin_again() {
  pipeline_.emplace(engine_options_);
  open_ = {};
  reader_ = events_.read(1);
}

std::vector<std::string> EngineLoop::resume() {
  std::vector<std::string> refused;
  if (!snapshots_) return refused;
  for (const LogPosition position : SnapshotFolder(snapshot_options_.folder).positions()) {
    std::string why;
    if (resume_from(position, why)) break;
    refused.push_back(std::move(why));
    begin_again();
  }
  return refused;
}

bool EngineLoop::resume_from(LogPosition position, std::string& why) {
  const auto snapshot = SnapshotFolder(snapshot_options_.folder).read(position, why);
  if (!snapshot) return false;
  const auto refuse = [&](std::string_view what) {
    why = fmt::format("{}/snapshot at record {}: {}", snapshot_options_.folder, position, what);
    return false;
  };
  if (alerts_.last_position() < snapshot->head.alerts)
    return refuse("the alert log ends before it");
  reader_ = events_.read(position);
  const auto record = reader_->next();
  if (!record || !*record || record_digest(**record) != snapshot->head.record)
    return refuse("it is of another event log");
  if (!restore(snapshot->state) || pipeline_->applied() != position)
    return refuse("this version cannot go on from it");
  applied_ = snapshot_position_ = snapshot_taken_ = position;
  return true;
}

std::string EngineLoop::state() const {
  rules::ArchiveWriter writer;
  writer(pipeline_->state(), open_);
  return writer.take();
}

bool EngineLoop::restore(std::string_view state) {
  rules::TimerQueue none;
  rules::ArchiveReader reader(state, none, nullptr);
  const auto pipeline = reader.next<std::string>();
  reader(open_);
  return reader.done() && pipeline_->restore(pipeline);
}

// Between two records.
void EngineLoop::look_after_snapshots() {
  if (!snapshots_ || !snapshots_->busy()) return;
  switch (snapshots_->look(alerts_.durable())) {
    case SnapshotWriter::Progress::kept:
      ++snapshots_kept_;
      snapshot_position_ = snapshot_taken_;
      snapshot_failed_ = false;
      break;
    case SnapshotWriter::Progress::failed: note_snapshot_failure(); break;
    case SnapshotWriter::Progress::none:
    case SnapshotWriter::Progress::writing: break;
  }
}

void EngineLoop::take_snapshot(const LogRecord& record) {
  if (!snapshots_ || snapshots_->busy()) return;
  if (record.position - snapshot_taken_ < snapshot_options_.every) return;
  snapshot_taken_ = record.position;
  const auto begin = monotonic();
  const SnapshotHead head{record.position, alerts_.last_position(), record_digest(record)};
  if (!snapshots_->begin(head, [this] { return state(); })) note_snapshot_failure();
  const auto pause = std::chrono::duration_cast<std::chrono::microseconds>(monotonic() - begin);
  longest_pause_ = std::max(longest_pause_, pause);
}

void EngineLoop::note_snapshot_failure() {
  ++snapshot_failures_;
  snapshot_failed_ = true;
}

// At a stop, so that the next start has little to do.
void EngineLoop::take_last_snapshot() {
  const LogPosition position = pipeline_->applied();
  if (!snapshots_ || !failure_.empty() ||
      position - snapshot_position_ <= snapshot_options_.every / kWorthASnapshot)
    return;
  const auto reader = events_.read(position);  // the record is its
  const auto record = reader->next();
  const LogPosition alerts = alerts_.last_position();
  if (!record || !*record || (alerts > 0 && !alerts_.commit(alerts))) return;
  snapshots_->give_up();
  snapshot_taken_ = position;
  if (!snapshots_->write_now({position, alerts, record_digest(**record)}, state()))
    note_snapshot_failure();
  look_after_snapshots();
}

EngineLoop::~EngineLoop() { stop_after(0); }

void EngineLoop::start() {
  thread_ = std::thread([this] { run(); });
}

void EngineLoop::drain_and_stop() { stop_after(events_.durable()); }

void EngineLoop::stop_after(LogPosition position) {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stopping_changed_.notify_all();
  stop_after_ = position;
  reader_->interrupt();
  thread_.join();
}

bool EngineLoop::wait_applied(LogPosition position, Duration at_most) {
  std::unique_lock lock(mutex_);
  applied_changed_.wait_for(lock, at_most, [&] { return applied_ >= position || ended_; });
  return applied_ >= position;
}

void EngineLoop::run() {
  while (step()) look_after_snapshots();
  take_last_snapshot();
  publish_status(true);
  const std::lock_guard lock(mutex_);
  ended_ = true;
  applied_changed_.notify_all();
}

bool EngineLoop::step() {
  if (pipeline_->applied() >= stop_after_) return false;
  const auto record = reader_->next();
  if (!record) {
    fail(record.error() == LogError::trimmed
             ? fmt::format("the event log begins at record {} and no snapshot fits it: put one "
                           "back, or start with another data folder",
                           events_.first())
             : fmt::format("the event log cannot be read after record {}: {}", pipeline_->applied(),
                           describe(record.error())));
    return false;
  }
  if (*record) return apply(**record);
  idle();
  return true;
}

// Nothing to read: a timer may be due, the status may be stale; otherwise wait for the log.
void EngineLoop::idle() {
  publish_status(false);
  Duration wait = kLongestWait;
  if (shown_ < pipeline_->applied()) wait = std::max(next_status_ - clock_(), Duration{1});
  if (const auto due = pipeline_->next_deadline(); due && tick_asked_ <= pipeline_->applied()) {
    const Timestamp now = clock_();
    if (*due <= now) return ask_for_tick(*due);
    wait = std::min<Duration>(wait, *due - now);
  }
  reader_->wait(wait);
}

void EngineLoop::ask_for_tick(Timestamp) {
  if (const auto position = events_.append(RecordKind::tick, {}); position) {
    tick_asked_ = *position;
    if (events_.commit(*position)) return;
  }
  // A log without room: the timer stays due. Waiting here keeps the retry from spinning.
  reader_->wait(kLongestWait);
  tick_asked_ = 0;
}

bool EngineLoop::apply(const LogRecord& record) {
  out_.clear();
  pipeline_->apply(record, out_);
  if (!emit(record.position)) return false;
  take_snapshot(record);
  // Whoever logged a bundle waits for it to be applied and then looks at what is in force.
  publish_status(record.kind == RecordKind::bundle || record.kind == RecordKind::registry);
  const std::lock_guard lock(mutex_);
  applied_ = record.position;
  applied_changed_.notify_all();
  return true;
}

bool EngineLoop::emit(LogPosition cause) {
  for (std::uint32_t i = 0; i < out_.size(); ++i) {
    const alerts::AlertCause at{cause, i};
    if (already_ && at <= *already_) {
      ++recovered_;
    } else if (!say(at, out_[i])) {
      return false;
    }
    open_.take(std::move(out_[i]));
  }
  return true;
}

// Appends one revision. While the disk is full it waits: to go on without it would lose an alert.
bool EngineLoop::say(alerts::AlertCause cause, const AlertRevision& revision) {
  while (true) {
    const auto appended = alerts_.append(cause.record, cause.index, revision);
    if (appended) break;
    const std::string why =
        fmt::format("the alert log takes no revision: {}", describe(appended.error()));
    if (appended.error() != LogError::no_space || !wait_for_space()) {
      fail(why);
      return false;
    }
  }
  waiting_.clear();
  ++revisions_;
  return true;
}

// False: the loop is to stop; what was not said will be after the next start.
bool EngineLoop::wait_for_space() {
  waiting_ = "no space for the alert log; trying again";
  publish_status(true);
  std::unique_lock lock(mutex_);
  return !stopping_changed_.wait_for(lock, kSpaceRetry, [&] { return stopping_; });
}

void EngineLoop::fail(std::string why) { failure_ = std::move(why); }

void EngineLoop::publish_status(bool now) {
  const Timestamp time = clock_();
  if (!now && time < next_status_) return;
  next_status_ = time + kStatusInterval;
  shown_ = pipeline_->applied();
  status_.publish(make_status());
}

EngineStatus EngineLoop::make_status() const {
  EngineStatus status;
  status.books = pipeline_->books();
  const rules::Engine& engine = pipeline_->engine();
  for (std::size_t i = 0; i < engine.rules().rules.size(); ++i) {
    const rules::Rule& rule = engine.rules().rules[i];
    status.rules.push_back({rule.name, std::string(mode_word(rule.mode)), engine.counters(i)});
  }
  status.samples.assign(pipeline_->samples().begin(), pipeline_->samples().end());
  status.open = open_.latest();
  status.bundle_version = pipeline_->bundle_version();
  status.registry_version = pipeline_->registry_version();
  status.devices = pipeline_->registry() ? pipeline_->registry()->devices().size() : 0;
  status.engine_time = engine.now();
  status.applied = pipeline_->applied();
  status.revisions = revisions_;
  status.recovered = recovered_;
  status.gateway_gaps = pipeline_->gaps().gaps();
  status.missing_batches = pipeline_->gaps().missing();
  status.untracked_batches = pipeline_->gaps().untracked();
  status.refused_records = pipeline_->refused_records();
  status.last_refusal = pipeline_->last_refusal();
  status.snapshots = snapshots_kept_;
  status.snapshot_failures = snapshot_failures_;
  status.snapshot_failed = snapshot_failed_;
  status.snapshot_position = snapshot_position_;
  status.longest_snapshot_pause = longest_pause_;
  status.waiting = waiting_;
  status.failure = failure_;
  return status;
}

}  // namespace tocsin::app
