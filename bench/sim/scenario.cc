#include "bench/sim/scenario.h"

namespace tocsin::sim {
namespace {

bool set_word(Scenario& scenario, std::string_view word) {
  if (word == "steady") return true;
  if (word == "duplicates") return scenario.duplicates = true;
  if (word == "storm") return scenario.storm = true;
  if (word == "reorder") return scenario.reorder = true;
  if (word == "skew") return scenario.skew = true;
  if (word == "outage") return scenario.outage = true;
  return false;
}

}  // namespace

std::optional<Scenario> parse_scenario(std::string_view words, std::string_view* bad) {
  Scenario scenario;
  while (true) {
    const std::size_t comma = words.find(',');
    const std::string_view word = words.substr(0, comma);
    if (!set_word(scenario, word)) {
      if (bad != nullptr) *bad = word;
      return std::nullopt;
    }
    if (comma == std::string_view::npos) return scenario;
    words.remove_prefix(comma + 1);
  }
}

}  // namespace tocsin::sim
