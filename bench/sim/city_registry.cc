#include "bench/sim/city_registry.h"

namespace tocsin::sim {

std::shared_ptr<const Registry> make_registry(const City& city) {
  auto registry = std::make_shared<Registry>();
  registry->reserve(city.places().size(), city.devices().size());
  for (const CityPlace& p : city.places()) {
    Place place;
    place.place_id = p.id;
    place.kind = p.kind;
    place.parent = p.parent;
    place.name_zh = p.name_zh;
    place.name_en = p.name_en;
    place.lat = p.lat;
    place.lon = p.lon;
    place.has_position = true;
    for (const std::uint32_t a : p.adjacent) place.adjacent.push_back(city.place(a).id);
    registry->add_place(std::move(place));
  }
  for (const CityDevice& d : city.devices()) {
    Device device;
    device.device_id = d.id;
    device.kind = to_string(d.kind);
    device.place = d.place;
    device.gateway_id = city.gateways()[d.gateway];
    device.heartbeat_interval_s = d.heartbeat_s;
    registry->add_device(std::move(device));
  }
  return registry;
}

}  // namespace tocsin::sim
