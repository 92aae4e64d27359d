#include "ingest/broker_probe.h"

#include <mqtt/client.h>

#include <chrono>

#include "broker/login.h"
#include "ingest/time_text.h"

namespace tocsin::ingest {
namespace {

constexpr const char* kVersion = "$SYS/broker/version";
constexpr const char* kDropped = "$SYS/broker/publish/messages/dropped";

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
  const auto login = broker::Login::of(options);
  if (!login) return source_error(login.error());
  try {
    mqtt::client client(options.uri, options.client_id);
    client.connect(login->connect_options(options, broker::Session::ends));
    BrokerFacts facts = read_facts(client, timeout);
    client.disconnect();
    return facts;
  } catch (const mqtt::exception& failure) {
    const bool refused = !broker::refusal_text(failure.get_return_code()).empty();
    return refused ? SourceError::refused : SourceError::unreachable;
  }
}

}  // namespace tocsin::ingest
