#include "alerts/kafka_session.h"

#include <fmt/format.h>

#include <utility>

namespace tocsin::alerts {
namespace {

// Of a record besides its value: key, headers, framing.
constexpr std::size_t kOverheadBytes = 2048;

// Of values in one transaction, so that librdkafka's queue always takes the rest of it.
constexpr std::size_t kTransactionBytes = 16 * 1024 * 1024;

}  // namespace

std::vector<TopicSpec> topics_of(const KafkaOptions& options) {
  const Properties compacted{{"cleanup.policy", "compact"}, {"segment.ms", "3600000"}};
  std::vector<TopicSpec> specs{{options.alerts_topic, options.partitions, options.replication, {}},
                               {options.shadow_topic, options.partitions, options.replication, {}},
                               {options.heartbeat_topic, 1, options.replication, compacted}};
  if (options.transactions)
    specs.push_back({options.latest_topic, options.partitions, options.replication, compacted});
  return specs;
}

Result<std::unique_ptr<KafkaSession>, KafkaFailure> KafkaSession::open(const KafkaOptions& options,
                                                                       const std::string& log_id,
                                                                       DeliveryState& state) {
  std::unique_ptr<KafkaSession> session(new KafkaSession(options, state));
  if (auto connected = session->connect(log_id); !connected) return connected.error();
  return session;
}

Result<void, KafkaFailure> KafkaSession::connect(const std::string& log_id) {
  auto producer = KafkaProducer::make(options_, state_.batch_bytes(), state_);
  if (!producer) return producer.error();
  producer_ = std::move(*producer);
  auto partitions =
      ensure_topics(producer_->client(), topics_of(options_), options_.request_timeout);
  if (!partitions) return partitions.error();
  // Before the read-back: what another left open would hide the end, and could still arrive.
  if (auto fenced = producer_->fence_others(options_.request_timeout); !fenced) {
    return fenced.error();
  }
  for (const TopicSpec& spec : topics_of(options_)) {
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
  if (record.position <= state_.alone_until() && window.outstanding() > 0) return false;
  if (producer_->open_bytes() >= kTransactionBytes) return false;
  window.add(record.position);  // before its report can come
  if (send(record, log_id) != SendResult::sent) {
    window.retract(record.position);
    return false;
  }
  taken_ = record.position;
  return true;
}

// Smaller and smaller while librdkafka itself finds it too large. What cannot be made smaller goes
// as it is, whatever was learned: the broker has the last word, not a guess.
SendResult KafkaSession::send(const AlertRecord& record, const std::string& log_id) {
  std::size_t limit =
      state_.value_limit(record.position, options_.max_record_bytes - kOverheadBytes);
  for (;;) {
    const KafkaRecord out = render(record, limit, log_id);
    const SendResult result = send(record, out);
    if (result == SendResult::sent && out.cut) state_.count_cut();
    if (result != SendResult::too_large) return result;
    if (out.value.size() > limit) {
      state_.broken(fmt::format("kafka: alert {} is too large even without evidence",
                                record.revision.alert_id),
                    ProducerFault::failed);
      return SendResult::refused;
    }
    limit = out.value.size() / 2;
  }
}

SendResult KafkaSession::send(const AlertRecord& record, const KafkaRecord& out) {
  const SendResult result = producer_->send(topic_of(record.revision), out, record.position);
  const bool both = options_.transactions && !record.revision.shadow;
  if (result != SendResult::sent || !both) return result;
  const SendResult beside = producer_->send_beside(options_.latest_topic, out, record.position);
  if (beside == SendResult::sent) return beside;
  state_.broken("kafka: a transaction was not taken whole", ProducerFault::failed);
  return SendResult::refused;
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
