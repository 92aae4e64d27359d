#include "bench/e2e/alert_consumer.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <utility>

namespace tocsin::bench {
namespace {

constexpr int kMetadataMs = 1000;
constexpr int kWatermarkMs = 5000;
constexpr int kPollMs = 50;  // how soon stop() is noticed

template <class T, void (*Destroy)(T*)>
struct Deleter {
  void operator()(T* p) const { Destroy(p); }
};

using Client = std::unique_ptr<rd_kafka_t, Deleter<rd_kafka_t, rd_kafka_destroy>>;
using Partitions = std::unique_ptr<
    rd_kafka_topic_partition_list_t,
    Deleter<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy>>;
using Message =
    std::unique_ptr<rd_kafka_message_t, Deleter<rd_kafka_message_t, rd_kafka_message_destroy>>;

Client make_client(const std::string& bootstrap) {
  const std::pair<const char*, std::string> settings[] = {
      {"bootstrap.servers", bootstrap},
      {"group.id", fmt::format("tocsin-bench-{}", ::getpid())},
      {"isolation.level", "read_committed"},
      {"enable.auto.commit", "false"},
      // A cluster in memory answers a fetch only when its wait is over; a real one at once.
      {"fetch.wait.max.ms", "10"},
      {"socket.nagle.disable", "true"},
      {"reconnect.backoff.max.ms", "1000"},
      {"log_level", "2"},
  };
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char why[256];
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf, name, value.c_str(), why, sizeof why) != RD_KAFKA_CONF_OK) {
      rd_kafka_conf_destroy(conf);
      return nullptr;
    }
  }
  rd_kafka_t* made = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why);
  if (made == nullptr) rd_kafka_conf_destroy(conf);
  return Client(made);
}

std::int64_t steady_ns() {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

}  // namespace

std::string_view to_string(ConsumerError error) {
  switch (error) {
    case ConsumerError::bad_configuration: return "the Kafka address is not usable";
    case ConsumerError::unreachable: return "Kafka cannot be reached";
    case ConsumerError::no_topic: return "the alert topic is not there";
  }
  return "";
}

struct AlertConsumer::State {
  std::string bootstrap;
  std::string topic;
  OnAlert on_alert;
  Client client;
  std::atomic<bool> stopping{false};
  std::atomic<std::uint64_t> unreadable{0};
  std::thread thread;

  Result<int, ConsumerError> count_partitions(Duration patience);
  Result<void, ConsumerError> assign_at_end(int partitions);
  void read();
  void take(const rd_kafka_message_t& message);
};

AlertConsumer::AlertConsumer(std::string bootstrap, std::string topic, OnAlert on_alert)
    : state_(std::make_unique<State>()) {
  state_->bootstrap = std::move(bootstrap);
  state_->topic = std::move(topic);
  state_->on_alert = std::move(on_alert);
}

AlertConsumer::~AlertConsumer() { stop(); }

Result<int, ConsumerError> AlertConsumer::State::count_partitions(Duration patience) {
  const auto give_up = std::chrono::steady_clock::now() + patience;
  ConsumerError last = ConsumerError::unreachable;
  rd_kafka_topic_t* handle = rd_kafka_topic_new(client.get(), topic.c_str(), nullptr);
  int found = 0;
  while (found == 0 && std::chrono::steady_clock::now() < give_up) {
    const struct rd_kafka_metadata* metadata = nullptr;
    if (rd_kafka_metadata(client.get(), 0, handle, &metadata, kMetadataMs) !=
        RD_KAFKA_RESP_ERR_NO_ERROR) {
      continue;
    }
    last = ConsumerError::no_topic;
    if (metadata->topic_cnt == 1) found = metadata->topics[0].partition_cnt;
    rd_kafka_metadata_destroy(metadata);
    if (found == 0) std::this_thread::sleep_for(std::chrono::milliseconds(kPollMs));
  }
  rd_kafka_topic_destroy(handle);
  if (found == 0) return last;
  return found;
}

Result<void, ConsumerError> AlertConsumer::State::assign_at_end(int partitions) {
  const Partitions list(rd_kafka_topic_partition_list_new(partitions));
  for (int p = 0; p < partitions; ++p) {
    std::int64_t low = 0;
    std::int64_t high = 0;
    if (rd_kafka_query_watermark_offsets(client.get(), topic.c_str(), p, &low, &high,
                                         kWatermarkMs) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return ConsumerError::unreachable;
    }
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), p)->offset = high;
  }
  if (rd_kafka_assign(client.get(), list.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return ConsumerError::unreachable;
  }
  return {};
}

Result<void, ConsumerError> AlertConsumer::start(Duration patience) {
  state_->client = make_client(state_->bootstrap);
  if (!state_->client) return ConsumerError::bad_configuration;
  rd_kafka_poll_set_consumer(state_->client.get());
  const auto partitions = state_->count_partitions(patience);
  if (!partitions) return partitions.error();
  if (const auto assigned = state_->assign_at_end(*partitions); !assigned) return assigned.error();
  state_->thread = std::thread([this] { state_->read(); });
  return {};
}

void AlertConsumer::State::read() {
  while (!stopping) {
    const Message message(rd_kafka_consumer_poll(client.get(), kPollMs));
    if (message && message->err == RD_KAFKA_RESP_ERR_NO_ERROR) take(*message);
  }
}

void AlertConsumer::State::take(const rd_kafka_message_t& message) {
  const std::int64_t now = steady_ns();
  auto alert = parse_seen({static_cast<const char*>(message.payload), message.len});
  if (!alert) {
    ++unreadable;
    return;
  }
  alert->received_ns = now;
  on_alert(std::move(*alert));
}

void AlertConsumer::stop() {
  state_->stopping = true;
  if (state_->thread.joinable()) state_->thread.join();
  if (state_->client) rd_kafka_consumer_close(state_->client.get());
  state_->client.reset();
}

std::uint64_t AlertConsumer::unreadable() const { return state_->unreadable; }

}  // namespace tocsin::bench
