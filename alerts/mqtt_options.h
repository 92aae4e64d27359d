#pragma once
/// Settings of the MQTT sink. The configuration's section `sinks.mqtt` fills it; defaults are the
/// product's.
#include <cstddef>
#include <string>

#include "broker/address.h"
#include "core/time.h"

namespace tocsin::alerts {

struct MqttOptions : broker::LoginOptions {
  std::string topic_prefix = "tocsin/alerts/v1";
  /// 1: until the broker has acknowledged it. 0: written to the connection, which may lose it.
  int qos = 1;
  /// The broker keeps the newest revision of each alert that is open, for readers that join late.
  bool retain = false;
  std::string position_file;                  ///< how far it got; beside the alert log
  std::size_t max_in_flight = 100;            ///< revisions taken and not acknowledged
  std::size_t max_payload_bytes = 256 << 10;  ///< of one message; evidence is cut to fit
  Duration reconnect_min{200};  ///< the first pause; each further one is twice as long
  Duration reconnect_max{2000};
  /// A broker that acknowledges nothing for so long is left and connected to again.
  Duration patience{10'000};
  Duration save_interval{200};  ///< between writes of the position
};

}  // namespace tocsin::alerts
