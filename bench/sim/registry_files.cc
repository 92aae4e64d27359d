#include "bench/sim/registry_files.h"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <iterator>

namespace tocsin::sim {
namespace {

std::error_code write_file(const std::filesystem::path& path, const std::string& text) {
  errno = 0;
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  out.close();
  if (out) return {};
  return {errno != 0 ? errno : EIO, std::generic_category()};
}

}  // namespace

std::string places_csv(const City& city) {
  std::string text = "place_id,parent_id,kind,name_zh,name_en,lat,lon,adjacent,tags\n";
  for (const CityPlace& p : city.places()) {
    std::string adjacent;
    for (const std::uint32_t a : p.adjacent) {
      if (!adjacent.empty()) adjacent += ';';
      adjacent += city.place(a).id;
    }
    fmt::format_to(std::back_inserter(text), "{},{},{},{},{},{:.6f},{:.6f},{},\n", p.id,
                   p.parent == kNoIndex ? "" : city.place(p.parent).id, to_string(p.kind),
                   p.name_zh, p.name_en, p.lat, p.lon, adjacent);
  }
  return text;
}

std::string devices_csv(const City& city) {
  std::string text = "device_id,kind,place_id,gateway_id,heartbeat_interval_s,state,tags\n";
  for (const CityDevice& d : city.devices()) {
    fmt::format_to(std::back_inserter(text), "{},{},{},{},{},commissioned,\n", d.id,
                   to_string(d.kind), city.place(d.place).id, city.gateways()[d.gateway],
                   d.heartbeat_s);
  }
  return text;
}

std::error_code write_registry(const City& city, const std::filesystem::path& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) return failed;
  failed = write_file(folder / "places.csv", places_csv(city));
  if (!failed) failed = write_file(folder / "devices.csv", devices_csv(city));
  return failed;
}

}  // namespace tocsin::sim
