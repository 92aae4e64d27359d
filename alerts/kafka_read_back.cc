#include "alerts/kafka_read_back.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "alerts/kafka_record.h"

namespace tocsin::alerts {
namespace {

constexpr std::int64_t kFirstStep = 4;  // offsets back from the end: a record and its markers
constexpr std::int64_t kWiden = 8;

// One partition of one topic, and what was found at its end.
struct Lane {
  rd_kafka_topic_t* topic = nullptr;
  std::int32_t partition = 0;
  bool heartbeats = false;
  std::int64_t low = 0;   // first offset kept
  std::int64_t high = 0;  // one after the last
  std::int64_t from = 0;  // read from here
  bool found = false;     // a record of our log
  LogPosition settled = 0;
  std::vector<LogPosition> positions;

  bool exhausted() const { return from <= low; }
};

std::string_view header(const rd_kafka_headers_t* headers, const char* name) {
  const void* value = nullptr;
  std::size_t size = 0;
  if (rd_kafka_header_get_last(headers, name, &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return {};
  return {static_cast<const char*>(value), size};
}

std::optional<LogPosition> number(std::string_view text) {
  LogPosition value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size())
    return {};
  return value;
}

class Reader {
 public:
  Reader(ClientHandle client, const ReadBackRequest& request, Duration timeout)
      : client_(std::move(client)), request_(request), timeout_(timeout) {}

  std::optional<KafkaFailure> open() {
    for (const std::string& name : request_.alert_topics) {
      if (auto failure = add_lanes(name, false)) return failure;
    }
    return add_lanes(request_.heartbeat_topic, true);
  }

  // First until each lane has shown a record of ours, which gives L; then back to L.
  Result<Published, KafkaFailure> run() {
    if (auto failure = widen_while([](const Lane& lane) { return !lane.found; })) return *failure;
    Published out{request_.settled, {}};
    for (const Lane& lane : lanes_) out.settled = std::max(out.settled, lane.settled);
    const auto short_of = [&](const Lane& lane) {
      return !lane.heartbeats && lane.found &&
             std::none_of(lane.positions.begin(), lane.positions.end(),
                          [&](LogPosition position) { return position <= out.settled; });
    };
    if (auto failure = widen_while(short_of)) return *failure;
    for (const Lane& lane : lanes_) {
      for (const LogPosition position : lane.positions) {
        if (position > out.settled) out.beyond.insert(position);
      }
    }
    return out;
  }

 private:
  std::optional<KafkaFailure> add_lanes(const std::string& name, bool heartbeats) {
    topics_.emplace_back(rd_kafka_topic_new(client_.get(), name.c_str(), nullptr));
    for (std::int32_t partition = 0; partition < request_.partitions.at(name); ++partition) {
      Lane lane;
      lane.topic = topics_.back().get();
      lane.partition = partition;
      lane.heartbeats = heartbeats;
      const auto error = rd_kafka_query_watermark_offsets(
          client_.get(), name.c_str(), partition, &lane.low, &lane.high, timeout_ms(timeout_));
      if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return failure(name, rd_kafka_err2str(error));
      lane.from = lane.high;
      lanes_.push_back(std::move(lane));
    }
    return {};
  }

  template <class Wanted>
  std::optional<KafkaFailure> widen_while(Wanted wanted) {
    for (Lane& lane : lanes_) {
      std::int64_t step = std::max(kFirstStep, (lane.high - lane.from) * kWiden);
      while (wanted(lane) && !lane.exhausted()) {
        lane.from = std::max(lane.low, lane.high - step);
        if (auto failure = read(lane)) return failure;
        step *= kWiden;
      }
    }
    return {};
  }

  // Reads a lane from lane.from to its end.
  std::optional<KafkaFailure> read(Lane& lane) {
    lane.positions.clear();
    if (rd_kafka_consume_start(lane.topic, lane.partition, lane.from) != 0) {
      return failure(rd_kafka_topic_name(lane.topic), rd_kafka_err2str(rd_kafka_last_error()));
    }
    std::optional<KafkaFailure> failed;
    for (;;) {
      const MessageHandle message(
          rd_kafka_consume(lane.topic, lane.partition, timeout_ms(timeout_)));
      if (message && message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) break;
      if (!message || message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        failed = failure(rd_kafka_topic_name(lane.topic),
                         message ? rd_kafka_message_errstr(message.get()) : "no answer");
        break;
      }
      take(lane, *message);
    }
    rd_kafka_consume_stop(lane.topic, lane.partition);
    return failed;
  }

  void take(Lane& lane, const rd_kafka_message_t& message) const {
    rd_kafka_headers_t* headers = nullptr;
    if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
    if (header(headers, kLogHeader) != request_.log_id) return;
    const auto settled = number(header(headers, kSettledHeader));
    if (!settled) return;
    lane.found = true;
    lane.settled = std::max(lane.settled, *settled);
    if (const auto position = number(header(headers, kPositionHeader))) {
      lane.positions.push_back(*position);
    }
  }

  static KafkaFailure failure(const std::string& topic, std::string_view why) {
    return {KafkaError::read_back, fmt::format("kafka: cannot read the end of {}: {}", topic, why)};
  }

  ClientHandle client_;
  const ReadBackRequest& request_;
  Duration timeout_;
  std::vector<TopicHandle> topics_;  // freed before the client
  std::vector<Lane> lanes_;
};

}  // namespace

Result<Published, KafkaFailure> read_back(const KafkaOptions& options,
                                          const ReadBackRequest& request) {
  // An empty log has published nothing, and has no name to look for.
  if (request.log_id.empty()) return Published{request.settled, {}};
  auto conf = make_conf(options, reader_properties());
  if (!conf) return conf.error();
  auto client = make_client(RD_KAFKA_CONSUMER, std::move(*conf));
  if (!client) return client.error();
  Reader reader(std::move(*client), request, options.request_timeout);
  if (auto failure = reader.open()) return *failure;
  return reader.run();
}

}  // namespace tocsin::alerts
