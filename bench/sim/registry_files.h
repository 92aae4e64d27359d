#pragma once
/// Writes a city as the registry the engine loads: places.csv and devices.csv, the same bytes for
/// the same city.
#include <filesystem>
#include <string>
#include <system_error>

#include "bench/sim/city.h"

namespace tocsin::sim {

std::string places_csv(const City& city);
std::string devices_csv(const City& city);

/// Makes the folder if need be and writes both files. An error code where the disk refused.
std::error_code write_registry(const City& city, const std::filesystem::path& folder);

}  // namespace tocsin::sim
