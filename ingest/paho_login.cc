#include "ingest/paho_login.h"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "ingest/time_text.h"

namespace tocsin::ingest {
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

}  // namespace

std::optional<BrokerAddress> parse_broker_uri(std::string_view uri) {
  BrokerAddress address;
  address.tls = uri.starts_with("ssl://");
  if (!address.tls && !uri.starts_with("tcp://")) return std::nullopt;
  uri.remove_prefix(6);
  const std::size_t colon = uri.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const auto port = parse_uint64(uri.substr(colon + 1));
  if (!port || *port == 0 || *port > 65'535) return std::nullopt;
  address.host_port = uri;
  address.port = static_cast<unsigned short>(*port);
  return address;
}

Result<PahoLogin, SourceError> PahoLogin::of(const PahoOptions& options) {
  const auto address = parse_broker_uri(options.uri);
  if (!address || options.client_id.empty()) return SourceError::bad_address;
  PahoLogin login{*address, {}};
  if (!options.password_file.empty()) {
    auto secret = read_secret(options.password_file);
    if (!secret) return SourceError::unreadable;
    login.password = std::move(*secret);
  }
  if (!options.trust_store.empty() && !is_readable(options.trust_store))
    return SourceError::unreadable;
  for (const char* proxy : {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"}) {
    ::unsetenv(proxy);  // NOLINT(concurrency-mt-unsafe): at start, before Paho's threads
  }
  return login;
}

mqtt::connect_options PahoLogin::connect_options(const PahoOptions& options) const {
  mqtt::connect_options connect;
  connect.set_mqtt_version(MQTTVERSION_3_1_1);
  connect.set_clean_session(false);
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

}  // namespace tocsin::ingest
