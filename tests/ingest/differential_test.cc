// The table-driven reader against the generated classes: whatever the bytes, they agree on what is
// refused and on every value that is not.
#include <google/protobuf/message.h>
#include <google/protobuf/stubs/logging.h>

#include <cmath>
#include <random>

#include "ingest/privacy.h"
#include "ingest/time_text.h"
#include "tests/ingest/decode.h"

namespace tocsin::ingest::testing {
namespace {

namespace pb = google::protobuf;

using Slots = std::map<std::string, OwnedValue>;

constexpr std::uint32_t kSeed = 20260101;

// What generated code makes of an event, by reflection alone. nullopt: refused.
class Reference {
 public:
  explicit Reference(const Catalogue& catalogue) : catalogue_(catalogue) {}

  std::optional<Slots> read(const v1::Event& event) const {
    const EventType* type = catalogue_.find(event.type());
    if (type == nullptr || event.device_id().empty()) return std::nullopt;
    for (const std::string* text : {&event.id(), &event.device_id(), &event.gateway()}) {
      if (text->size() > kMaxIdBytes || looks_private(*text)) return std::nullopt;
    }
    if (event.ts() < kMinInstant * 1000 || event.ts() >= (kMaxInstant + 1) * 1000)
      return std::nullopt;
    const std::unique_ptr<pb::Message> payload = make(event.type());
    if (!payload->ParseFromString(event.payload())) return std::nullopt;
    return fields(*payload, *type);
  }

 private:
  static std::unique_ptr<pb::Message> make(const std::string& type) {
    if (type == "probe.everything") return std::make_unique<probe::Everything>();
    if (type == "smoke.alarm") return std::make_unique<v1::SmokeAlarm>();
    return std::make_unique<v1::GateAccess>();
  }

  static std::optional<Slots> fields(const pb::Message& message, const EventType& type) {
    Slots slots;
    const pb::Reflection& reflection = *message.GetReflection();
    for (const FieldSpec& spec : type.fields) {
      const pb::FieldDescriptor& field = *message.GetDescriptor()->FindFieldByName(spec.name);
      const int count = field.is_repeated() ? reflection.FieldSize(message, &field)
                                            : (reflection.HasField(message, &field) ? 1 : 0);
      std::vector<OwnedValue> kept;
      std::vector<Value> items;
      for (int i = 0; i < count; ++i) {
        const std::optional<OwnedValue> v =
            value(message, field, spec, field.is_repeated() ? i : -1);
        if (!v) return std::nullopt;
        if (v->view().is_set()) kept.push_back(*v);
      }
      if (kept.empty()) continue;
      if (kept.size() > kMaxListItems) return std::nullopt;
      for (const OwnedValue& v : kept) items.push_back(v.view());
      slots.emplace(spec.name, OwnedValue(field.is_repeated() ? Value::list(items) : items[0]));
    }
    return slots;
  }

  // nullopt: refused; unset: an enum number without a word.
  static std::optional<OwnedValue> value(const pb::Message& m, const pb::FieldDescriptor& f,
                                         const FieldSpec& spec, int i) {
    const pb::Reflection& r = *m.GetReflection();
    using Cpp = pb::FieldDescriptor;
    switch (f.cpp_type()) {
      case Cpp::CPPTYPE_BOOL:
        return OwnedValue(Value::boolean(i < 0 ? r.GetBool(m, &f) : r.GetRepeatedBool(m, &f, i)));
      case Cpp::CPPTYPE_INT32:
        return OwnedValue(Value::int64(i < 0 ? r.GetInt32(m, &f) : r.GetRepeatedInt32(m, &f, i)));
      case Cpp::CPPTYPE_INT64:
        return OwnedValue(Value::int64(i < 0 ? r.GetInt64(m, &f) : r.GetRepeatedInt64(m, &f, i)));
      case Cpp::CPPTYPE_UINT32:
        return OwnedValue(
            Value::uint64(i < 0 ? r.GetUInt32(m, &f) : r.GetRepeatedUInt32(m, &f, i)));
      case Cpp::CPPTYPE_UINT64:
        return OwnedValue(
            Value::uint64(i < 0 ? r.GetUInt64(m, &f) : r.GetRepeatedUInt64(m, &f, i)));
      case Cpp::CPPTYPE_FLOAT: return number(static_cast<double>(r.GetFloat(m, &f)));
      case Cpp::CPPTYPE_DOUBLE:
        return number(i < 0 ? r.GetDouble(m, &f) : r.GetRepeatedDouble(m, &f, i));
      case Cpp::CPPTYPE_STRING:
        return text(i < 0 ? r.GetString(m, &f) : r.GetRepeatedString(m, &f, i));
      case Cpp::CPPTYPE_ENUM:
        return word(i < 0 ? r.GetEnumValue(m, &f) : r.GetRepeatedEnumValue(m, &f, i), spec);
      case Cpp::CPPTYPE_MESSAGE: return time(r.GetMessage(m, &f), spec);
    }
    return std::nullopt;
  }

  static std::optional<OwnedValue> number(double d) {
    if (!std::isfinite(d)) return std::nullopt;
    return OwnedValue(Value::float64(d));
  }
  static std::optional<OwnedValue> text(const std::string& s) {
    if (s.size() > kMaxTextBytes || looks_private(s)) return std::nullopt;
    return OwnedValue(Value::string(s));
  }
  static std::optional<OwnedValue> word(int n, const FieldSpec& spec) {
    const bool known = n >= 0 && n < static_cast<int>(spec.words.size());
    if (!known) return OwnedValue();
    const std::string& word = spec.words[static_cast<std::size_t>(n)];
    return word.empty() ? OwnedValue() : OwnedValue(Value::string(word));
  }
  static std::optional<OwnedValue> time(const pb::Message& m, const FieldSpec& spec) {
    const pb::Reflection& r = *m.GetReflection();
    const std::int64_t s = r.GetInt64(m, m.GetDescriptor()->FindFieldByName("seconds"));
    const std::int32_t n = r.GetInt32(m, m.GetDescriptor()->FindFieldByName("nanos"));
    if (std::abs(static_cast<std::int64_t>(n)) >= 1'000'000'000) return std::nullopt;
    const auto unsigned_nanos = static_cast<std::uint32_t>(n < 0 ? n + 1'000'000'000 : n);
    if (spec.kind == ValueKind::timestamp) {
      if (!is_instant(s) || n < 0) return std::nullopt;
      return OwnedValue(Value::timestamp(s, unsigned_nanos));
    }
    const bool signs_agree = s == 0 || n == 0 || (s < 0) == (n < 0);
    if (s < -kMaxDuration || s > kMaxDuration || !signs_agree) return std::nullopt;
    return OwnedValue(Value::duration(n < 0 ? s - 1 : s, unsigned_nanos));
  }

  const Catalogue& catalogue_;
};

class Bytes {
 public:
  explicit Bytes(std::uint32_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t n) {
    return std::uniform_int_distribution<std::uint64_t>(0, n - 1)(random_);
  }
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  std::int64_t integer() {
    const auto raw = static_cast<std::int64_t>(random_());
    return raw >> below(64);
  }
  double real() { return one_in(30) ? std::nan("") : static_cast<double>(integer()) / 8; }
  std::string text() {
    static const char* texts[] = {"", "D1", "烟", "13800138000", "open"};
    return one_in(20) ? std::string(1025, 'x') : std::string(texts[below(std::size(texts))]);
  }

  std::string everything() {
    probe::Everything all;
    if (one_in(2)) all.set_a_bool(one_in(2));
    if (one_in(2)) all.set_a_int32(static_cast<std::int32_t>(integer()));
    if (one_in(2)) all.set_a_int64(integer());
    if (one_in(2)) all.set_a_uint32(static_cast<std::uint32_t>(integer()));
    if (one_in(2)) all.set_a_uint64(static_cast<std::uint64_t>(integer()));
    if (one_in(2)) all.set_a_sint32(static_cast<std::int32_t>(integer()));
    if (one_in(2)) all.set_a_sint64(integer());
    if (one_in(2)) all.set_a_fixed32(static_cast<std::uint32_t>(integer()));
    if (one_in(2)) all.set_a_sfixed64(integer());
    if (one_in(2)) all.set_a_float(static_cast<float>(real()));
    if (one_in(2)) all.set_a_double(real());
    if (one_in(4)) all.set_a_string(text());
    if (one_in(2)) all.set_a_colour(static_cast<probe::Colour>(below(8)));
    if (one_in(3)) all.mutable_a_time()->set_seconds(integer() >> 20);
    if (one_in(6)) all.mutable_a_time()->set_nanos(static_cast<std::int32_t>(integer()));
    if (one_in(3)) all.mutable_a_duration()->set_seconds(integer() >> 30);
    if (one_in(6)) all.mutable_a_duration()->set_nanos(static_cast<std::int32_t>(integer() >> 34));
    for (std::uint64_t n = below(4); n > 0; --n)
      all.add_int32s(static_cast<std::int32_t>(integer()));
    for (std::uint64_t n = below(3); n > 0; --n) all.add_sint64s(integer());
    for (std::uint64_t n = below(3); n > 0; --n) all.add_doubles(real());
    for (std::uint64_t n = below(3); n > 0; --n) all.add_fixed32s(7);
    for (std::uint64_t n = below(3); n > 0; --n) all.add_strings(text());
    for (std::uint64_t n = below(4); n > 0; --n)
      all.add_colours(static_cast<probe::Colour>(below(8)));
    for (std::uint64_t n = below(3); n > 0; --n)
      all.add_loose(static_cast<std::uint64_t>(integer()));
    if (one_in(5)) all.set_far_away(1);
    return all.SerializeAsString();
  }

  std::string batch() {
    static const char* types[] = {"probe.everything", "smoke.alarm", "gate.access", "no.such", ""};
    v1::EventBatch batch;
    if (one_in(2)) batch.set_gateway_seq(below(1000));
    for (std::uint64_t n = below(4); n > 0; --n) {
      v1::Event& event = *batch.add_events();
      event.set_type(types[one_in(8) ? below(5) : 0]);
      if (!one_in(20)) event.set_device_id(std::string(2, 'D'));
      if (one_in(2)) event.set_id(text());
      if (one_in(2)) event.set_ts(one_in(8) ? integer() : 5);
      if (one_in(2)) event.set_seq(static_cast<std::uint64_t>(integer()));
      event.set_payload(one_in(10)  ? noise(below(30))
                        : one_in(4) ? mutated(everything())
                                    : everything());
    }
    return batch.SerializeAsString();
  }

  std::string noise(std::uint64_t length) {
    std::string out;
    while (out.size() < length) out += static_cast<char>(one_in(2) ? below(32) : below(256));
    return out;
  }

  std::string mutated(std::string bytes) {
    for (std::uint64_t n = 1 + below(3); n > 0 && !bytes.empty(); --n) {
      const std::size_t at = below(bytes.size());
      switch (below(6)) {
        case 0: bytes[at] = static_cast<char>(below(256)); break;
        case 1: bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8))); break;
        case 2: bytes.erase(at, 1 + below(3)); break;
        case 3: bytes.insert(at, noise(1 + below(12))); break;
        case 4: {
          const std::string again = bytes.substr(below(bytes.size()), below(20));
          bytes.insert(at, again);
          break;
        }
        case 5: bytes.resize(at); break;
      }
    }
    return bytes;
  }

 private:
  std::mt19937_64 random_;
};

class Differential : public DecoderTest {
 protected:
  void compare(const std::string& bytes) {
    const Collector out = protobuf(bytes);
    v1::EventBatch batch;
    if (!batch.ParseFromString(bytes)) {
      const auto broken = [](const KeptRejection& r) {
        return r.reason == RejectReason::malformed || r.reason == RejectReason::invalid_utf8;
      };
      EXPECT_EQ(std::ranges::count_if(out.rejected, broken) > 0, !bytes.empty()) << hex(bytes);
      ++broken_;
      return;
    }
    if (bytes.empty()) return;
    std::string order;
    std::vector<Slots> expected;
    for (const v1::Event& event : batch.events()) {
      auto slots = reference_.read(event);
      order += slots ? 'e' : 'r';
      if (slots) expected.push_back(std::move(*slots));
    }
    ASSERT_EQ(out.order, order) << hex(bytes);
    for (std::size_t i = 0; i < expected.size(); ++i) compare(expected[i], out.events[i], bytes);
    accepted_ += expected.size();
  }

  static void compare(const Slots& expected, const KeptEvent& event, const std::string& bytes) {
    Slots own;
    for (const auto& [name, value] : event.slots) {
      const bool common =
          std::ranges::find(common_fields(), name, &FieldSpec::name) != common_fields().end();
      if (!common) own.emplace(name, value);
    }
    EXPECT_EQ(own.size(), expected.size()) << hex(bytes);
    for (const auto& [name, value] : expected) {
      const auto it = own.find(name);
      ASSERT_NE(it, own.end()) << name << " " << hex(bytes);
      EXPECT_TRUE(it->second == value) << name << ": " << to_text(it->second.view()) << ", not "
                                       << to_text(value.view()) << " " << hex(bytes);
    }
  }

  static std::string hex(const std::string& bytes) {
    std::string out;
    for (const char c : bytes) {
      for (const int shift : {4, 0})
        out += "0123456789abcdef"[static_cast<unsigned char>(c) >> shift & 15];
    }
    return out;
  }

  pb::LogSilencer silencer_;
  Reference reference_{catalogue_};
  std::size_t accepted_ = 0;
  std::size_t broken_ = 0;
};

TEST_F(Differential, ValidBatchesReadAlike) {
  Bytes bytes(kSeed);
  for (int i = 0; i < 20'000 && !HasFailure(); ++i) compare(bytes.batch());
  EXPECT_GT(accepted_, 10'000u);
}

TEST_F(Differential, MutatedBatchesReadAlike) {
  Bytes bytes(kSeed + 1);
  for (int i = 0; i < 60'000 && !HasFailure(); ++i) compare(bytes.mutated(bytes.batch()));
  EXPECT_GT(accepted_, 3'000u);
  EXPECT_GT(broken_, 3'000u);
}

TEST_F(Differential, NoiseReadsAlike) {
  Bytes bytes(kSeed + 2);
  for (int i = 0; i < 60'000 && !HasFailure(); ++i) compare(bytes.noise(bytes.below(60)));
}

}  // namespace
}  // namespace tocsin::ingest::testing
