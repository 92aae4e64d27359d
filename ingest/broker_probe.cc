#include "ingest/broker_probe.h"

#include <mqtt/client.h>

#include <chrono>

#include "ingest/paho_login.h"
#include "ingest/time_text.h"

namespace tocsin::ingest {
namespace {

constexpr const char* kVersion = "$SYS/broker/version";
constexpr const char* kDropped = "$SYS/broker/publish/messages/dropped";
constexpr int kLastRefusalCode = 5;  // CONNACK return codes 1 to 5 (MQTT 3.1.1, table 3.1)

// Retained by the broker, so they come at once or not at all.
BrokerFacts read_facts(mqtt::client& client, Duration timeout) {
  client.start_consuming();
  client.subscribe(kVersion, 0);
  client.subscribe(kDropped, 0);
  BrokerFacts facts;
  const auto end = std::chrono::steady_clock::now() + timeout;
  while (facts.version.empty() || !facts.dropped) {
    const auto left = end - std::chrono::steady_clock::now();
    mqtt::const_message_ptr message;
    if (!client.try_consume_message_for(&message, left) || message == nullptr) break;
    if (message->get_topic() == kVersion) facts.version = message->to_string();
    if (message->get_topic() == kDropped) facts.dropped = parse_uint64(message->to_string());
  }
  client.stop_consuming();
  return facts;
}

}  // namespace

Result<BrokerFacts, SourceError> probe_broker(const PahoOptions& options, Duration timeout) {
  const auto login = PahoLogin::of(options);
  if (!login) return login.error();
  try {
    mqtt::client client(options.uri, options.client_id);
    mqtt::connect_options connect = login->connect_options(options);
    connect.set_clean_session(true);
    client.connect(connect);
    BrokerFacts facts = read_facts(client, timeout);
    client.disconnect();
    return facts;
  } catch (const mqtt::exception& failure) {
    const int code = failure.get_return_code();
    return code >= 1 && code <= kLastRefusalCode ? SourceError::refused : SourceError::unreachable;
  }
}

}  // namespace tocsin::ingest
