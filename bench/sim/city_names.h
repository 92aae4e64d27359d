#pragma once
/// Names of places in the made-up city, in Chinese and in English. None is a real place's record.
#include <cstdint>
#include <string>

#include "core/registry.h"

namespace tocsin::sim {

struct PlaceName {
  std::string zh;
  std::string en;
};

inline constexpr std::uint32_t kTownNames = 16;

enum class SiteKind : std::uint8_t { compound, shops, factory };

PlaceName city_name();
PlaceName town_name(std::uint32_t number);
PlaceName village_name(std::uint32_t number);
PlaceName site_name(SiteKind kind, std::uint32_t number);
/// grid, building, floor and zone are numbered within what encloses them, from 1.
PlaceName numbered_name(PlaceKind kind, std::uint32_t number);

}  // namespace tocsin::sim
