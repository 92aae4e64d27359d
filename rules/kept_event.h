#pragma once
/// KeptEvent: a copy of one event that outlives its frame. One block of memory: header, the values
/// of the slots that were set, list items, text. All rules that keep an event share one copy, so
/// that a rule's edit can test it again on any field.
///
///     [header][Value x popcount(set)][Value x list items][text bytes]
///
/// Thread: the engine's; the count of references is not atomic. Lifetime: the last KeptRef.
#include <bit>
#include <cstdint>
#include <span>
#include <utility>

#include "core/event.h"

namespace tocsin::rules {

class KeptEvent {
 public:
  EventTypeId type() const { return type_; }
  bool late() const { return late_; }
  Timestamp ts() const { return ts_; }
  Timestamp arr() const { return arr_; }
  std::uint64_t log_position() const { return log_position_; }
  std::uint64_t fingerprint() const { return fingerprint_; }  ///< what dedup knows it by

  /// The value of a slot; unset where the event had none.
  Value slot(std::uint16_t s) const {
    const std::uint64_t bit = std::uint64_t{1} << s;
    if ((set_ & bit) == 0) return {};
    return values()[std::popcount(set_ & (bit - 1))];
  }
  Value slot(CommonSlot s) const { return slot(static_cast<std::uint16_t>(s)); }

  /// Lays the slots out as expressions read them.
  void expand(std::span<Value, kMaxSlots> frame) const;

  /// Of one with `values` set slots and list items, and `chars` of text.
  static constexpr std::size_t bytes(std::size_t values, std::size_t chars);

 private:
  friend class KeptRef;
  KeptEvent() = default;
  const Value* values() const { return reinterpret_cast<const Value*>(this + 1); }
  Value* values() { return reinterpret_cast<Value*>(this + 1); }

  std::uint32_t references_ = 0;
  EventTypeId type_{};
  bool late_ = false;
  Timestamp ts_{};
  Timestamp arr_{};
  std::uint64_t log_position_ = 0;
  std::uint64_t fingerprint_ = 0;
  std::uint64_t set_ = 0;
};
constexpr std::size_t KeptEvent::bytes(std::size_t values, std::size_t chars) {
  return sizeof(KeptEvent) + values * sizeof(Value) + chars;
}
static_assert(kMaxSlots <= 64, "the set slots of an event are one word");

/// Counts references to a KeptEvent. Empty, or shares it.
class KeptRef {
 public:
  KeptRef() = default;
  static KeptRef copy(const Event& event, std::uint64_t fingerprint);
  ~KeptRef() { release(); }
  KeptRef(const KeptRef& other) : event_(other.event_) {
    if (event_ != nullptr) ++event_->references_;
  }
  KeptRef(KeptRef&& other) noexcept : event_(std::exchange(other.event_, nullptr)) {}
  KeptRef& operator=(KeptRef other) noexcept {
    std::swap(event_, other.event_);
    return *this;
  }

  explicit operator bool() const { return event_ != nullptr; }
  /// Nobody else shares it.
  bool is_last() const { return event_->references_ == 1; }
  /// For all who share it.
  void renumber(EventTypeId type) { event_->type_ = type; }
  const KeptEvent& operator*() const { return *event_; }
  const KeptEvent* operator->() const { return event_; }
  friend bool operator==(const KeptRef& a, const KeptRef& b) { return a.event_ == b.event_; }

 private:
  explicit KeptRef(KeptEvent* event) : event_(event) {}
  void release();

  KeptEvent* event_ = nullptr;
};

}  // namespace tocsin::rules
