#include "alerts/kafka_producer.h"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "core/check.h"

namespace tocsin::alerts {
namespace {

constexpr int kPollMs = 50;  // how long a destructor waits for the poll thread

void* opaque_of(DeliveryTag tag) {
  return reinterpret_cast<void*>(static_cast<std::uintptr_t>(tag));
}
DeliveryTag tag_of(const rd_kafka_message_t& message) {
  return static_cast<DeliveryTag>(reinterpret_cast<std::uintptr_t>(message._private));
}

std::string fatal_text(rd_kafka_t* client) {
  std::array<char, 256> text{};
  rd_kafka_fatal_error(client, text.data(), text.size());
  return fmt::format("kafka: producer lost: {}", text.data());
}

bool says_fenced(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__FENCED || error == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
         error == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH;
}

HeadersHandle headers_of(const KafkaRecord& record) {
  HeadersHandle headers(rd_kafka_headers_new(record.headers.size()));
  for (const auto& [name, value] : record.headers) {
    rd_kafka_header_add(headers.get(), name, -1, value.data(), static_cast<ssize_t>(value.size()));
  }
  return headers;
}

}  // namespace

Result<std::unique_ptr<KafkaProducer>, KafkaFailure> KafkaProducer::make(
    const KafkaOptions& options, std::size_t batch_bytes, DeliveryListener& listener) {
  std::unique_ptr<KafkaProducer> out(new KafkaProducer(listener, options.transactions));
  Properties properties = producer_properties(options);
  properties["batch.size"] = std::to_string(batch_bytes);
  auto conf = make_conf(options, properties);
  if (!conf) return conf.error();
  rd_kafka_conf_set_opaque(conf->get(), out.get());
  rd_kafka_conf_set_dr_msg_cb(conf->get(), on_delivery);
  rd_kafka_conf_set_error_cb(conf->get(), on_error);
  auto client = make_client(RD_KAFKA_PRODUCER, std::move(*conf));
  if (!client) return client.error();
  out->client_ = std::move(*client);
  out->poller_ = std::thread([producer = out.get()] {
    while (!producer->stopping_) rd_kafka_poll(producer->client_.get(), kPollMs);
  });
  return out;
}

KafkaProducer::~KafkaProducer() {
  stopping_ = true;
  if (poller_.joinable()) poller_.join();
}

Result<void, KafkaFailure> KafkaProducer::open_topic(const std::string& name,
                                                     std::int32_t partitions) {
  TopicHandle handle(rd_kafka_topic_new(client_.get(), name.c_str(), nullptr));
  if (!handle) {
    return KafkaFailure{KafkaError::topic, fmt::format("kafka: topic {}: {}", name,
                                                       rd_kafka_err2str(rd_kafka_last_error()))};
  }
  topics_.insert_or_assign(name, Topic{std::move(handle), partitions});
  return {};
}

Result<void, KafkaFailure> KafkaProducer::fence_others(Duration timeout) {
  if (!transactions_) return {};
  const ErrorHandle error(rd_kafka_init_transactions(client_.get(), timeout_ms(timeout)));
  if (!error) return {};
  return KafkaFailure{
      KafkaError::transactions,
      fmt::format("kafka: no transactions: {} (of a single broker they need "
                  "transaction.state.log.replication.factor=1; kafka.transactions: false does "
                  "without)",
                  rd_kafka_error_string(error.get()))};
}

bool KafkaProducer::begin() {
  if (!transactions_ || open_) return true;
  const ErrorHandle error(rd_kafka_begin_transaction(client_.get()));
  open_ = error == nullptr;
  if (error) {
    listener_.broken(fmt::format("kafka: cannot begin: {}", rd_kafka_error_string(error.get())),
                     fault_of(rd_kafka_error_code(error.get())));
  }
  return open_;
}

SendResult KafkaProducer::send(const std::string& name, const KafkaRecord& record,
                               DeliveryTag tag) {
  if (!begin()) return SendResult::refused;
  const SendResult result = produce(name, record, tag);
  if (transactions_ && result == SendResult::sent) {
    uncommitted_.push_back(tag);
    open_bytes_ += record.value.size();
  }
  return result;
}

SendResult KafkaProducer::send_beside(const std::string& name, const KafkaRecord& record,
                                      DeliveryTag tag) {
  TOCSIN_CHECK(open_);
  open_bytes_ += record.value.size();
  return produce(name, record, tag);
}

CommitResult KafkaProducer::commit(Duration at_most) {
  if (!open_) return CommitResult::done;
  const ErrorHandle error(rd_kafka_commit_transaction(client_.get(), timeout_ms(at_most)));
  if (error && rd_kafka_error_is_retriable(error.get()) != 0) return CommitResult::pending;
  open_ = false;
  open_bytes_ = 0;
  const std::vector<DeliveryTag> tags = std::exchange(uncommitted_, {});
  if (error) {
    listener_.broken(fmt::format("kafka: cannot commit: {}", rd_kafka_error_string(error.get())),
                     fault_of(rd_kafka_error_code(error.get())));
    return CommitResult::failed;
  }
  for (const DeliveryTag tag : tags) listener_.delivered(tag);
  return CommitResult::done;
}

SendResult KafkaProducer::produce(const std::string& name, const KafkaRecord& record,
                                  DeliveryTag tag) {
  const auto found = topics_.find(name);
  TOCSIN_CHECK(found != topics_.end());
  const Topic& topic = found->second;
  const std::int32_t partition = rd_kafka_msg_partitioner_murmur2(
      topic.handle.get(), record.key.data(), record.key.size(), topic.partitions, nullptr, nullptr);
  HeadersHandle headers = headers_of(record);
  // librdkafka copies key and value (MSG_F_COPY); its signature is not const.
  const auto error = rd_kafka_producev(
      client_.get(), RD_KAFKA_V_RKT(topic.handle.get()), RD_KAFKA_V_PARTITION(partition),
      RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
      RD_KAFKA_V_KEY(const_cast<char*>(record.key.data()), record.key.size()),
      RD_KAFKA_V_VALUE(const_cast<char*>(record.value.data()), record.value.size()),
      RD_KAFKA_V_HEADERS(headers.get()), RD_KAFKA_V_OPAQUE(opaque_of(tag)), RD_KAFKA_V_END);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return refusal(error);
  (void)headers.release();  // the message's now
  return SendResult::sent;
}

SendResult KafkaProducer::refusal(rd_kafka_resp_err_t error) {
  if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) return SendResult::full;
  if (error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) return SendResult::too_large;
  const bool fatal = error == RD_KAFKA_RESP_ERR__FATAL;
  listener_.broken(fatal ? fatal_text(client_.get())
                         : fmt::format("kafka: cannot send: {}", rd_kafka_err2str(error)),
                   fault_of(error));
  return SendResult::refused;
}

// Behind a fatal error stands its cause.
ProducerFault KafkaProducer::fault_of(rd_kafka_resp_err_t error) const {
  std::array<char, 256> text{};
  const auto cause = rd_kafka_fatal_error(client_.get(), text.data(), text.size());
  if (says_fenced(error) || says_fenced(cause)) return ProducerFault::fenced;
  return cause != RD_KAFKA_RESP_ERR_NO_ERROR ? ProducerFault::fatal : ProducerFault::failed;
}

void KafkaProducer::flush(Duration at_most) { rd_kafka_flush(client_.get(), timeout_ms(at_most)); }

void KafkaProducer::abandon(Duration at_most) {
  rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  flush(at_most);
}

void KafkaProducer::on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
  static_cast<KafkaProducer*>(self)->report(*message);
}

void KafkaProducer::report(const rd_kafka_message_t& message) {
  if (stopping_) return;
  switch (message.err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      if (!transactions_) listener_.delivered(tag_of(message));
      return;
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
      listener_.too_large(tag_of(message), message.len);
      return;
    default:
      listener_.broken(fmt::format("kafka: {} was not delivered: {}",
                                   rd_kafka_topic_name(message.rkt), rd_kafka_err2str(message.err)),
                       fault_of(message.err));
  }
}

void KafkaProducer::on_error(rd_kafka_t* client, int error, const char* reason, void* self) {
  auto* producer = static_cast<KafkaProducer*>(self);
  if (producer->stopping_) return;
  if (error == RD_KAFKA_RESP_ERR__FATAL) {
    producer->listener_.broken(fatal_text(client), producer->fault_of(RD_KAFKA_RESP_ERR__FATAL));
  } else if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
    producer->listener_.unreachable(fmt::format("kafka: {}", reason));
  }
}

}  // namespace tocsin::alerts
