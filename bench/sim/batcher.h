#pragma once
/// Events -> frames, as gateways make them: what is not urgent gathers for a moment, an alarm goes
/// at once and takes along what has gathered. Frames carry the gateway's running number.
///
/// In the scenario `duplicates` frames come again, same number and same bytes: a panel that got no
/// ack resends three times over 30 to 40 s, and a gateway that reconnects sends its in-flight
/// window. Thread: one. Memory: open batches, the copies to come, one gateway's last frames.
#include <cstdint>
#include <deque>
#include <optional>
#include <queue>
#include <vector>

#include "bench/sim/encoder.h"
#include "bench/sim/generator.h"

namespace tocsin::sim {

inline constexpr std::size_t kMaxFrameEvents = 500;

class Batcher {
 public:
  /// `generator` must outlive it.
  Batcher(const City& city, Generator& generator, SimTime linger);
  /// The next frame, in order of `due`; nullopt after the end.
  std::optional<Frame> next();

 private:
  struct Open {
    SimTime since = 0;
    std::vector<SimEvent> events;
  };
  struct Due {
    SimTime at = 0;
    std::uint32_t gateway = 0;
    SimTime since = 0;  ///< of the batch meant; a batch flushed early has another
  };
  void gather(SimEvent event);
  void flush(std::uint32_t gateway, SimTime due);

  Generator& generator_;
  SimTime linger_;
  std::optional<SimEvent> ahead_;
  bool ended_ = false;
  std::vector<Open> open_;              ///< by gateway
  std::vector<std::uint64_t> numbers_;  ///< gateway_seq, by gateway
  std::deque<Due> due_;                 ///< linger is the same for all: in order
  std::deque<Frame> ready_;
};

/// Sends frames again. Without the scenario it passes them through.
class Resender {
 public:
  Resender(const City& city, Batcher& batcher, const GeneratorOptions& options);
  std::optional<Frame> next();
  std::uint64_t copies() const { return copies_; }  ///< events by now that were sent before

 private:
  struct Later {
    bool operator()(const Frame& a, const Frame& b) const;
  };
  void resend_later(const Frame& frame);
  void remember(const Frame& frame);
  void reconnect();
  std::uint32_t reconnecting() const;  ///< the gateway whose connection breaks next

  Batcher& batcher_;
  GeneratorOptions options_;
  std::uint32_t gateways_;
  Random random_;
  std::optional<Frame> ahead_;
  std::priority_queue<Frame, std::vector<Frame>, Later> copies_to_come_;
  std::deque<Frame> in_flight_;  ///< of the reconnecting gateway
  SimTime reconnect_at_ = kReconnectEvery;
  std::uint64_t copies_ = 0;
};

}  // namespace tocsin::sim
