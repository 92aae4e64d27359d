#include "rules/dedup.h"

#include <algorithm>

#include "core/check.h"

namespace tocsin::rules {
namespace {

std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
  return stable_hash(Value::uint64(word), hash);
}

// One number for the raw time; no time is not any time.
std::uint64_t raw_time(const Event& event) {
  constexpr std::uint64_t kNone = 0x8000000000000000;
  return event.has_ts ? static_cast<std::uint64_t>(unix_ms(event.raw_ts)) : kNone;
}

}  // namespace

MessageId identify(const Event& event) {
  enum Kind : std::uint64_t { kById = 1, kBySeq = 2, kByContent = 3 };
  MessageId id;
  id.device = stable_hash(event.slot(CommonSlot::device_id));
  if (!event.text(CommonSlot::id).empty()) {
    id.fingerprint = stable_hash(event.slot(CommonSlot::id), id.device + kById);
    return id;
  }
  const Value& seq = event.slot(CommonSlot::seq);
  const std::uint64_t kind = id.device + (seq.is_set() ? kBySeq : kByContent);
  const std::uint64_t type = stable_hash(event.slot(CommonSlot::type), kind);
  const std::uint64_t last = seq.is_set() ? seq.as_uint() : event.content_hash;
  id.fingerprint = mix(mix(type, raw_time(event)), last);
  return id;
}

Dedup::Dedup(Duration window, std::uint32_t entries)
    : window_(window), entries_(static_cast<std::uint16_t>(entries)) {
  TOCSIN_CHECK(entries > 0 && entries == entries_);
  TOCSIN_CHECK(window * (entries + 1) < std::chrono::days(49));
}

bool Dedup::seen(MessageId id, Timestamp arr) {
  forget_devices(arr);
  const auto [at, added] = devices_.try_emplace(id.device);
  Ring& ring = at->second;
  if (added) {
    visits_.push_back({id.device, arr});
  } else if (ring.contains(id.fingerprint, arr, window_)) {
    return true;
  }
  ring.push(id.fingerprint, arr, window_, entries_);
  return false;
}

void Dedup::forget_devices(Timestamp now) {
  while (!visits_.empty() && visits_.front().newest < now - window_) {
    Visit visit = visits_.front();
    visits_.pop_front();
    const auto at = devices_.find(visit.device);
    if (at->second.newest() < now - window_) {
      devices_.erase(at);
    } else {
      visit.newest = at->second.newest();
      visits_.push_back(visit);
    }
  }
}

std::uint64_t& Dedup::Ring::fingerprint_at(std::uint32_t i) const {
  return reinterpret_cast<std::uint64_t*>(bytes_.get())[i];
}

std::uint32_t& Dedup::Ring::arr_at(std::uint32_t i) const {
  return reinterpret_cast<std::uint32_t*>(bytes_.get() + capacity_ * sizeof(std::uint64_t))[i];
}

std::uint32_t Dedup::Ring::place(std::uint32_t i) const {
  const std::uint32_t p = first_ + i;
  return p < capacity_ ? p : p - capacity_;
}

std::uint32_t Dedup::Ring::age(std::uint32_t i, Timestamp arr) const {
  return static_cast<std::uint32_t>(unix_ms(arr)) - arr_at(place(i));
}

bool Dedup::Ring::contains(std::uint64_t fingerprint, Timestamp arr, Duration window) const {
  if ((filter_ & filter_bit(fingerprint)) == 0 || newest_ < arr - window) return false;
  for (std::uint32_t i = size_; i > 0; --i) {
    if (fingerprint_at(place(i - 1)) == fingerprint) return age(i - 1, arr) <= window.count();
  }
  return false;
}

void Dedup::Ring::push(std::uint64_t fingerprint, Timestamp arr, Duration window,
                       std::uint16_t limit) {
  if (newest_ < arr - window) {
    size_ = 0;
    filter_ = 0;
  }
  if (size_ == capacity_) make_room(arr, window, limit);
  const std::uint32_t end = place(size_++);
  fingerprint_at(end) = fingerprint;
  arr_at(end) = static_cast<std::uint32_t>(unix_ms(arr));
  filter_ |= filter_bit(fingerprint);
  newest_ = arr;
}

// Not the bits that choose a place in tables.
std::uint64_t Dedup::Ring::filter_bit(std::uint64_t fingerprint) {
  return std::uint64_t{1} << (fingerprint >> 58);
}

void Dedup::Ring::drop_oldest() {
  first_ = static_cast<std::uint16_t>(place(1));
  --size_;
}

void Dedup::Ring::make_room(Timestamp arr, Duration window, std::uint16_t limit) {
  while (size_ > 0 && age(0, arr) > window.count()) drop_oldest();
  if (size_ == limit) drop_oldest();
  if (size_ == capacity_) grow(limit);
  filter_ = 0;
  for (std::uint32_t i = 0; i < size_; ++i) filter_ |= filter_bit(fingerprint_at(place(i)));
}

void Dedup::Ring::allocate() {
  constexpr std::size_t kEntry = sizeof(std::uint64_t) + sizeof(std::uint32_t);
  bytes_ = std::make_unique_for_overwrite<std::byte[]>(capacity_ * kEntry);
}

void Dedup::Ring::grow(std::uint16_t limit) {
  constexpr std::uint16_t kFirstCapacity = 8;
  Ring larger;
  larger.capacity_ = capacity_ == 0 ? kFirstCapacity : static_cast<std::uint16_t>(capacity_ * 2);
  larger.capacity_ = std::min(larger.capacity_, limit);
  larger.allocate();
  for (std::uint32_t i = 0; i < size_; ++i) {
    larger.fingerprint_at(i) = fingerprint_at(place(i));
    larger.arr_at(i) = arr_at(place(i));
  }
  larger.size_ = size_;
  larger.newest_ = newest_;
  *this = std::move(larger);
}

}  // namespace tocsin::rules
