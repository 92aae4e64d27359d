#pragma once
/// KafkaProducer: one librdkafka producer, idempotent or transactional, from its making to its
/// loss, with a poll thread of its own that serves delivery reports. It does not repair itself:
/// whatever fails for good is told to the listener, and the publisher makes a new one.
///
/// With transactions, send() opens one when none is open, and records count as delivered when
/// commit() is done.
///
/// Thread: send, commit and flush from one thread; the listener is called on the poll thread or on
/// that one. Lifetime: the listener outlives it.
#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "alerts/kafka_handle.h"
#include "alerts/kafka_record.h"
#include "alerts/kafka_topics.h"
#include "core/log.h"

namespace tocsin::alerts {

/// What a delivery report is about: a position in the alert log, or kHeartbeat.
using DeliveryTag = LogPosition;
inline constexpr DeliveryTag kHeartbeat = 0;

/// Why a producer is of no use any more.
enum class ProducerFault : std::uint8_t {
  failed,  ///< a record or a transaction was refused
  fatal,   ///< librdkafka says so
  fenced,  ///< another producer has taken its name
};

class DeliveryListener {
 public:
  virtual ~DeliveryListener() = default;
  virtual void delivered(DeliveryTag tag) = 0;
  /// The broker refused it as too large; nothing else is wrong.
  virtual void too_large(DeliveryTag tag, std::size_t value_size) = 0;
  virtual void broken(const std::string& why, ProducerFault fault) = 0;
  /// No broker can be reached; librdkafka keeps trying.
  virtual void unreachable(const std::string& why) = 0;
};

enum class SendResult : std::uint8_t {
  sent,
  full,       ///< the local queue is full: offer it again later
  too_large,  ///< over message.max.bytes
  refused,    ///< for good; the listener has been told
};

enum class CommitResult : std::uint8_t {
  done,     ///< and the listener told of each record; also if nothing was open
  pending,  ///< not yet: call again, and send nothing meanwhile
  failed,   ///< the listener has been told
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
  /// With transactions, before the first send: every older producer of this name is fenced and what
  /// it left open is ended. Without: does nothing.
  Result<void, KafkaFailure> fence_others(Duration timeout);
  /// Requires: open_topic(topic).
  SendResult send(const std::string& topic, const KafkaRecord& record, DeliveryTag tag);
  /// A second record of the same tag, in the same transaction. Requires: transactions.
  SendResult send_beside(const std::string& topic, const KafkaRecord& record, DeliveryTag tag);
  CommitResult commit(Duration at_most);
  bool is_open() const { return open_; }                  ///< a transaction
  std::size_t open_bytes() const { return open_bytes_; }  ///< of values in it
  void flush(Duration at_most);
  /// Gives up what is on its way; returns once everything was reported, or after `at_most`.
  void abandon(Duration at_most);

 private:
  struct Topic {
    TopicHandle handle;
    std::int32_t partitions;
  };

  KafkaProducer(DeliveryListener& listener, bool transactions)
      : listener_(listener), transactions_(transactions) {}
  static void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* self);
  static void on_error(rd_kafka_t*, int error, const char* reason, void* self);
  void report(const rd_kafka_message_t& message);
  bool begin();
  SendResult produce(const std::string& topic, const KafkaRecord& record, DeliveryTag tag);
  SendResult refusal(rd_kafka_resp_err_t error);
  ProducerFault fault_of(rd_kafka_resp_err_t error) const;

  DeliveryListener& listener_;
  const bool transactions_;
  bool open_ = false;
  std::size_t open_bytes_ = 0;
  std::vector<DeliveryTag> uncommitted_;
  ClientHandle client_;
  std::map<std::string, Topic> topics_;  // freed before the client
  std::atomic<bool> stopping_{false};
  std::thread poller_;
};

}  // namespace tocsin::alerts
