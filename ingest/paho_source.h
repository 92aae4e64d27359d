#pragma once
/// PahoSource: subscribes to an existing MQTT broker through Eclipse Paho C++.
///
/// A message is in the log, as durable as the log is configured, before its callback returns; only
/// then does Paho acknowledge it. If the log refuses one, the connection is cut under Paho before
/// it can, so that the broker keeps it; the source connects again after a pause, and the broker's
/// session (clean_session off, the same client id) delivers it and what followed once more.
///
/// What of Paho 1.2 this class works around: callbacks are installed before connect and let no
/// exception out (it would abort the process); Paho's own queue and its is_connected(), which
/// blocks while a callback runs, are not used; while nothing arrives, a message to itself every
/// `heartbeat` on tocsin/self/<hash of the client id> (QoS 0, never logged) keeps Paho's receive
/// loop from dozing for 100 ms at a time; http_proxy, which it would follow even to loopback, is
/// unset at start.
///
/// Thread: start and stop from one; status from any. Inside, one thread connects and keeps alive,
/// Paho's receives. After start() has succeeded it reconnects by itself, at most reconnect_max
/// after the broker is back. One engine per client id: a broker throws the older one out.
#include <memory>
#include <string>

#include "broker/address.h"
#include "core/time.h"
#include "ingest/source.h"

namespace tocsin::ingest {

struct PahoOptions : broker::LoginOptions {
  Duration heartbeat{400};
  Duration reconnect_min{50};
  Duration reconnect_max{1000};
};

class PahoSource final : public Source {
 public:
  explicit PahoSource(PahoOptions options);
  ~PahoSource() override;  ///< stops

  /// The log must outlive the source or its stop().
  Result<void, SourceError> start(Log& log) override;
  void stop() override;
  const SourceStatus& status() const override;
  std::string address() const override;

 private:
  class Session;

  PahoOptions options_;
  SourceStatus status_;
  std::unique_ptr<Session> session_;
};

}  // namespace tocsin::ingest
