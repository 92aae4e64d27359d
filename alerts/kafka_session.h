#pragma once
/// KafkaSession: one connection's life, from topics and read-back to the loss of its producer. It
/// takes records in order and sends those that are not on the topics yet.
///
/// Thread: the pump's. Lifetime: ends before the DeliveryState it reports to.
#include <memory>
#include <string>
#include <vector>

#include "alerts/delivery_state.h"
#include "alerts/kafka_producer.h"
#include "alerts/kafka_read_back.h"

namespace tocsin::alerts {

/// Those that a session needs, as they are made if they are missing.
std::vector<TopicSpec> topics_of(const KafkaOptions& options);

class KafkaSession {
 public:
  /// Blocks for a few request timeouts at most. Resets the state's window to where the topics
  /// stand.
  static Result<std::unique_ptr<KafkaSession>, KafkaFailure> open(const KafkaOptions& options,
                                                                  const std::string& log_id,
                                                                  DeliveryState& state);

  LogPosition next() const { return taken_ + 1; }
  /// Sends the record, or passes over it if it is there already. False: not now.
  bool take(const AlertRecord& record, const std::string& log_id);
  void send_heartbeat(const Heartbeat& heartbeat, const std::string& log_id);
  KafkaProducer& producer() { return *producer_; }
  const KafkaProducer& producer() const { return *producer_; }

 private:
  KafkaSession(const KafkaOptions& options, DeliveryState& state)
      : options_(options), state_(state) {}
  Result<void, KafkaFailure> connect(const std::string& log_id);
  SendResult send(const AlertRecord& record, const std::string& log_id);
  SendResult send(const AlertRecord& record, const KafkaRecord& out);
  KafkaRecord render(const AlertRecord& record, std::size_t value_limit, const std::string& log_id);
  const std::string& topic_of(const AlertRevision& alert) const;

  const KafkaOptions& options_;
  DeliveryState& state_;
  std::unique_ptr<KafkaProducer> producer_;
  std::set<LogPosition> beyond_;  // after the settled position, and on the topics already
  LogPosition taken_ = 0;
};

}  // namespace tocsin::alerts
