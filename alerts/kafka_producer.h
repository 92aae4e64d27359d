#pragma once
/// KafkaProducer: one idempotent librdkafka producer from its making to its loss, with a poll
/// thread of its own that serves delivery reports. It does not repair itself: whatever fails for
/// good is told to the listener, and the publisher makes a new one.
///
/// Thread: send and flush from one thread; the listener is called on the poll thread. Lifetime: the
/// listener outlives it. Transactions, when they come, begin and commit around a batch of send().
#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <thread>

#include "alerts/kafka_handle.h"
#include "alerts/kafka_record.h"
#include "alerts/kafka_topics.h"
#include "core/log.h"

namespace tocsin::alerts {

/// What a delivery report is about: a position in the alert log, or kHeartbeat.
using DeliveryTag = LogPosition;
inline constexpr DeliveryTag kHeartbeat = 0;

class DeliveryListener {
 public:
  virtual ~DeliveryListener() = default;
  virtual void delivered(DeliveryTag tag) = 0;
  /// The broker refused it as too large; nothing else is wrong.
  virtual void too_large(DeliveryTag tag, std::size_t value_size) = 0;
  /// The producer is of no use any more; `fatal` if librdkafka says so.
  virtual void broken(const std::string& why, bool fatal) = 0;
  /// No broker can be reached; librdkafka keeps trying.
  virtual void unreachable(const std::string& why) = 0;
};

enum class SendResult : std::uint8_t {
  sent,
  full,       ///< the local queue is full: offer it again later
  too_large,  ///< over message.max.bytes
  refused,    ///< for good; the listener has been told
};

class KafkaProducer {
 public:
  static Result<std::unique_ptr<KafkaProducer>, KafkaFailure> make(const KafkaOptions& options,
                                                                   std::size_t batch_bytes,
                                                                   DeliveryListener& listener);
  ~KafkaProducer();  ///< gives up what is on its way

  rd_kafka_t* client() const { return client_.get(); }
  /// Opens a topic for send(). Its partition is that of the key (murmur2, as Java's producer does).
  Result<void, KafkaFailure> open_topic(const std::string& name, std::int32_t partitions);
  /// Requires: open_topic(topic).
  SendResult send(const std::string& topic, const KafkaRecord& record, DeliveryTag tag);
  void flush(Duration at_most);
  /// Gives up what is on its way; returns once everything was reported, or after `at_most`.
  void abandon(Duration at_most);

 private:
  struct Topic {
    TopicHandle handle;
    std::int32_t partitions;
  };

  explicit KafkaProducer(DeliveryListener& listener) : listener_(listener) {}
  static void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* self);
  static void on_error(rd_kafka_t*, int error, const char* reason, void* self);
  void report(const rd_kafka_message_t& message);
  SendResult refusal(rd_kafka_resp_err_t error);

  DeliveryListener& listener_;
  ClientHandle client_;
  std::map<std::string, Topic> topics_;  // freed before the client
  std::atomic<bool> stopping_{false};
  std::thread poller_;
};

}  // namespace tocsin::alerts
