#pragma once
/// PahoLogin: what it takes to connect to a broker with Paho, from the options and the files they
/// name. For PahoSource and probe_broker(); the only header with Paho in it.
///
/// Thread: any. Errors: SourceError bad_address and unreadable.
#include <mqtt/connect_options.h>

#include <optional>
#include <string>
#include <string_view>

#include "ingest/paho_source.h"

namespace tocsin::ingest {

struct BrokerAddress {
  std::string host_port;
  unsigned short port = 0;
  bool tls = false;
};
/// tcp://HOST:PORT or ssl://HOST:PORT.
std::optional<BrokerAddress> parse_broker_uri(std::string_view uri);

struct PahoLogin {
  BrokerAddress address;
  std::string password;

  /// Unsets http_proxy and its like, which Paho would follow even to loopback.
  static Result<PahoLogin, SourceError> of(const PahoOptions& options);
  /// MQTT 3.1.1, a session the broker keeps, no reconnecting by Paho.
  mqtt::connect_options connect_options(const PahoOptions& options) const;
};

}  // namespace tocsin::ingest
