#include "rules/kept_window.h"

#include <utility>

namespace tocsin::rules {

KeptEntry make_entry(const KeptRef& event, Duration within, Duration lateness) {
  return {.ts = event->ts(),
          .position = event->log_position(),
          .expires = std::max(event->ts(), event->arr()) + within + lateness,
          .event = event};
}

std::size_t KeptWindow::insert(KeptEntry entry) {
  const auto order = [](const KeptEntry& e) { return std::pair(e.ts, e.position); };
  auto at = entries_.end();
  const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(first_);
  if (at != first && order(entry) < order(*std::prev(at))) {
    at = std::ranges::upper_bound(first, at, order(entry), {}, order);
  }
  first_expiry_ = std::min(first_expiry_, entry.expires);
  at = entries_.insert(at, std::move(entry));
  return static_cast<std::size_t>(at - entries_.begin()) - first_;
}

void KeptWindow::drop_oldest() {
  entries_[first_++].event = {};
  compact();
}

void KeptWindow::drop_expired_front(Timestamp now) {
  while (!empty() && !entries_[first_].live(now)) drop_oldest();
}

void KeptWindow::drop_expired(Timestamp now) {
  if (now <= first_expiry_) return;
  retain([now](const KeptEntry& entry) { return entry.live(now); });
}

std::size_t KeptWindow::keep_newest(std::size_t most, Timestamp now) {
  if (size() <= most) return 0;
  drop_expired(now);
  const std::size_t over = size() > most ? size() - most : 0;
  for (std::size_t i = 0; i < over; ++i) drop_oldest();
  return over;
}

Timestamp KeptWindow::last_expiry() const {
  Timestamp last = Timestamp::min();
  for (const KeptEntry& entry : entries()) last = std::max(last, entry.expires);
  return last;
}

void KeptWindow::compact() {
  if (first_ * 2 < entries_.size()) return;
  entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(first_));
  first_ = 0;
}

}  // namespace tocsin::rules
