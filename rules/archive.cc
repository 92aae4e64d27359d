#include "rules/archive.h"

namespace tocsin::rules {

void ArchiveWriter::put(const Value& value) {
  put(value.kind());
  switch (value.kind()) {
    case ValueKind::unset: break;
    case ValueKind::boolean: put(value.as_bool()); break;
    case ValueKind::int64: put(value.as_int()); break;
    case ValueKind::uint64: put(value.as_uint()); break;
    case ValueKind::float64: put(value.as_double()); break;
    case ValueKind::string: put(value.as_string()); break;
    case ValueKind::timestamp:
    case ValueKind::duration: (*this)(value.seconds(), value.nanos()); break;
    case ValueKind::list: put_all(value.as_list()); break;
  }
}

// 0: none; n: the n-th that was written; one more than there are: it follows.
void ArchiveWriter::put(const KeptRef& event) {
  if (!event) return put(std::uint32_t{0});
  const auto [at, is_new] =
      known_.try_emplace(&*event, static_cast<std::uint32_t>(known_.size() + 1));
  put(at->second);
  if (!is_new) return;
  (*this)(event->type(), event->late(), event->ts(), event->arr(), event->log_position(),
          event->fingerprint());
  for (std::uint16_t slot = 0; slot < kMaxSlots; ++slot) {
    if (const Value value = event->slot(slot); value.is_set()) (*this)(slot, value);
  }
  put(static_cast<std::uint16_t>(kMaxSlots));
}

std::string_view ArchiveReader::take(std::size_t size) {
  if (size > rest_.size()) {
    fail();
    return {};
  }
  const std::string_view bytes = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return bytes;
}

std::uint32_t ArchiveReader::count() {
  const auto n = next<std::uint32_t>();
  if (n > rest_.size()) fail();
  return ok_ ? n : 0;
}

Value ArchiveReader::scalar(ValueKind kind) {
  switch (kind) {
    case ValueKind::boolean: return Value::boolean(next<bool>());
    case ValueKind::int64: return Value::int64(next<std::int64_t>());
    case ValueKind::uint64: return Value::uint64(next<std::uint64_t>());
    case ValueKind::float64: return Value::float64(next<double>());
    case ValueKind::string: return Value::string(take(next<std::uint32_t>()));
    case ValueKind::timestamp:
    case ValueKind::duration: {
      const auto seconds = next<std::int64_t>();
      const auto nanos = next<std::uint32_t>();
      return kind == ValueKind::timestamp ? Value::timestamp(seconds, nanos)
                                          : Value::duration(seconds, nanos);
    }
    case ValueKind::unset: return {};
    default: fail(); return {};
  }
}

Value ArchiveReader::value(std::vector<Value>& items) {
  const auto kind = next<ValueKind>();
  if (kind != ValueKind::list) return scalar(kind);
  for (std::uint32_t n = count(); n > 0 && ok_; --n) items.push_back(scalar(next<ValueKind>()));
  return Value::list(items);
}

void ArchiveReader::get(KeptRef& event) {
  const auto number = next<std::uint32_t>();
  event = {};
  if (number == 0) return;
  if (number <= known_.size()) {
    event = known_[number - 1];
    return;
  }
  if (number != known_.size() + 1) return fail();
  Event as_event;
  const auto fingerprint = [&] {
    get(as_event.type);
    get(as_event.late);
    get(as_event.ts);
    get(as_event.arr);
    get(as_event.log_position);
    return next<std::uint64_t>();
  }();
  std::vector<std::vector<Value>> lists;
  for (auto slot = next<std::uint16_t>(); ok_ && slot != kMaxSlots; slot = next<std::uint16_t>()) {
    if (slot > kMaxSlots || lists.size() > kMaxSlots) return fail();
    as_event.slots[slot] = value(lists.emplace_back());
  }
  if (!ok_) return;
  event = KeptRef::copy(as_event, fingerprint);
  known_.push_back(event);
}

void ArchiveReader::get(Timer& timer) {
  const auto created = next<std::uint64_t>();
  const bool is_set = next<bool>();
  const auto due = next<Timestamp>();
  if (ok_) timers.restore(timer, is_set ? std::optional(due) : std::nullopt, created);
}

}  // namespace tocsin::rules
