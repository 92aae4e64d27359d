#pragma once
/// Bytes -> Events: the codecs behind one door. Protobuf and JSON, batches and single events, and
/// the lines of a replay file. What cannot be decoded is refused by reason and never stops its
/// neighbours.
///
/// Path: log record -> Decoder -> Engine. Thread: one Decoder belongs to one thread. Lifetime: the
/// events it hands out live until the callback returns. No allocation per event once warm.
/// Limits: the constants below; what is over one is refused out_of_range or by the limit's own
/// reason.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/books.h"
#include "core/event.h"
#include "core/registry.h"

namespace tocsin::ingest {

inline constexpr std::size_t kMaxFrameBytes = 256 * 1024;
inline constexpr std::size_t kMaxBatchEvents = 1000;
inline constexpr std::size_t kMaxJsonDepth = 64;
inline constexpr std::size_t kMaxIdBytes = 128;     ///< id, device_id, gateway, inline places
inline constexpr std::size_t kMaxTextBytes = 1024;  ///< any other text
inline constexpr std::size_t kMaxListItems = 256;
inline constexpr std::size_t kMaxSampleBytes = 1024;

enum class Encoding : std::uint8_t { protobuf, json };

/// `tocsin/v1/<gateway>/<encoding>` or `tocsin/v1/<gateway>/status`, taken apart.
struct Topic {
  std::string_view gateway;
  Encoding encoding{};
  bool status = false;
};
std::optional<Topic> parse_topic(std::string_view topic);

struct Rejection {
  RejectReason reason{};
  std::string_view detail;  ///< what and where, in words
  std::string_view sample;  ///< the refused bytes (a digest in place of private text), cut to 1 KiB
};

/// What a decode yields, in order of appearance: each received event is exactly one call.
class EventSink {
 public:
  virtual ~EventSink() = default;
  /// `event` may be changed; it and what it points to are valid until the call returns.
  virtual void on_event(Event& event) = 0;
  virtual void on_rejected(const Rejection& rejection) = 0;
  /// The frame says which batch of its gateway it is. Not every sink wants to know.
  virtual void on_gateway_seq(std::uint64_t) {}
};

struct DecoderRemarks {
  std::uint64_t unregistered = 0;
  std::uint64_t unknown_fields = 0;
};

class Decoder {
 public:
  /// `registry` may be null: no enrichment. Both must outlive the decoder (or its next
  /// set_catalogue, set_registry).
  Decoder(const Catalogue& catalogue, std::shared_ptr<const Registry> registry);
  ~Decoder();
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;

  void set_catalogue(const Catalogue& catalogue);
  void set_registry(std::shared_ptr<const Registry> registry);

  /// One MQTT frame. `arr` is the log record's. A frame that is refused whole counts as one event.
  /// A batch is refused only as far as its framing does not allow to tell its events apart: in
  /// protobuf a bad event costs itself, and broken framing the rest of the batch (one rejection);
  /// in JSON a batch that does not parse is taken apart at its brackets and each event parsed
  /// alone.
  void decode_frame(std::string_view topic, std::string_view payload, Timestamp arr,
                    EventSink& sink);

  /// One replay line that holds an event: like JSON on the wire, and besides `arr`, `loc.*`,
  /// `device.*` inline, which stand in for a registry. `floor`: the arrival of the line before; an
  /// older `arr` is raised to it. Without `arr`, `ts` stands in; without both it is refused
  /// (missing_ts). Inline places are flat ("loc.building") or nested ({"loc":{"building":...}}).
  void decode_line(std::string_view line, Timestamp floor, EventSink& sink);

  const DecoderRemarks& remarks() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin::ingest
