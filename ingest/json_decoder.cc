#include "ingest/json_decoder.h"

#include <algorithm>
#include <cstring>

#include "core/check.h"
#include "ingest/base64.h"
#include "ingest/json_split.h"
#include "ingest/json_value.h"
#include "ingest/protobuf_decoder.h"
#include "ingest/time_text.h"

namespace tocsin::ingest {
namespace {

using simdjson::dom::element;

enum class Member : std::uint8_t {
  id,
  type,
  device_id,
  ts,
  arr,
  seq,
  gateway,
  payload,
  loc,
  device,
  count_,
};
constexpr std::size_t kMembers = static_cast<std::size_t>(Member::count_);

// count_: not a member of the event itself.
Member member_of(std::string_view key) {
  switch (key.size()) {
    case 2: return key == "id" ? Member::id : key == "ts" ? Member::ts : Member::count_;
    case 3:
      return key == "arr"   ? Member::arr
             : key == "seq" ? Member::seq
             : key == "loc" ? Member::loc
                            : Member::count_;
    case 4: return key == "type" ? Member::type : Member::count_;
    case 6: return key == "device" ? Member::device : Member::count_;
    case 7:
      return key == "gateway"   ? Member::gateway
             : key == "payload" ? Member::payload
                                : Member::count_;
    case 8: return key == "deviceId" ? Member::device_id : Member::count_;
    case 9: return key == "device_id" ? Member::device_id : Member::count_;
    default: return Member::count_;
  }
}

// The members of one object, the last of each name; what is not the event's own in order.
struct Members {
  std::array<element, kMembers> own;
  std::uint32_t present = 0;
  std::vector<std::pair<std::string_view, element>> others;

  void collect(simdjson::dom::object object) {
    present = 0;
    others.clear();
    for (const auto& [key, value] : object) {
      const Member member = member_of(key);
      if (member == Member::count_) {
        others.emplace_back(key, value);
        continue;
      }
      const std::uint32_t bit = 1u << static_cast<unsigned>(member);
      own[static_cast<std::size_t>(member)] = value;
      present = value.is_null() ? present & ~bit : present | bit;
    }
  }
  const element* find(Member member) const {
    const bool there = (present >> static_cast<unsigned>(member) & 1) != 0;
    return there ? &own[static_cast<std::size_t>(member)] : nullptr;
  }
};

const FieldSpec* find_inline(std::string_view name) {
  for (std::size_t i = kFirstLoc; i < kCommonSlots; ++i) {
    if (common_fields()[i].name == name) return &common_fields()[i];
  }
  return nullptr;
}

// The same below "loc" or "device".
const FieldSpec* find_inline(std::string_view group, std::string_view name) {
  for (std::size_t i = kFirstLoc; i < kCommonSlots; ++i) {
    const std::string_view full = common_fields()[i].name;
    const bool same = full.size() == group.size() + 1 + name.size() && full.starts_with(group) &&
                      full[group.size()] == '.' && full.ends_with(name);
    if (same) return &common_fields()[i];
  }
  return nullptr;
}

std::string_view without_bom(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  return text;
}

Refusal refusal_of(simdjson::error_code error, std::string_view text) {
  switch (error) {
    case simdjson::UTF8_ERROR: return {RejectReason::invalid_utf8, "text that is not UTF-8", {}};
    case simdjson::DEPTH_ERROR: return {RejectReason::too_deep, "JSON nested too deep", {}};
    default: break;
  }
  switch (const RejectReason reason = blame(text, error == simdjson::NUMBER_ERROR)) {
    case RejectReason::not_finite: return {reason, "NaN or Infinity, which JSON does not have", {}};
    case RejectReason::out_of_range: return {reason, "a number that does not fit", {}};
    default: return {RejectReason::malformed, simdjson::error_message(error), {}};
  }
}

}  // namespace

struct JsonDecoder::Parser {
  explicit Parser(Assembler& shared) : assembler(shared) {
    buffer.resize(kMaxFrameBytes + simdjson::SIMDJSON_PADDING);
    const bool ready = parser.allocate(kMaxFrameBytes, kMaxJsonDepth) == simdjson::SUCCESS &&
                       parser.doc.allocate(kMaxFrameBytes) == simdjson::SUCCESS;
    TOCSIN_CHECK(ready);
  }

  simdjson::error_code parse(std::string_view text, element& root) {
    TOCSIN_CHECK(text.size() <= kMaxFrameBytes);
    std::memcpy(buffer.data(), text.data(), text.size());
    return parser.parse(buffer.data(), text.size(), false).get(root);
  }

  // What differs between a frame and a line.
  struct Context {
    bool line = false;
    std::string_view gateway;  // of the topic
    Timestamp arr;             // of the frame; of the line before
    EventSink& sink;
  };

  void one(element value, const Context& context, const Origin& origin, std::string_view text);
  void batch(simdjson::dom::array events, const Context& context, std::string_view path,
             std::string_view text);
  void split(simdjson::error_code error, const Context& context, std::string_view text);
  MaybeRefusal event(element value, const Context& context);
  MaybeRefusal common(const Context& context, Draft& draft);
  MaybeRefusal arrival(const Context& context, Draft& draft);
  MaybeRefusal text_slot(Member member, CommonSlot slot, Draft& draft);
  MaybeRefusal payload(Draft& draft);
  MaybeRefusal fields(const Context& context, Draft& draft);
  MaybeRefusal inline_group(Member member, std::string_view name, Draft& draft);
  MaybeRefusal inline_field(const FieldSpec& spec, element value, Draft& draft);

  Assembler& assembler;
  simdjson::dom::parser parser;
  std::vector<char> buffer;
  Members members;
  std::array<element, kMaxTypeFields> values;  // of the fields, the last of each
  std::string payload_bytes;
};

MaybeRefusal JsonDecoder::Parser::text_slot(Member member, CommonSlot slot, Draft& draft) {
  const element* value = members.find(member);
  if (value == nullptr) return std::nullopt;
  std::string_view text;
  const std::string_view name = common_fields()[static_cast<std::size_t>(slot)].name;
  if (auto refusal = read_json_text(*value, name, text)) return refusal;
  if (!text.empty()) draft.event.slot(slot) = Value::string(text);
  return std::nullopt;
}

MaybeRefusal JsonDecoder::Parser::common(const Context& context, Draft& draft) {
  if (auto refusal = text_slot(Member::id, CommonSlot::id, draft)) return refusal;
  if (auto refusal = text_slot(Member::device_id, CommonSlot::device_id, draft)) return refusal;
  if (auto refusal = text_slot(Member::gateway, CommonSlot::gateway, draft)) return refusal;
  if (!context.gateway.empty() && !draft.event.slot(CommonSlot::gateway).is_set()) {
    draft.event.slot(CommonSlot::gateway) = Value::string(context.gateway);
  }
  if (const element* seq = members.find(Member::seq)) {
    std::uint64_t count = 0;
    if (auto refusal = read_json_count(*seq, "seq", count)) return refusal;
    draft.event.slot(CommonSlot::seq) = Value::uint64(count);
  }
  if (const element* ts = members.find(Member::ts)) {
    if (auto refusal = read_json_time(*ts, "ts", draft.event.raw_ts)) return refusal;
    draft.event.has_ts = true;
  }
  return context.line ? arrival(context, draft) : std::nullopt;
}

MaybeRefusal JsonDecoder::Parser::arrival(const Context& context, Draft& draft) {
  Timestamp arr = draft.event.raw_ts;
  if (const element* given = members.find(Member::arr)) {
    if (auto refusal = read_json_time(*given, "arr", arr)) return refusal;
  } else if (!draft.event.has_ts) {
    return Refusal{RejectReason::missing_ts, "a line needs arr or ts", {}};
  }
  const bool in_range =
      unix_ms(arr) >= kMinInstant * 1000 && unix_ms(arr) < (kMaxInstant + 1) * 1000;
  if (!in_range) {
    const bool own = members.find(Member::arr) != nullptr;
    return Refusal{RejectReason::out_of_range, "a time outside the years 1 to 9999",
                   own ? "arr" : "ts"};
  }
  draft.event.arr = std::max(arr, context.arr);
  return std::nullopt;
}

MaybeRefusal JsonDecoder::Parser::payload(Draft& draft) {
  const element* value = members.find(Member::payload);
  if (value == nullptr) return std::nullopt;
  std::string_view text;
  if (auto refusal = read_json_text(*value, "payload", text)) return refusal;
  if (!decode_base64(text, payload_bytes)) {
    return Refusal{RejectReason::malformed, "not base64", "payload"};
  }
  return read_payload(payload_bytes, draft);
}

MaybeRefusal JsonDecoder::Parser::inline_field(const FieldSpec& spec, element value, Draft& draft) {
  if (!draft.placed) {
    draft.placed = true;
    draft.inline_place.fill(Value{});
  }
  Value& slot = draft.inline_place[spec.slot - kFirstLoc];
  slot = Value{};
  if (value.is_null()) return std::nullopt;
  if (spec.kind == ValueKind::int64) {
    std::uint64_t count = 0;
    if (auto refusal = read_json_count(value, spec.name, count)) return refusal;
    slot = Value::int64(static_cast<std::int64_t>(std::min<std::uint64_t>(count, INT64_MAX)));
    return std::nullopt;
  }
  std::string_view text;
  if (spec.kind != ValueKind::list) {
    if (auto refusal = read_json_text(value, spec.name, text)) return refusal;
    if (!text.empty()) slot = Value::string(text);
    return std::nullopt;
  }
  simdjson::dom::array tags;
  if (value.get(tags) != simdjson::SUCCESS) {
    return Refusal{RejectReason::wrong_type, "expected a list", spec.name};
  }
  draft.inline_tags.clear();
  for (const element tag : tags) {
    if (auto refusal = read_json_text(tag, spec.name, text)) return refusal;
    draft.inline_tags.push_back(Value::string(text));
  }
  slot = Value::list(draft.inline_tags);
  return std::nullopt;
}

// {"loc":{"building":"B7"}}
MaybeRefusal JsonDecoder::Parser::inline_group(Member member, std::string_view name, Draft& draft) {
  const element* group = members.find(member);
  if (group == nullptr) return std::nullopt;
  simdjson::dom::object object;
  if (group->get(object) != simdjson::SUCCESS) {
    return Refusal{RejectReason::wrong_type, "expected an object", name};
  }
  for (const auto& [key, value] : object) {
    const FieldSpec* spec = find_inline(name, key);
    if (spec == nullptr) {
      ++draft.unknown_fields;
    } else if (auto refusal = inline_field(*spec, value, draft)) {
      return refusal;
    }
  }
  return std::nullopt;
}

MaybeRefusal JsonDecoder::Parser::fields(const Context& context, Draft& draft) {
  std::uint32_t present = 0;
  static_assert(kMaxTypeFields <= 32);
  for (const auto& [key, value] : members.others) {
    if (const FieldSpec* spec = draft.type->by_name(key)) {
      values[field_index(*spec)] = value;
      const std::uint32_t bit = 1u << field_index(*spec);
      present = value.is_null() ? present & ~bit : present | bit;
      continue;
    }
    const FieldSpec* place = context.line ? find_inline(key) : nullptr;
    if (place == nullptr) {
      ++draft.unknown_fields;
    } else if (auto refusal = inline_field(*place, value, draft)) {
      return refusal;
    }
  }
  for (const FieldSpec& spec : draft.type->type().fields) {
    if ((present >> field_index(spec) & 1) == 0) continue;
    if (spec.kind == ValueKind::list) draft.list(spec).clear();
    if (auto refusal = read_json_field(values[field_index(spec)], spec, draft)) return refusal;
  }
  return std::nullopt;
}

MaybeRefusal JsonDecoder::Parser::event(element value, const Context& context) {
  simdjson::dom::object object;
  if (value.get(object) != simdjson::SUCCESS) {
    return Refusal{RejectReason::wrong_type, "expected an event, which is an object", {}};
  }
  members.collect(object);
  Draft& draft = assembler.begin(context.arr);
  if (auto refusal = common(context, draft)) return refusal;
  std::string_view type;
  if (const element* name = members.find(Member::type)) {
    if (auto refusal = read_json_text(*name, "type", type)) return refusal;
  }
  if (auto refusal = assembler.set_type(type)) return refusal;
  if (auto refusal = payload(draft)) return refusal;
  if (auto refusal = fields(context, draft)) return refusal;
  if (context.line) {
    if (auto refusal = inline_group(Member::loc, "loc", draft)) return refusal;
    if (auto refusal = inline_group(Member::device, "device", draft)) return refusal;
  } else {
    for (const Member member : {Member::arr, Member::loc, Member::device}) {
      if (members.find(member) != nullptr) ++draft.unknown_fields;
    }
  }
  return assembler.deliver(context.sink);
}

void JsonDecoder::Parser::one(element value, const Context& context, const Origin& origin,
                              std::string_view text) {
  const auto refusal = event(value, context);
  if (!refusal) return;
  if (!origin.index) return hand_out(*refusal, origin, text, context.sink);
  hand_out(*refusal, origin, simdjson::minify(value), context.sink);
}

void JsonDecoder::Parser::batch(simdjson::dom::array events, const Context& context,
                                std::string_view path, std::string_view text) {
  if (events.size() > kMaxBatchEvents) {
    return hand_out({RejectReason::batch_too_large, "a batch with too many events", {}}, {path, {}},
                    text, context.sink);
  }
  std::size_t index = 0;
  for (const element value : events) one(value, context, {path, index++}, {});
}

void JsonDecoder::Parser::split(simdjson::error_code error, const Context& context,
                                std::string_view text) {
  const auto parts = split_batch(text);
  if (!parts) return hand_out(refusal_of(error, text), {}, text, context.sink);
  if (parts->events.size() > kMaxBatchEvents) {
    return hand_out({RejectReason::batch_too_large, "a batch with too many events", {}},
                    {parts->path, {}}, text, context.sink);
  }
  std::size_t index = 0;
  for (const std::string_view part : parts->events) {
    element value;
    const Origin origin{parts->path, index++};
    MaybeRefusal refusal;
    if (const auto bad = parse(part, value); bad != simdjson::SUCCESS) {
      refusal = refusal_of(bad, part);
    } else {
      refusal = event(value, context);
    }
    if (refusal) hand_out(*refusal, origin, part, context.sink);
  }
  if (parts->rest.empty()) return;
  hand_out(refusal_of(error, parts->rest), {parts->path, index}, parts->rest, context.sink);
}

JsonDecoder::JsonDecoder(Assembler& assembler) : parser_(std::make_unique<Parser>(assembler)) {}
JsonDecoder::~JsonDecoder() = default;

void JsonDecoder::decode_frame(std::string_view gateway, std::string_view text, Timestamp arr,
                               EventSink& sink) {
  const Parser::Context context{false, gateway, arr, sink};
  text = without_bom(text);
  element root;
  if (const auto error = parser_->parse(text, root); error == simdjson::EMPTY) {
    return hand_out({RejectReason::empty_frame, "nothing but space", {}}, {}, text, sink);
  } else if (error != simdjson::SUCCESS) {
    return parser_->split(error, context, text);
  }
  simdjson::dom::array events;
  if (root.get(events) == simdjson::SUCCESS) return parser_->batch(events, context, "", text);
  simdjson::dom::object object;
  if (root.get(object) != simdjson::SUCCESS) return parser_->one(root, context, {}, text);
  element wrapped;
  std::uint64_t around = 0;
  bool is_batch = false;
  std::optional<std::uint64_t> batch_seq;
  for (const auto& [key, value] : object) {
    if (key == "events") {
      wrapped = value;
      is_batch = true;
    } else if (key == "gateway_seq" || key == "gatewaySeq") {
      std::uint64_t seq = 0;
      if (read_json_count(value, key, seq)) {
        ++around;
      } else {
        batch_seq = seq;
      }
    } else {
      ++around;
    }
  }
  if (!is_batch) return parser_->one(root, context, {}, text);
  if (batch_seq) sink.on_gateway_seq(*batch_seq);
  parser_->assembler.count_unknown(around);
  if (wrapped.get(events) == simdjson::SUCCESS)
    return parser_->batch(events, context, "/events", text);
  hand_out({RejectReason::wrong_type, "expected a list", "events"}, {}, text, sink);
}

void JsonDecoder::decode_line(std::string_view text, Timestamp floor, EventSink& sink) {
  text = without_bom(text);
  element root;
  if (const auto error = parser_->parse(text, root); error == simdjson::EMPTY) {
    return hand_out({RejectReason::empty_frame, "nothing but space", {}}, {}, text, sink);
  } else if (error != simdjson::SUCCESS) {
    return hand_out(refusal_of(error, text), {}, text, sink);
  }
  parser_->one(root, {true, {}, floor, sink}, {}, text);
}

}  // namespace tocsin::ingest
