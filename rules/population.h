#pragma once
/// Population: how many devices or places the registry has at a place: what a share is of.
///
/// Thread: the engine's. Lifetime: its registry's. Counts once per question, then remembers.
#include <boost/unordered/unordered_flat_map.hpp>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/registry.h"

namespace tocsin::rules {

class Population {
 public:
  explicit Population(std::shared_ptr<const Registry> registry = {})
      : registry_(std::move(registry)) {}

  /// Devices that are not decommissioned, of the kinds that `like` are of, whose common slot `by`
  /// has that value: a place, or a gateway.
  std::size_t devices(std::uint16_t by, std::string_view value,
                      std::span<const std::string_view> like);
  /// Places of a kind within the place that slot `by` names.
  std::size_t places(std::uint16_t by, std::string_view value, PlaceKind kind);

 private:
  using Counts = boost::unordered_flat_map<std::string, std::size_t>;
  using ByKind = std::map<std::string, Counts, std::less<>>;  ///< of device or place
  Counts& of_places(std::uint16_t by, PlaceKind kind);
  ByKind& of_devices(std::uint16_t by);

  std::shared_ptr<const Registry> registry_;
  std::map<std::uint16_t, ByKind> devices_;  ///< by slot
  std::map<std::uint16_t, ByKind> places_;
};

}  // namespace tocsin::rules
