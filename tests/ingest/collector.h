#pragma once
/// What a decoder handed out, kept: events with their own storage, rejections as text.
#include <map>
#include <string>
#include <vector>

#include "ingest/catalogue_builder.h"
#include "ingest/decoder.h"

namespace tocsin::ingest::testing {

inline constexpr Timestamp kArr = from_unix_ms(1'767'225'600'500);

struct KeptEvent {
  Event event;  ///< its slots do not outlive the callback; see `slots`
  std::string type;
  std::map<std::string, OwnedValue> slots;  ///< those that are set

  /// As text, "-" if unset.
  std::string text(const std::string& name) const {
    const auto it = slots.find(name);
    return it == slots.end() ? "-" : to_text(it->second.view());
  }
};

struct KeptRejection {
  RejectReason reason{};
  std::string detail;
  std::string sample;
};

class Collector : public EventSink {
 public:
  explicit Collector(const Catalogue& catalogue) : catalogue_(catalogue) {}

  void on_event(Event& event) override {
    const EventType& type = catalogue_.type(event.type);
    KeptEvent kept{event, type.name, {}};
    for (const auto* fields : {&common_fields(), &type.fields}) {
      for (const FieldSpec& spec : *fields) {
        const Value& v = event.slots[spec.slot];
        if (v.is_set()) kept.slots.emplace(spec.name, OwnedValue(v));
      }
    }
    events.push_back(std::move(kept));
    order += 'e';
  }
  void on_gateway_seq(std::uint64_t seq) override { gateway_seq = seq; }
  void on_rejected(const Rejection& r) override {
    rejected.push_back({r.reason, std::string(r.detail), std::string(r.sample)});
    order += 'r';
  }

  std::vector<KeptEvent> events;
  std::vector<KeptRejection> rejected;
  std::string order;  ///< 'e' and 'r' as they came
  std::optional<std::uint64_t> gateway_seq;

 private:
  const Catalogue& catalogue_;
};

inline std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace tocsin::ingest::testing
