#pragma once
/// PahoSource: frames from an existing MQTT broker, through Eclipse Paho C++. A frame is in the log, as durable
/// as the log is, before the message callback returns; Paho writes the PUBACK only after that. A log that has no
/// room is back-pressure: the callback waits, the broker keeps what follows.
///
/// Session: persistent (clean_session false) under a stable client id, QoS 1: what came while the engine was
/// away is delivered when it is back. A lost connection is taken up again within kLongestBackoff.
/// Idle: after a second without traffic Paho's receive loop sleeps 100 ms blind, so a lone alarm would wait;
/// a message to ourselves every kPulse keeps it awake.
///
/// Topics: tocsin/v1/+/pb and /json become frame records; tocsin/v1/+/status becomes a gateway record. Retained
/// data messages are logged with their flag and are no events: they are state from before.
/// Thread: start and stop from one; the callback runs on Paho's; one more keeps the connection.
#include <memory>
#include <string>

#include "core/time.h"
#include "ingest/source.h"

namespace tocsin::ingest {

inline constexpr Duration kPulse{400};
inline constexpr Duration kFirstBackoff{100};
inline constexpr Duration kLongestBackoff{1600};

struct PahoOptions {
  std::string uri;        ///< "tcp://HOST:PORT", "ssl://HOST:PORT"
  std::string client_id;  ///< stable: the broker keeps the session by it
  std::string username;
  std::string password_file;  ///< read at each connect; its first line
  std::string trust_store;    ///< PEM file, for ssl
  Duration connect_timeout{5000};
};

class PahoSource final : public Source {
 public:
  explicit PahoSource(PahoOptions options);
  ~PahoSource() override;

  Result<void, SourceError> start(Log& log) override;
  void stop() override;
  const SourceStatus& status() const override;
  std::string address() const override;

 private:
  class Session;
  std::unique_ptr<Session> session_;
};

}  // namespace tocsin::ingest
