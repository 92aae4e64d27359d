#include "broker/address.h"

#include <charconv>

namespace tocsin::broker {

std::optional<Address> parse_uri(std::string_view uri) {
  Address address;
  address.tls = uri.starts_with("ssl://");
  if (!address.tls && !uri.starts_with("tcp://")) return std::nullopt;
  uri.remove_prefix(6);
  const std::size_t colon = uri.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const std::string_view port = uri.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc{} || end != port.data() + port.size() || address.port == 0)
    return std::nullopt;
  address.host_port = uri;
  return address;
}

}  // namespace tocsin::broker
