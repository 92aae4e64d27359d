#pragma once
/// librdkafka's C API with owners: handles that free themselves, errors as values. Included only by
/// the kafka_*.cc files and their internal headers.
#include <librdkafka/rdkafka.h>

#include <map>
#include <memory>
#include <string>

#include "alerts/kafka_options.h"
#include "core/result.h"

namespace tocsin::alerts {

enum class KafkaError : std::uint8_t {
  configuration,  ///< librdkafka refuses a property
  unreachable,    ///< no broker answers
  topic,          ///< a topic is missing and cannot be made, or may not be used
  read_back,      ///< the end of a topic cannot be read
  transactions,   ///< the broker starts none, or another engine took the name meanwhile
};

struct KafkaFailure {
  KafkaError code{};
  std::string text;  ///< one line for an operator
};
TOCSIN_RESULT_ERROR(KafkaFailure)

template <auto destroy>
struct Destroy {
  template <class T>
  void operator()(T* handle) const {
    destroy(handle);
  }
};
using ClientHandle = std::unique_ptr<rd_kafka_t, Destroy<rd_kafka_destroy>>;
using TopicHandle = std::unique_ptr<rd_kafka_topic_t, Destroy<rd_kafka_topic_destroy>>;
using QueueHandle = std::unique_ptr<rd_kafka_queue_t, Destroy<rd_kafka_queue_destroy>>;
using EventHandle = std::unique_ptr<rd_kafka_event_t, Destroy<rd_kafka_event_destroy>>;
using MessageHandle = std::unique_ptr<rd_kafka_message_t, Destroy<rd_kafka_message_destroy>>;
using HeadersHandle = std::unique_ptr<rd_kafka_headers_t, Destroy<rd_kafka_headers_destroy>>;
using ErrorHandle = std::unique_ptr<rd_kafka_error_t, Destroy<rd_kafka_error_destroy>>;
using ConfHandle = std::unique_ptr<rd_kafka_conf_t, Destroy<rd_kafka_conf_destroy>>;
using MetadataHandle =
    std::unique_ptr<const rd_kafka_metadata_t, Destroy<rd_kafka_metadata_destroy>>;

using Properties = std::map<std::string, std::string>;

/// The options' own properties, then `ours` over them. librdkafka logs nothing by itself.
Result<ConfHandle, KafkaFailure> make_conf(const KafkaOptions& options, const Properties& ours);
/// What a producer needs so that nothing is lost or reordered and little is waited for.
Properties producer_properties(const KafkaOptions& options);
/// Read-committed, from explicit offsets, no group.
Properties reader_properties();

Result<ClientHandle, KafkaFailure> make_client(rd_kafka_type_t type, ConfHandle conf);

inline int timeout_ms(Duration d) { return static_cast<int>(d.count()); }

}  // namespace tocsin::alerts
