#include "app/replay/line_engine.h"

#include <algorithm>
#include <utility>

#include "app/replay/control_record.h"

namespace tocsin::app {
namespace {

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

LineEngine::LineEngine(const ReplayInputs& inputs)
    : inputs_(inputs),
      catalogue_(inputs.bundle.catalogue),
      decoder_(*catalogue_, inputs.registry),
      engine_(inputs.bundle.rules, inputs.registry, inputs.engine) {}

LineResult LineEngine::apply(std::string_view line, std::vector<AlertRevision>& out) {
  out_ = &out;
  if (is_blank(line)) return {LineKind::blank, false, {}};
  if (begins_as_control(line)) {
    if (const auto control = parse_control(line)) return apply_control(*control);
  }
  return apply_event(line);
}

LineResult LineEngine::apply_event(std::string_view line) {
  rejected_.reset();
  decoder_.decode_line(line, floor_, *this);
  if (!rejected_) return {};
  if (const auto control = parse_control(line)) return apply_control(*control);
  if (*rejected_ != RejectReason::out_of_range) {
    if (const auto arr = arrival_of(line)) pass_time(*arr);
  }
  ++books_.received;
  ++books_.rejected_by[static_cast<std::size_t>(*rejected_)];
  return {LineKind::event, true, problem_};
}

void LineEngine::on_event(Event& event) {
  pass_time(event.arr);
  event.log_position = ++books_.received;
  switch (engine_.apply(event, *out_)) {
    case rules::Verdict::accepted: ++books_.accepted; break;
    case rules::Verdict::late: ++books_.late; break;
    case rules::Verdict::duplicate: ++books_.duplicate; break;
  }
}

// Counted by apply_event, once it is known that the line is not a control record.
void LineEngine::on_rejected(const ingest::Rejection& rejection) {
  rejected_ = rejection.reason;
  problem_ = "rejected " + std::string(to_string(rejection.reason));
  if (!rejection.detail.empty()) problem_.append(": ").append(rejection.detail);
}

LineResult LineEngine::apply_control(const ControlRecord& record) {
  if (record.kind == ControlRecord::Kind::restart && record.error.empty()) {
    return {LineKind::restart, false, {}};
  }
  using Kind = ControlRecord::Kind;
  if (record.kind == Kind::up && record.error.empty()) note_outage(record);
  if (record.arr) pass_time(*record.arr);
  if (!record.error.empty()) return bad(LineKind::control, record.error);
  problem_.clear();
  if (record.kind == Kind::reload) reload(record);
  if (record.kind == Kind::down && !down_since_) down_since_ = time();
  if (record.kind == Kind::gateway) {
    engine_.gateway(record.gateway, record.up, time(), *out_);
  }
  if (record.kind == Kind::command) close(record);
  return {LineKind::control, !problem_.empty(), problem_};
}

void LineEngine::close(const ControlRecord& record) {
  const std::size_t before = out_->size();
  if (engine_.close(record.close, time(), *out_) == 0) problem_ = "close: no such alert is open";
  for (std::size_t i = before; i < out_->size(); ++i) (*out_)[i].log_position = books_.received;
}

// What became due while the engine was away waits for the backlog.
void LineEngine::note_outage(const ControlRecord& record) {
  const auto down = std::exchange(down_since_, std::nullopt);
  const Timestamp up = std::max(record.arr.value_or(time()), time());
  if (!down) return;
  const std::size_t before = out_->size();
  engine_.outage(*down, up, *out_);
  for (std::size_t i = before; i < out_->size(); ++i) (*out_)[i].log_position = books_.received;
}

void LineEngine::reload(const ControlRecord& record) {
  const auto [catalogue, rules] =
      inputs_.load_rules(reloads_++, record.rules, *catalogue_, problem_);
  if (!rules) return;
  const std::size_t before = out_->size();
  engine_.reload(rules, time(), *out_);
  decoder_.set_catalogue(*catalogue);
  catalogue_ = catalogue;
  for (std::size_t i = before; i < out_->size(); ++i) (*out_)[i].log_position = books_.received;
}

// Timers that are due speak before the line does: they know of the events before it, not of it.
void LineEngine::pass_time(Timestamp now) {
  if (now <= floor_) return;
  floor_ = now;
  const bool begins = !std::exchange(any_time_, true);
  const auto due = engine_.next_deadline();
  if (!begins && (!due || *due > now)) return;
  const std::size_t before = out_->size();
  engine_.advance(now, *out_);
  for (std::size_t i = before; i < out_->size(); ++i) (*out_)[i].log_position = books_.received;
}

LineResult LineEngine::bad(LineKind kind, std::string problem) {
  problem_ = std::move(problem);
  return {kind, true, problem_};
}

void LineEngine::finish(std::optional<Duration> until, std::vector<AlertRevision>& out) {
  const std::size_t before = out.size();
  if (!until) {
    engine_.run_out(out);
  } else if (any_time_) {
    engine_.advance(floor_ + *until, out);
  }
  for (std::size_t i = before; i < out.size(); ++i) out[i].log_position = books_.received;
}

Books LineEngine::books() const {
  Books books = books_;
  books.unregistered = decoder_.remarks().unregistered;
  books.unknown_fields = decoder_.remarks().unknown_fields;
  books.clamped = engine_.clamped();
  return books;
}

}  // namespace tocsin::app
