#include "alerts/kafka_session.h"

#include <fmt/format.h>

#include <utility>

namespace tocsin::alerts {
namespace {

// Larger records travel alone. Brokers that take less than this in one record are not in use.
constexpr std::size_t kAloneBytes = 64 * 1024;
// Of a record besides its value: key, headers, framing.
constexpr std::size_t kOverheadBytes = 2048;

std::vector<TopicSpec> specs_of(const KafkaOptions& options) {
  return {{options.alerts_topic, options.partitions, options.replication, {}},
          {options.shadow_topic, options.partitions, options.replication, {}},
          {options.heartbeat_topic, 1, options.replication,
           {{"cleanup.policy", "compact"}, {"segment.ms", "3600000"}}}};
}

}  // namespace

Result<std::unique_ptr<KafkaSession>, KafkaFailure> KafkaSession::open(const KafkaOptions& options,
                                                                       const std::string& log_id,
                                                                       DeliveryState& state) {
  std::unique_ptr<KafkaSession> session(new KafkaSession(options, state));
  if (auto connected = session->connect(log_id); !connected) return connected.error();
  return session;
}

Result<void, KafkaFailure> KafkaSession::connect(const std::string& log_id) {
  auto producer = KafkaProducer::make(options_, state_);
  if (!producer) return producer.error();
  producer_ = std::move(*producer);
  auto partitions = ensure_topics(producer_->client(), specs_of(options_), options_.request_timeout);
  if (!partitions) return partitions.error();
  for (const TopicSpec& spec : specs_of(options_)) {
    if (auto opened = producer_->open_topic(spec.name, partitions->at(spec.name)); !opened) {
      return opened.error();
    }
  }
  const ReadBackRequest request{log_id,
                                state_.window().settled(),
                                {options_.alerts_topic, options_.shadow_topic},
                                options_.heartbeat_topic,
                                std::move(*partitions)};
  auto published = read_back(options_, request);
  if (!published) return published.error();
  beyond_ = std::move(published->beyond);
  taken_ = published->settled;
  state_.start_session(published->settled);
  return {};
}

bool KafkaSession::take(const AlertRecord& record, const std::string& log_id) {
  DeliveryWindow& window = state_.window();
  if (window.outstanding() >= options_.max_in_flight) return false;
  if (beyond_.contains(record.position)) {
    window.add(record.position);
    window.settle(record.position);
    taken_ = record.position;
    return true;
  }
  KafkaRecord out = render(record, options_.max_record_bytes - kOverheadBytes, log_id);
  const std::size_t size = out.value.size();
  if (!may_send(size)) return false;
  window.add(record.position);
  if (send(record, std::move(out), log_id) != SendResult::sent) {
    window.retract(record.position);
    return false;
  }
  taken_ = record.position;
  alone_ = size > kAloneBytes ? record.position : 0;
  return true;
}

bool KafkaSession::may_send(std::size_t value_size) const {
  if (state_.window().outstanding() == 0) return true;
  return value_size <= kAloneBytes && alone_ == 0;
}

bool KafkaSession::send_smaller(const AlertRecord& record, std::size_t refused_size,
                                const std::string& log_id) {
  KafkaRecord out = render(record, refused_size / 2, log_id);
  if (out.value.size() >= refused_size) {
    state_.broken(fmt::format("kafka: alert {} is refused as too large without any evidence",
                              record.revision.alert_id),
                  false);
    return false;
  }
  return send(record, std::move(out), log_id) == SendResult::sent;
}

// Smaller and smaller while librdkafka itself finds it too large.
SendResult KafkaSession::send(const AlertRecord& record, KafkaRecord out, const std::string& log_id) {
  for (;;) {
    const SendResult result = producer_->send(topic_of(record.revision), out, record.position);
    if (result == SendResult::sent && out.cut) state_.count_cut();
    if (result != SendResult::too_large) return result;
    const std::size_t size = out.value.size();
    out = render(record, size / 2, log_id);
    if (out.value.size() < size) continue;
    state_.broken("kafka: max_record_bytes is too small for an alert without any evidence", false);
    return SendResult::refused;
  }
}

void KafkaSession::send_heartbeat(const Heartbeat& heartbeat, const std::string& log_id) {
  const RecordOrigin origin{options_.engine_id, log_id, state_.window().settled()};
  const KafkaRecord record = make_heartbeat_record(heartbeat, origin);
  state_.heartbeat_sent();  // before its report can come
  if (producer_->send(options_.heartbeat_topic, record, kHeartbeat) != SendResult::sent) {
    state_.heartbeat_refused();
  }
}

KafkaRecord KafkaSession::render(const AlertRecord& record, std::size_t value_limit,
                                 const std::string& log_id) {
  const RecordOrigin origin{options_.engine_id, log_id, state_.window().settled()};
  return make_alert_record(record, options_.format, origin, value_limit);
}

const std::string& KafkaSession::topic_of(const AlertRevision& alert) const {
  return alert.shadow ? options_.shadow_topic : options_.alerts_topic;
}

}  // namespace tocsin::alerts
