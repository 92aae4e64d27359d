#include "rules/timers.h"

#include <algorithm>
#include <tuple>

namespace tocsin::rules {

bool TimerQueue::before(const Node& a, const Node& b) {
  if (a.queued != b.queued) return a.queued < b.queued;
  const Timer& x = *a.timer;
  const Timer& y = *b.timer;
  const auto rank = [](const Timer& t) {
    return std::pair(t.owner->order->level, t.owner->order->rule);
  };
  if (rank(x) != rank(y)) return rank(x) < rank(y);
  if (const int order = x.owner->key.compare(y.owner->key); order != 0) return order < 0;
  return std::tuple(x.owner->kind, x.phase, x.created) <
         std::tuple(y.owner->kind, y.phase, y.created);
}

void TimerQueue::set(Timer& timer, Timestamp due) {
  timer.due = due;
  if (!timer.is_set()) {
    if (timer.created == 0) timer.created = ++created_;
    heap_.push_back({due, &timer});
    timer.position = heap_.size() - 1;
    sift_up(timer.position);
  } else if (due < heap_[timer.position].queued) {
    heap_[timer.position].queued = due;
    sift_up(timer.position);
  }
}

void TimerQueue::restore(Timer& timer, std::optional<Timestamp> due, std::uint64_t created) {
  timer.created = created;
  created_ = std::max(created_, created);
  if (due) set(timer, *due);
}

void TimerQueue::clear(Timer& timer) {
  if (!timer.is_set()) return;
  const std::size_t hole = std::exchange(timer.position, Timer::kIdle);
  const Node last = heap_.back();
  heap_.pop_back();
  if (hole == heap_.size()) return;
  put(hole, last);
  sift_up(hole);
  sift_down(last.timer->position);
}

void TimerQueue::clear_all() {
  for (const Node& node : heap_) node.timer->position = Timer::kIdle;
  heap_.clear();
}

std::optional<Timestamp> TimerQueue::next() {
  settle_top();
  if (heap_.empty()) return std::nullopt;
  return heap_.front().queued;
}

Timer* TimerQueue::take(Timestamp now) {
  settle_top();
  if (heap_.empty() || heap_.front().queued > now) return nullptr;
  Timer* const timer = heap_.front().timer;
  clear(*timer);
  return timer;
}

Timer* TimerQueue::take(Timestamp now, std::uint32_t level) {
  settle_top();
  if (heap_.empty() || heap_.front().timer->owner->order->level > level) return nullptr;
  return take(now);
}

void TimerQueue::reorder() {
  for (std::size_t i = heap_.size(); i > 0; --i) sift_down(i - 1);
}

void TimerQueue::settle_top() {
  while (!heap_.empty() && heap_.front().queued != heap_.front().timer->due) {
    heap_.front().queued = heap_.front().timer->due;
    sift_down(0);
  }
}

void TimerQueue::put(std::size_t position, Node node) {
  heap_[position] = node;
  node.timer->position = position;
}

void TimerQueue::sift_up(std::size_t position) {
  const Node node = heap_[position];
  while (position > 0) {
    const std::size_t parent = (position - 1) / 2;
    if (!before(node, heap_[parent])) break;
    put(position, heap_[parent]);
    position = parent;
  }
  put(position, node);
}

void TimerQueue::sift_down(std::size_t position) {
  const Node node = heap_[position];
  for (;;) {
    std::size_t child = 2 * position + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && before(heap_[child + 1], heap_[child])) ++child;
    if (!before(heap_[child], node)) break;
    put(position, heap_[child]);
    position = child;
  }
  put(position, node);
}

}  // namespace tocsin::rules
