#include "core/registry.h"

#include <gtest/gtest.h>

namespace tocsin {
namespace {

Place place(std::string id, PlaceKind kind, PlaceIndex parent = kNoIndex) {
  Place p;
  p.place_id = std::move(id);
  p.kind = kind;
  p.parent = parent;
  return p;
}

TEST(Registry, PlaceKnowsEveryLevelThatEnclosesIt) {
  Registry registry;
  const PlaceIndex city = registry.add_place(place("C1", PlaceKind::city));
  const PlaceIndex site = registry.add_place(place("S1", PlaceKind::site, city));
  const PlaceIndex building = registry.add_place(place("B1", PlaceKind::building, site));
  const auto& levels = registry.place(building).enclosing;
  EXPECT_EQ(levels[static_cast<std::size_t>(PlaceKind::city)], city);
  EXPECT_EQ(levels[static_cast<std::size_t>(PlaceKind::building)], building);
  EXPECT_EQ(levels[static_cast<std::size_t>(PlaceKind::town)], kNoIndex);
}

TEST(Registry, AdjacencyHoldsBothWaysThoughWrittenOnce) {
  Registry registry;
  Place a = place("Z1", PlaceKind::zone);
  a.adjacent = {"Z2"};
  registry.add_place(std::move(a));
  registry.add_place(place("Z2", PlaceKind::zone));
  EXPECT_TRUE(registry.adjacent("Z1", "Z2"));
  EXPECT_TRUE(registry.adjacent("Z2", "Z1"));
  EXPECT_TRUE(registry.adjacent("Z1", "Z1"));
  EXPECT_FALSE(registry.adjacent("Z1", "Z9"));
}

}  // namespace
}  // namespace tocsin
