#pragma once
/// KafkaPublisher: the sink that carries the alert log to Kafka, each revision once and in order,
/// and continues where it stopped after a restart, a lost producer or a broker that was away.
///
///     connect: topics (made if missing), older engines of this name fenced, read-back
///              (kafka_read_back.h), first heartbeat: ready
///     then:    records after the read-back position, except those already there; all that wait
///              are one transaction, and the next begins transaction_pace after its end
///     broken:  the producer is destroyed and all begins at connect; the alert log has everything
///     fenced:  a newer engine publishes under this name; nothing goes out any more, for good
///
/// Without transactions nothing is fenced, and if a broker refuses a record for good, those already
/// on their way behind it may arrive first (KafkaOptions::transactions).
///
/// Shadow revisions go to the shadow topic, the others to the compacted topic of the latest as
/// well. A heartbeat goes out every 5 s, at most one on its way.
///
/// Path: alert log -> AlertPump -> here -> Kafka. Thread: as Sink says; delivery reports come on
/// the producer's poll thread. Limits: max_in_flight records on their way (then publish takes
/// fewer: the alert log is the spool), max_record_bytes each (evidence is cut, an alert never
/// dropped).
#include <memory>
#include <optional>
#include <string>

#include "alerts/alert_log.h"
#include "alerts/kafka_options.h"
#include "alerts/sink.h"
#include "core/clock.h"

struct rd_kafka_s;

namespace tocsin::alerts {

class KafkaPublisher : public Sink {
 public:
  /// Connects on the first poll(). The log outlives it.
  KafkaPublisher(const AlertLog& log, KafkaOptions options, ClockFn clock);
  ~KafkaPublisher() override;

  void poll() override;
  std::optional<LogPosition> next() const override;
  std::size_t publish(std::span<const AlertRecord> batch) override;
  bool flush(Duration at_most) override;
  SinkStatus status() const override;

  /// Topics there, position found, a first heartbeat acknowledged. From any thread.
  bool wait_ready(Duration at_most);

  /// The producer's librdkafka handle, for fault injection in tests; null while not connected. On
  /// the pump's thread only.
  rd_kafka_s* native_handle() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tocsin::alerts
