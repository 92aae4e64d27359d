#include "rules/key.h"

#include <bit>

namespace tocsin::rules {
namespace {

constexpr std::uint64_t kSign = std::uint64_t{1} << 63;

template <class T>
void append_big_endian(std::string& bytes, T v) {
  for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(static_cast<std::uint8_t>(v >> shift)));
  }
}

void append_text(std::string& bytes, std::string_view text) {
  for (std::size_t zero = text.find('\0'); zero != text.npos; zero = text.find('\0')) {
    bytes.append(text.substr(0, zero + 1)).push_back('\xff');
    text.remove_prefix(zero + 1);
  }
  bytes.append(text).append(2, '\0');
}

// Negative doubles order backwards by their bits; turned round, all order as the numbers do.
std::uint64_t ordered_bits(double d) {
  const auto bits = std::bit_cast<std::uint64_t>(d);
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}
double from_ordered_bits(std::uint64_t bits) {
  return std::bit_cast<double>((bits & kSign) != 0 ? bits & ~kSign : ~bits);
}

void append_scalar(std::string& bytes, const Value& v) {
  bytes.push_back(static_cast<char>(v.kind()));
  switch (v.kind()) {
    case ValueKind::unset:
    case ValueKind::list: break;
    case ValueKind::boolean: bytes.push_back(v.as_bool() ? '\1' : '\0'); break;
    case ValueKind::int64:
      append_big_endian(bytes, static_cast<std::uint64_t>(v.as_int()) ^ kSign);
      break;
    case ValueKind::uint64: append_big_endian(bytes, v.as_uint()); break;
    case ValueKind::float64: append_big_endian(bytes, ordered_bits(v.as_double())); break;
    case ValueKind::string: append_text(bytes, v.as_string()); break;
    case ValueKind::timestamp:
    case ValueKind::duration:
      append_big_endian(bytes, static_cast<std::uint64_t>(v.seconds()) ^ kSign);
      append_big_endian(bytes, v.nanos());
      break;
  }
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  bool done() const { return at_ >= bytes_.size(); }

  template <class T>
  T number() {
    T v = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      v = static_cast<T>(v << 8 | static_cast<std::uint8_t>(bytes_[at_++]));
    }
    return v;
  }

  std::string text() {
    std::string out;
    for (;; ++at_) {
      const char c = bytes_[at_];
      if (c == '\0' && bytes_[++at_] == '\0') break;
      out.push_back(c);
    }
    ++at_;
    return out;
  }

  ValueKind kind() { return static_cast<ValueKind>(number<std::uint8_t>()); }

  OwnedValue scalar(ValueKind kind) {
    switch (kind) {
      case ValueKind::boolean: return OwnedValue(Value::boolean(number<std::uint8_t>() != 0));
      case ValueKind::int64: return OwnedValue(Value::int64(signed_number()));
      case ValueKind::uint64: return OwnedValue(Value::uint64(number<std::uint64_t>()));
      case ValueKind::float64:
        return OwnedValue(Value::float64(from_ordered_bits(number<std::uint64_t>())));
      case ValueKind::string: return OwnedValue(Value::string(text()));
      case ValueKind::timestamp: {
        const std::int64_t seconds = signed_number();
        return OwnedValue(Value::timestamp(seconds, number<std::uint32_t>()));
      }
      case ValueKind::duration: {
        const std::int64_t seconds = signed_number();
        return OwnedValue(Value::duration(seconds, number<std::uint32_t>()));
      }
      case ValueKind::unset:
      case ValueKind::list: break;
    }
    return {};
  }

  OwnedValue list() {
    std::vector<OwnedValue> items(number<std::uint32_t>());
    std::vector<Value> views;
    for (OwnedValue& item : items) {
      item = scalar(kind());
      views.push_back(item.view());
    }
    return OwnedValue(Value::list(views));
  }

 private:
  std::int64_t signed_number() {
    return static_cast<std::int64_t>(number<std::uint64_t>() ^ kSign);
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
};

}  // namespace

void append_key(std::string& bytes, const Value& value) {
  append_scalar(bytes, value);
  if (value.kind() != ValueKind::list) return;
  append_big_endian(bytes, static_cast<std::uint32_t>(value.as_list().size()));
  for (const Value& item : value.as_list()) append_scalar(bytes, item);
}

std::uint64_t hash_key(std::string_view bytes) { return stable_hash(Value::string(bytes)); }

std::vector<OwnedValue> decode_key(std::string_view bytes) {
  std::vector<OwnedValue> values;
  for (Reader reader(bytes); !reader.done();) {
    const ValueKind kind = reader.kind();
    values.push_back(kind == ValueKind::list ? reader.list() : reader.scalar(kind));
  }
  return values;
}

bool make_key(std::string& bytes, const Value* slots, std::span<const std::uint16_t> which) {
  bytes.clear();
  for (const std::uint16_t slot : which) {
    if (!slots[slot].is_set()) return false;
    append_key(bytes, slots[slot]);
  }
  return true;
}

}  // namespace tocsin::rules
