#pragma once
/// Login: what Paho needs to connect to a broker, from the options and the files they name. Shared
/// by the ways in and out; a session of its own for each is what keeps them apart.
///
/// Thread: any.
#include <mqtt/connect_options.h>

#include <string>
#include <string_view>

#include "broker/address.h"
#include "core/result.h"

namespace tocsin::broker {

/// Whether the broker keeps what it has for a client that is away.
enum class Session : bool { ends, kept };

struct Login {
  Address address;
  std::string password;

  /// The first one of the process unsets http_proxy and its like, which Paho would follow even to
  /// loopback: make it before Paho has threads.
  static Result<Login, LoginError> of(const LoginOptions& options);
  /// MQTT 3.1.1, no reconnecting by Paho.
  mqtt::connect_options connect_options(const LoginOptions& options, Session session) const;
};

/// Whether a return code of Paho's is a broker's answer to a connect (1 to 5: MQTT 3.1.1, table
/// 3.1), and what it says. Empty: it is not.
std::string_view refusal_text(int return_code);

}  // namespace tocsin::broker
