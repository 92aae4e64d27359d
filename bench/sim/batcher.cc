#include "bench/sim/batcher.h"

#include <algorithm>
#include <tuple>

namespace tocsin::sim {

Batcher::Batcher(const City& city, Generator& generator, SimTime linger)
    : generator_(generator),
      linger_(linger),
      open_(city.gateways().size()),
      numbers_(city.gateways().size(), 0) {}

std::optional<Frame> Batcher::next() {
  while (ready_.empty()) {
    if (!ahead_ && !ended_) {
      ahead_ = generator_.next();
      ended_ = !ahead_;
    }
    if (!due_.empty() && (ended_ || due_.front().at <= ahead_->due)) {
      const Due due = due_.front();
      due_.pop_front();
      const Open& open = open_[due.gateway];
      if (!open.events.empty() && open.since == due.since) flush(due.gateway, due.at);
    } else if (ahead_) {
      gather(std::move(*ahead_));
      ahead_.reset();
    } else {
      return std::nullopt;
    }
  }
  Frame frame = std::move(ready_.front());
  ready_.pop_front();
  return frame;
}

void Batcher::gather(SimEvent event) {
  Open& open = open_[event.gateway];
  const std::uint32_t gateway = event.gateway;
  const SimTime now = event.due;
  const bool urgent = event.urgent;
  if (open.events.empty()) {
    open.since = now;
    if (!urgent) due_.push_back({now + linger_, gateway, now});
  }
  open.events.push_back(std::move(event));
  if (urgent || open.events.size() >= kMaxFrameEvents) flush(gateway, now);
}

void Batcher::flush(std::uint32_t gateway, SimTime due) {
  Frame frame;
  frame.due = due;
  frame.gateway = gateway;
  frame.gateway_seq = ++numbers_[gateway];
  frame.events.swap(open_[gateway].events);
  ready_.push_back(std::move(frame));
}

bool Resender::Later::operator()(const Frame& a, const Frame& b) const {
  return std::tie(a.due, a.gateway, a.gateway_seq) > std::tie(b.due, b.gateway, b.gateway_seq);
}

Resender::Resender(const City& city, Batcher& batcher, const GeneratorOptions& options)
    : batcher_(batcher),
      options_(options),
      gateways_(static_cast<std::uint32_t>(city.gateways().size())),
      random_(mix(options.seed, 0x5e5e)) {}

std::optional<Frame> Resender::next() {
  if (!ahead_) ahead_ = batcher_.next();
  if (!options_.scenario.duplicates) return std::exchange(ahead_, std::nullopt);
  while (ahead_ && ahead_->due >= reconnect_at_) reconnect();
  const bool copy_first =
      !copies_to_come_.empty() && (!ahead_ || copies_to_come_.top().due < ahead_->due);
  if (!copy_first) {
    if (!ahead_) return std::nullopt;
    copies_ += static_cast<std::uint64_t>(std::ranges::count_if(ahead_->events, &SimEvent::echo));
    resend_later(*ahead_);
    remember(*ahead_);
    return std::exchange(ahead_, std::nullopt);
  }
  Frame copy = copies_to_come_.top();
  copies_to_come_.pop();
  copies_ += copy.events.size();
  return copy;
}

void Resender::resend_later(const Frame& frame) {
  const bool alarm = std::ranges::any_of(frame.events, &SimEvent::urgent);
  if (!random_.chance(alarm ? kResentAlarmFrames : kResentFrames)) return;
  const std::int64_t copies = random_.between(1, kMaxCopies);
  for (std::int64_t i = 1; i <= copies; ++i) {
    Frame copy = frame;
    copy.due += random_.between(i * kResendSpan / (kMaxCopies + 1), i * kResendSpan / kMaxCopies);
    if (!options_.end || copy.due < *options_.end) copies_to_come_.push(std::move(copy));
  }
}

std::uint32_t Resender::reconnecting() const {
  const std::uint64_t period = static_cast<std::uint64_t>(reconnect_at_ / kReconnectEvery);
  return static_cast<std::uint32_t>(mix(options_.seed, period) % gateways_);
}

void Resender::remember(const Frame& frame) {
  if (frame.gateway != reconnecting()) return;
  in_flight_.push_back(frame);
  if (in_flight_.size() > kInFlightWindow) in_flight_.pop_front();
}

void Resender::reconnect() {
  for (Frame& frame : in_flight_) {
    frame.due = reconnect_at_;
    copies_to_come_.push(std::move(frame));
  }
  in_flight_.clear();
  reconnect_at_ += kReconnectEvery;
}

}  // namespace tocsin::sim
