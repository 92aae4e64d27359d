#include "alerts/kafka_handle.h"

#include <array>
#include <utility>

namespace tocsin::alerts {
namespace {

using ErrorText = std::array<char, 512>;

// What happens is in error callbacks and delivery reports; lines on stderr are not ours to print.
void no_log(const rd_kafka_t*, int, const char*, const char*) {}

}  // namespace

Result<ConfHandle, KafkaFailure> make_conf(const KafkaOptions& options, const Properties& ours) {
  Properties all = ours;
  all["bootstrap.servers"] = options.brokers;
  all.insert(options.properties.begin(), options.properties.end());  // keeps ours
  ConfHandle conf(rd_kafka_conf_new());
  rd_kafka_conf_set_log_cb(conf.get(), no_log);
  ErrorText error{};
  for (const auto& [name, value] : all) {
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), error.data(), error.size()) !=
        RD_KAFKA_CONF_OK) {
      return KafkaFailure{KafkaError::configuration, std::string("kafka: ") + error.data()};
    }
  }
  return conf;
}

namespace {

// What differs with and without transactions.
Properties delivery_properties(const KafkaOptions& options) {
  const auto ms = [](Duration d) { return std::to_string(d.count()); };
  if (options.transactions) {
    return {{"transactional.id", options.engine_id + "/" + options.alerts_topic},
            {"transaction.timeout.ms", ms(options.transaction_timeout)}};
  }
  return {
      // A record that fails for good ends the producer: no gap.
      {"enable.gapless.guarantee", "true"},
      // Never: the alert log bounds memory, and "timed out" is ambiguous.
      {"message.timeout.ms", "0"},
  };
}

}  // namespace

Properties producer_properties(const KafkaOptions& options) {
  Properties properties = delivery_properties(options);
  properties.merge(Properties{
      {"enable.idempotence", "true"},
      {"acks", "all"},
      // librdkafka takes the success of a later request for that of an earlier one, counting on the
      // broker to refuse a gap; a broker that does not know the producer yet refuses none.
      {"max.in.flight.requests.per.connection", "1"},
      {"linger.ms", "0"},
      {"socket.nagle.disable", "true"},
      {"reconnect.backoff.ms", "50"},
      {"reconnect.backoff.max.ms", "1000"},  // the default of 10 s delays recovery by seconds
      {"topic.metadata.propagation.max.ms", "1000"},
      {"message.max.bytes", std::to_string(options.max_record_bytes)},
      // A revision may go to two topics.
      {"queue.buffering.max.messages", std::to_string(2 * options.max_in_flight)},
      {"queue.buffering.max.kbytes", "65536"},
  });
  return properties;
}

Properties reader_properties() {
  return {
      {"isolation.level", "read_committed"}, {"enable.partition.eof", "true"},
      {"fetch.wait.max.ms", "10"},           {"fetch.error.backoff.ms", "20"},
      {"socket.nagle.disable", "true"},      {"reconnect.backoff.max.ms", "1000"},
      {"auto.offset.reset", "earliest"},     {"allow.auto.create.topics", "false"},
  };
}

Result<ClientHandle, KafkaFailure> make_client(rd_kafka_type_t type, ConfHandle conf) {
  ErrorText error{};
  ClientHandle client(rd_kafka_new(type, conf.get(), error.data(), error.size()));
  if (!client) {
    return KafkaFailure{KafkaError::configuration, std::string("kafka: ") + error.data()};
  }
  (void)conf.release();  // the client's now
  return client;
}

std::string check_kafka_options(const KafkaOptions& options) {
  if (options.brokers.empty()) return "kafka: no brokers given";
  auto conf = make_conf(options, producer_properties(options));
  if (!conf) return conf.error().text;
  auto client = make_client(RD_KAFKA_PRODUCER, std::move(*conf));
  return client ? std::string() : client.error().text;
}

}  // namespace tocsin::alerts
