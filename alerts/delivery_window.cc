#include "alerts/delivery_window.h"

#include <algorithm>

#include "core/check.h"

namespace tocsin::alerts {

void DeliveryWindow::reset(LogPosition settled) {
  const std::lock_guard lock(mutex_);
  entries_.clear();
  outstanding_ = 0;
  settled_ = settled;
}

void DeliveryWindow::add(LogPosition position) {
  const std::lock_guard lock(mutex_);
  TOCSIN_CHECK(position > (entries_.empty() ? settled_ : entries_.back().position));
  entries_.push_back({position, false});
  ++outstanding_;
}

void DeliveryWindow::retract(LogPosition position) {
  const std::lock_guard lock(mutex_);
  TOCSIN_CHECK(!entries_.empty() && entries_.back().position == position &&
               !entries_.back().arrived);
  entries_.pop_back();
  --outstanding_;
}

bool DeliveryWindow::settle(LogPosition position) {
  const std::lock_guard lock(mutex_);
  const auto entry =
      std::lower_bound(entries_.begin(), entries_.end(), position,
                       [](const Entry& e, LogPosition wanted) { return e.position < wanted; });
  if (entry == entries_.end() || entry->position != position || entry->arrived) return false;
  entry->arrived = true;
  --outstanding_;
  while (!entries_.empty() && entries_.front().arrived) {
    settled_ = entries_.front().position;
    entries_.pop_front();
  }
  return true;
}

LogPosition DeliveryWindow::settled() const {
  const std::lock_guard lock(mutex_);
  return settled_;
}

std::size_t DeliveryWindow::outstanding() const {
  const std::lock_guard lock(mutex_);
  return outstanding_;
}

}  // namespace tocsin::alerts
