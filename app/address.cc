#include "app/address.h"

#include "rules/load/read_values.h"
#include "rules/load/report.h"

namespace tocsin::app {
namespace {

constexpr std::int64_t kLastPort = 65'535;

bool is_host_port(std::string_view text, std::int64_t first_port) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const auto port = yaml::parse_integer(text.substr(colon + 1));
  return port && *port >= first_port && *port <= kLastPort &&
         text.find_first_of(" \t/") == std::string_view::npos;
}

bool is_listen_address(std::string_view text) { return is_host_port(text, 0); }

bool are_servers(std::string_view text) {
  while (true) {
    const std::size_t comma = text.find(',');
    if (!is_host_port(text.substr(0, comma), 1)) return false;
    if (comma == std::string_view::npos) return true;
    text.remove_prefix(comma + 1);
  }
}

bool is_kafka(std::string_view text) { return text == "dev" || are_servers(text); }
bool is_kafka_of_demo(std::string_view text) { return text == "real" || is_kafka(text); }

bool is_broker_uri(std::string_view text) {
  for (const std::string_view scheme : {"tcp://", "ssl://"}) {
    if (text.starts_with(scheme)) return is_host_port(text.substr(scheme.size()), 1);
  }
  return false;
}

}  // namespace

const AddressForm kBrokerAddress{"tcp://HOST:PORT or ssl://HOST:PORT", is_broker_uri};
const AddressForm kKafkaServers{"HOST:PORT[,...]", are_servers};
const AddressForm kKafkaAddress{"HOST:PORT[,...] or dev", is_kafka};
const AddressForm kKafkaOfDemo{"HOST:PORT[,...], dev or real", is_kafka_of_demo};
const AddressForm kListenAddress{"HOST:PORT", is_listen_address};

const CodeInfo kBadAddress{
    {}, "E5003", "'{0}' is not an address: {1}", "'{0}' 不是地址：{1}", "write {2}", "请写成 {2}"};

ExitCode check_addresses(std::initializer_list<AddressFlag> flags, const Common& common) {
  ExitCode code = ExitCode::ok;
  for (const AddressFlag& flag : flags) {
    if (!flag.address || flag.form.fits(*flag.address)) continue;
    const yaml::SourceText source(flag.name, *flag.address);
    yaml::Report report(source);
    report.add(kBadAddress, {0, flag.address->size()}, {flag.name, *flag.address, flag.form.text});
    print_diagnostics(report.take(), common);
    code = ExitCode::bad_config;
  }
  return code;
}

}  // namespace tocsin::app
