#pragma once
/// MqttSink: publishes alert revisions to an MQTT broker through Eclipse Paho C++, for displays,
/// apps and sirens. What a message looks like is mqtt_message.h's.
///
/// At least once, in the order of the alert log: readers keep the highest `rev` of an `alert_id`.
/// How far the broker has acknowledged is in a file; a start goes on from there. A broker that
/// stopped between a message and its acknowledgement, or an engine that was killed less than
/// `save_interval` after one, makes a few revisions come twice. The first start of all, without the
/// file, begins at the alert log's end; with a file that cannot be used, or that belongs to another
/// alert log, at its beginning, so that nothing is lost.
///
/// It connects by itself and again after a pause; meanwhile nothing is taken, the alert log is the
/// spool. The password file is read at each attempt. `published_position` is what is acknowledged
/// and in the file: nothing up to there is ever asked for again.
///
/// Thread: as Sink says. Limits: MqttOptions max_in_flight and max_payload_bytes. One engine per
/// client id: a broker throws the older one out.
#include <memory>
#include <string>

#include "alerts/alert_log.h"
#include "alerts/mqtt_options.h"
#include "alerts/sink.h"
#include "core/clock.h"

namespace tocsin::alerts {

class MqttSink final : public Sink {
 public:
  /// Reads the position, or begins one at what the log has now. Requires: the log has an id and
  /// outlives this; the options passed check_mqtt_options(). Make it before anything is appended
  /// that it must not miss.
  MqttSink(const AlertLog& log, MqttOptions options, ClockFn clock);
  /// Remembers what was acknowledged last.
  ~MqttSink() override;

  /// What was wrong with the position file at the start, for people; empty: nothing.
  const std::string& position_warning() const;

  void poll() override;
  std::optional<LogPosition> next() const override;
  std::size_t publish(std::span<const AlertRecord> batch) override;
  bool flush(Duration at_most) override;
  SinkStatus status() const override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Empty: it can be used. Else what is wrong, in one line.
std::string check_mqtt_options(const MqttOptions& options);

}  // namespace tocsin::alerts
