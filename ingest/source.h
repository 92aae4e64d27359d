#pragma once
/// Source: a way in. Puts each frame into the log before its sender may forget it.
/// Implementations: PahoSource (an existing MQTT broker); the front door when it comes.
#include <atomic>
#include <cstdint>
#include <string>

#include "broker/address.h"
#include "core/log.h"
#include "core/result.h"

namespace tocsin::ingest {

enum class SourceError : std::uint8_t {
  bad_address = 1,
  unreachable,
  refused,  ///< the broker said no (credentials, protocol)
  address_in_use,
  unreadable,  ///< a file of the options: a password, a trust store
};
std::string_view to_string(SourceError error);
SourceError source_error(broker::LoginError error);

/// Read by /metrics and /readyz from any thread.
struct SourceStatus {
  std::atomic<bool> connected{false};
  std::atomic<std::uint64_t> frames{0};
  std::atomic<std::uint64_t> bytes{0};
  std::atomic<std::uint64_t> reconnects{0};
  std::atomic<std::uint64_t> log_refusals{0};  ///< frames the log did not take; left unacknowledged
  std::atomic<std::uint64_t> retained{0};  ///< frames that were retained: logged as such, no events
};

class Source {
 public:
  virtual ~Source() = default;
  /// Returns once subscribed or listening, or with the reason why not. After that it reconnects by
  /// itself until stop().
  virtual Result<void, SourceError> start(Log& log) = 0;
  virtual void stop() = 0;  ///< no frame enters the log after it returns
  virtual const SourceStatus& status() const = 0;
  virtual std::string address() const = 0;  ///< as a person connects to it: "127.0.0.1:1883"
};

}  // namespace tocsin::ingest
