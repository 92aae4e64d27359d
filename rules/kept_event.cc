#include "rules/kept_event.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <type_traits>

namespace tocsin::rules {
namespace {

struct Size {
  std::size_t items = 0;
  std::size_t chars = 0;

  void add(const Value& v) {
    if (v.kind() == ValueKind::string) chars += v.as_string().size();
  }
};

Size size_of(const Event& event) {
  Size size;
  for (const Value& v : event.slots) {
    size.add(v);
    if (v.kind() != ValueKind::list) continue;
    size.items += v.as_list().size();
    for (const Value& item : v.as_list()) size.add(item);
  }
  return size;
}

// Copies values and what they point to into one block.
struct Writer {
  Value* items;
  char* chars;

  Value scalar(const Value& v) {
    if (v.kind() != ValueKind::string) return v;
    const std::string_view text = v.as_string();
    if (!text.empty()) std::memcpy(chars, text.data(), text.size());
    return Value::string({std::exchange(chars, chars + text.size()), text.size()});
  }

  Value value(const Value& v) {
    if (v.kind() != ValueKind::list) return scalar(v);
    Value* const first = items;
    items += v.as_list().size();
    std::ranges::transform(v.as_list(), first, [this](const Value& item) { return scalar(item); });
    return Value::list({first, v.as_list().size()});
  }
};

}  // namespace

static_assert(std::is_trivially_copyable_v<Value> && std::is_trivially_destructible_v<Value>);

void KeptEvent::expand(std::span<Value, kMaxSlots> frame) const {
  std::ranges::fill(frame, Value{});
  const Value* value = values();
  for (std::uint64_t rest = set_; rest != 0; rest &= rest - 1) {
    frame[static_cast<std::size_t>(std::countr_zero(rest))] = *value++;
  }
}

KeptRef KeptRef::copy(const Event& event, std::uint64_t fingerprint) {
  std::uint64_t set = 0;
  for (std::size_t i = 0; i < kMaxSlots; ++i) {
    if (event.slots[i].is_set()) set |= std::uint64_t{1} << i;
  }
  const Size size = size_of(event);
  const std::size_t values = static_cast<std::size_t>(std::popcount(set)) + size.items;
  void* const block = ::operator new(KeptEvent::bytes(values, size.chars));
  auto* const kept = new (block) KeptEvent;
  kept->references_ = 1;
  kept->type_ = event.type;
  kept->late_ = event.late;
  kept->ts_ = event.ts;
  kept->arr_ = event.arr;
  kept->log_position_ = event.log_position;
  kept->fingerprint_ = fingerprint;
  kept->set_ = set;
  Value* const first = kept->values();
  Writer writer{first + std::popcount(set), reinterpret_cast<char*>(first + values)};
  Value* next = first;
  for (const Value& v : event.slots) {
    if (v.is_set()) new (next++) Value(writer.value(v));
  }
  return KeptRef(kept);
}

void KeptRef::release() {
  if (event_ == nullptr || --event_->references_ != 0) return;
  event_->~KeptEvent();
  ::operator delete(event_);
}

}  // namespace tocsin::rules
