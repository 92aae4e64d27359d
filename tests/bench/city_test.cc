#include "bench/sim/city.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

#include "bench/sim/registry_files.h"
#include "core/digest.h"

namespace tocsin::sim {
namespace {

std::array<std::size_t, kDeviceKinds> census(const City& city) {
  std::array<std::size_t, kDeviceKinds> count{};
  for (const CityDevice& d : city.devices()) ++count.at(static_cast<std::size_t>(d.kind));
  return count;
}

TEST(City, HasExactlyItsNumberOfDevicesAtEveryScale) {
  for (const std::uint32_t n : {50U, 51U, 100U, 333U, 1000U, 1001U, 20'000U}) {
    const City city(n, 7);
    EXPECT_EQ(city.devices().size(), n);
    std::uint32_t in_buildings = 0;
    for (const Building& b : city.buildings()) in_buildings += b.devices;
    EXPECT_EQ(in_buildings, n);
  }
}

TEST(City, SameSeedSameBytesOtherSeedOtherBytes) {
  const City city(1000, 1);
  EXPECT_EQ(hash128_hex(places_csv(city)), hash128_hex(places_csv(City(1000, 1))));
  EXPECT_EQ(hash128_hex(devices_csv(city)), hash128_hex(devices_csv(City(1000, 1))));
  EXPECT_NE(devices_csv(city), devices_csv(City(1000, 2)));
}

TEST(City, IsTheSameOnEveryMachine) {
  const City city(1000, 1);
  EXPECT_EQ(hash128_hex(places_csv(city)), "9ea23979f30ae048144cac8ec96c8ccc");
  EXPECT_EQ(hash128_hex(devices_csv(city)), "fd22d6b75e4750c3f99c03569fa0e42e");
}

TEST(City, AtFullSizeHasTheShapeOfTheRealOne) {
  const City city(170'000, 1);
  EXPECT_NEAR(static_cast<double>(city.gateways().size()), 3400, 200);
  std::size_t towns = 0;
  for (const CityPlace& p : city.places()) towns += p.kind == PlaceKind::town ? 1 : 0;
  EXPECT_EQ(towns, 16U);
  const auto count = census(city);
  EXPECT_GT(count[static_cast<std::size_t>(DeviceKind::smoke_detector)], 150'000U);
}

TEST(City, EvenAHundredDevicesHaveEveryKind) {
  const auto count = census(City(100, 1));
  for (std::size_t kind = 0; kind < kDeviceKinds; ++kind) EXPECT_GT(count[kind], 0U) << kind;
}

TEST(City, EveryPlaceButTheCityHasAParentOfALargerKind) {
  const City city(2000, 3);
  std::set<std::string> ids;
  for (const CityPlace& p : city.places()) {
    EXPECT_TRUE(ids.insert(p.id).second) << p.id;
    if (p.kind == PlaceKind::city) continue;
    ASSERT_NE(p.parent, kNoIndex);
    EXPECT_LT(city.place(p.parent).kind, p.kind);
  }
}

TEST(City, ZonesNextToEachOtherAreOnTheSameFloor) {
  const City city(2000, 3);
  std::size_t pairs = 0;
  for (const CityPlace& p : city.places()) {
    for (const std::uint32_t a : p.adjacent) {
      EXPECT_EQ(city.place(a).parent, p.parent);
      ++pairs;
    }
  }
  EXPECT_GT(pairs, 0U);
}

}  // namespace
}  // namespace tocsin::sim
