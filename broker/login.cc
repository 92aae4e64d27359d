#include "broker/login.h"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>

namespace tocsin::broker {
namespace {

constexpr const char* kSystemTrust = "/etc/ssl/certs/ca-certificates.crt";

// The first line's end is cut, as editors add one.
std::optional<std::string> read_secret(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

bool is_readable(const std::string& path) { return std::ifstream(path).good(); }

bool unset_proxies() {
  for (const char* proxy : {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"}) {
    ::unsetenv(proxy);  // NOLINT(concurrency-mt-unsafe): at start, before Paho's threads
  }
  return true;
}

}  // namespace

Result<Login, LoginError> Login::of(const LoginOptions& options) {
  [[maybe_unused]] static const bool once = unset_proxies();
  const auto address = parse_uri(options.uri);
  if (!address || options.client_id.empty()) return LoginError::bad_address;
  Login login{*address, {}};
  if (!options.password_file.empty()) {
    auto secret = read_secret(options.password_file);
    if (!secret) return LoginError::unreadable;
    login.password = std::move(*secret);
  }
  if (!options.trust_store.empty() && !is_readable(options.trust_store))
    return LoginError::unreadable;
  return login;
}

mqtt::connect_options Login::connect_options(const LoginOptions& options, Session session) const {
  mqtt::connect_options connect;
  connect.set_mqtt_version(MQTTVERSION_3_1_1);
  connect.set_clean_session(session == Session::ends);
  connect.set_automatic_reconnect(false);
  connect.set_connect_timeout(std::chrono::ceil<std::chrono::seconds>(options.connect_timeout));
  connect.set_keep_alive_interval(std::chrono::ceil<std::chrono::seconds>(options.keep_alive));
  if (!options.username.empty()) connect.set_user_name(options.username);
  if (!password.empty()) connect.set_password(password);
  if (address.tls) {
    mqtt::ssl_options tls;
    tls.set_trust_store(options.trust_store.empty() ? kSystemTrust : options.trust_store);
    tls.set_enable_server_cert_auth(true);
    tls.set_verify(true);
    connect.set_ssl(std::move(tls));
  }
  return connect;
}

std::string_view refusal_text(int return_code) {
  switch (return_code) {
    case 1: return "the broker does not speak MQTT 3.1.1";
    case 2: return "the broker refused the client id";
    case 3: return "the broker says it is not available";
    case 4: return "the broker refused the user name or password";
    case 5: return "the broker refused: not authorised (user name, password)";
    default: return {};
  }
}

}  // namespace tocsin::broker
