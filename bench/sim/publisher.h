#pragma once
/// Frames to a broker through Eclipse Paho C++, on time or late but never fewer, with a bound on
/// what is unacknowledged.
///
/// One client: Paho holds one mutex for the process, more clients are slower (bench/README.md).
/// Thread: publish and wait_acknowledged from one; acknowledgements arrive on Paho's.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "bench/sim/sim.h"

namespace tocsin::sim {

/// After so long without the broker a run is given up.
inline constexpr Duration kReconnectLimit{30'000};

struct PublisherCounts {
  std::uint64_t acknowledged = 0;
  std::uint64_t failed = 0;
  std::uint64_t stalls = 0;
};

class Publisher {
 public:
  Publisher(const std::string& broker, const std::string& client_id, std::size_t max_in_flight);
  ~Publisher();

  Result<void, SimError> connect();
  /// QoS 1. Waits while the in-flight limit is reached or the connection is away.
  Result<void, SimError> publish(const std::string& topic, std::string_view payload);
  /// Waits until every publish is acknowledged or failed, at most so long.
  void wait_acknowledged(Duration at_most);
  void disconnect();
  PublisherCounts counts() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin::sim
