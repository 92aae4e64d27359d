#include "ingest/decoder.h"

#include "ingest/assembler.h"
#include "ingest/json_decoder.h"
#include "ingest/protobuf_decoder.h"

namespace tocsin::ingest {

struct Decoder::State {
  State(const Catalogue& catalogue, std::shared_ptr<const Registry> registry)
      : assembler(catalogue, std::move(registry)), protobuf(assembler), json(assembler) {}

  Assembler assembler;
  ProtobufDecoder protobuf;
  JsonDecoder json;
};

Decoder::Decoder(const Catalogue& catalogue, std::shared_ptr<const Registry> registry)
    : state_(std::make_unique<State>(catalogue, std::move(registry))) {}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

void Decoder::set_catalogue(const Catalogue& catalogue) {
  state_->assembler.set_catalogue(catalogue);
}

void Decoder::set_registry(std::shared_ptr<const Registry> registry) {
  state_->assembler.set_registry(std::move(registry));
}

const DecoderRemarks& Decoder::remarks() const { return state_->assembler.remarks(); }

namespace {

// What is refused before any byte is looked at.
MaybeRefusal check_size(std::string_view bytes) {
  if (bytes.empty()) return Refusal{RejectReason::empty_frame, "no bytes", {}};
  if (bytes.size() <= kMaxFrameBytes) return std::nullopt;
  return Refusal{RejectReason::frame_too_large, "over the size limit of a frame", {}};
}

}  // namespace

void Decoder::decode_frame(std::string_view topic, std::string_view payload, Timestamp arr,
                           EventSink& sink) {
  const auto parts = parse_topic(topic);
  if (!parts || parts->status) {
    return hand_out({RejectReason::bad_topic, "not tocsin/v1/<gateway>/(pb|json)", {}}, {}, topic,
                    sink);
  }
  if (const auto refusal = check_size(payload)) return hand_out(*refusal, {}, payload, sink);
  if (parts->encoding == Encoding::protobuf) {
    state_->protobuf.decode_batch(parts->gateway, payload, arr, sink);
  } else {
    state_->json.decode_frame(parts->gateway, payload, arr, sink);
  }
}

void Decoder::decode_line(std::string_view line, Timestamp floor, EventSink& sink) {
  if (const auto refusal = check_size(line)) return hand_out(*refusal, {}, line, sink);
  state_->json.decode_line(line, floor, sink);
}

}  // namespace tocsin::ingest
