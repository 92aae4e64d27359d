#pragma once
/// What it takes to reach an MQTT broker, as a configuration says it. Without Paho in it.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/time.h"

namespace tocsin::broker {

/// The source subscribes to everything below it; nothing else may publish there.
inline constexpr std::string_view kSourceTopics = "tocsin/v1";

struct Address {
  std::string host_port;
  unsigned short port = 0;
  bool tls = false;
};
/// tcp://HOST:PORT or ssl://HOST:PORT.
std::optional<Address> parse_uri(std::string_view uri);

struct LoginOptions {
  std::string uri = {};  ///< tcp://HOST:PORT or ssl://HOST:PORT
  std::string client_id = {};
  std::string username = {};       ///< empty: anonymous
  std::string password_file = {};  ///< the password is its text without a final line end
  std::string trust_store = {};    ///< PEM file of certificates, for ssl; empty: the system's
  Duration connect_timeout{2000};
  Duration keep_alive{10'000};  ///< whole seconds
};

enum class LoginError : std::uint8_t {
  bad_address = 1,  ///< the uri is none, or there is no client id
  unreadable,       ///< the password file or the trust store
};

}  // namespace tocsin::broker
