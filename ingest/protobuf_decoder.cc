#include "ingest/protobuf_decoder.h"

#include "ingest/utf8.h"

namespace tocsin::ingest {
namespace {

// Field numbers of tocsin.v1.EventBatch and Event; a test compares them with the descriptors.
enum BatchField : std::uint32_t { kGatewaySeq = 1, kEvents = 2 };
enum EventField : std::uint32_t {
  kId = 1,
  kType = 2,
  kDeviceId = 3,
  kTs = 4,
  kSeq = 5,
  kGateway = 6,
  kPayload = 7,
};

bool is(Tag tag, std::uint32_t number, WireType wire) {
  return tag.number == number && tag.wire == wire;
}

// Events in the batch, as far as its framing holds.
std::size_t count_events(std::string_view payload) {
  WireReader reader(payload);
  std::size_t count = 0;
  for (Tag tag; !reader.done() && reader.tag(tag);) {
    if (is(tag, kEvents, WireType::length)) ++count;
    if (!reader.skip(tag, kMaxWireDepth)) break;
  }
  return count;
}

struct Envelope {
  std::string_view type;
  std::string_view payload;
};

MaybeRefusal read_text(WireReader& reader, std::string_view field, std::string_view& out) {
  if (!reader.bytes(out)) return malformed(reader);
  if (is_utf8(out)) return std::nullopt;
  return Refusal{RejectReason::invalid_utf8, "text that is not UTF-8", field};
}

MaybeRefusal read_text_slot(WireReader& reader, CommonSlot slot, Draft& draft) {
  std::string_view text;
  const std::string_view name = common_fields()[static_cast<std::size_t>(slot)].name;
  if (auto refusal = read_text(reader, name, text)) return refusal;
  draft.event.slot(slot) = text.empty() ? Value{} : Value::string(text);
  return std::nullopt;
}

MaybeRefusal read_number(WireReader& reader, EventField field, Draft& draft) {
  std::uint64_t raw = 0;
  if (!reader.varint(raw)) return malformed(reader);
  if (field == kSeq) {
    draft.event.slot(CommonSlot::seq) = Value::uint64(raw);
    return std::nullopt;
  }
  draft.event.raw_ts = from_unix_ms(static_cast<std::int64_t>(raw));
  draft.event.has_ts = true;
  return std::nullopt;
}

MaybeRefusal read_envelope_field(WireReader& reader, Tag tag, Envelope& envelope, Draft& draft) {
  const bool text = tag.wire == WireType::length;
  const bool number = tag.wire == WireType::varint;
  switch (tag.number) {
    case kId:
      if (text) return read_text_slot(reader, CommonSlot::id, draft);
      break;
    case kType:
      if (text) return read_text(reader, "type", envelope.type);
      break;
    case kDeviceId:
      if (text) return read_text_slot(reader, CommonSlot::device_id, draft);
      break;
    case kTs:
      if (number) return read_number(reader, kTs, draft);
      break;
    case kSeq:
      if (number) return read_number(reader, kSeq, draft);
      break;
    case kGateway:
      if (text) return read_text_slot(reader, CommonSlot::gateway, draft);
      break;
    case kPayload:
      if (text) return reader.bytes(envelope.payload) ? std::nullopt : malformed(reader);
      break;
    default: break;
  }
  ++draft.unknown_fields;
  return reader.skip(tag, kMaxWireDepth - 1) ? std::nullopt : malformed(reader);
}

}  // namespace

void ProtobufDecoder::decode_batch(std::string_view gateway, std::string_view payload,
                                   Timestamp arr, EventSink& sink) {
  if (count_events(payload) > kMaxBatchEvents) {
    return hand_out({RejectReason::batch_too_large, "a batch with too many events", {}}, {},
                    payload, sink);
  }
  WireReader reader(payload);
  std::size_t index = 0;
  std::string_view rest = payload;
  for (Tag tag; !reader.done(); rest = reader.rest()) {
    bool ok = reader.tag(tag);
    std::string_view event;
    std::uint64_t gateway_seq = 0;
    if (ok && is(tag, kEvents, WireType::length)) {
      ok = reader.bytes(event);
      if (ok) {
        const auto refusal = decode_event(gateway, event, arr, sink);
        if (refusal) hand_out(*refusal, {"/events", index}, event, sink);
        ++index;
      }
    } else if (ok && is(tag, kGatewaySeq, WireType::varint)) {
      ok = reader.varint(gateway_seq);
      if (ok) sink.on_gateway_seq(gateway_seq);
    } else if (ok) {
      assembler_.count_unknown(1);
      ok = reader.skip(tag, kMaxWireDepth);
    }
    if (!ok) return hand_out(*malformed(reader), {"/events", index}, rest, sink);
  }
}

MaybeRefusal ProtobufDecoder::decode_event(std::string_view gateway, std::string_view bytes,
                                           Timestamp arr, EventSink& sink) {
  Draft& draft = assembler_.begin(arr);
  Envelope envelope;
  WireReader reader(bytes);
  for (Tag tag; !reader.done();) {
    if (!reader.tag(tag)) return malformed(reader);
    if (auto refusal = read_envelope_field(reader, tag, envelope, draft)) return refusal;
  }
  if (!draft.event.slot(CommonSlot::gateway).is_set()) {
    draft.event.slot(CommonSlot::gateway) = Value::string(gateway);
  }
  if (auto refusal = assembler_.set_type(envelope.type)) return refusal;
  if (auto refusal = read_payload(envelope.payload, draft)) return refusal;
  return assembler_.deliver(sink);
}

}  // namespace tocsin::ingest
