#include "rules/roll_up_matcher.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "rules/population.h"

namespace tocsin::rules {
namespace {

const RollUpForm& roll_up_of(const MatchContext& context) {
  return std::get<RollUpForm>(context.rule.form);
}

}  // namespace

bool RollUpMatcher::is_opening(const Event& event) {
  return event.slots[AlertEvents::kState].as_string() == to_string(AlertState::firing);
}

// The children a place needs; never reached where the registry knows nobody.
std::size_t RollUpMatcher::needed(const Children& firing, MatchContext& context) {
  const RollUpForm& form = roll_up_of(context);
  if (form.at_least > 0) return form.at_least;
  const Pattern::Alternative& alternative = form.pattern.alternatives.front();
  Population& population = context.evaluation.population();
  std::vector<std::string_view> devices;
  for (const auto& [key, opening] : firing) {
    const Value device = opening->slot(CommonSlot::device_id);
    if (device.is_set()) devices.push_back(device.as_string());
  }
  const std::uint16_t by = alternative.key_slots.front();
  const std::string_view place = firing.begin()->second->slot(by).as_string();
  const std::size_t all = form.population ? population.places(by, place, *form.population)
                                          : population.devices(by, place, devices);
  if (all == 0) return std::numeric_limits<std::size_t>::max();
  const double share = std::ceil(form.share * static_cast<double>(all) - 1e-9);
  return std::max<std::size_t>(1, static_cast<std::size_t>(share));
}

bool RollUpMatcher::on_arrival(const Question& question, Arrival& arrival, MatchContext& context,
                               std::vector<Bound>* bound) {
  const Held& held = question.held.front();
  make_key(child_, arrival.event.slots.data(), held.alternative->distinct_slots);
  Place* place = places_.find(question.key);
  if (!is_opening(arrival.event)) {
    if (place != nullptr) place->firing.erase(child_);
    if (place != nullptr && place->firing.empty()) places_.erase(*place);
    return false;
  }
  if (place == nullptr) place = &places_.add(question.key);
  place->firing.insert_or_assign(child_, arrival.kept());

  const Timestamp first = arrival.event.ts - roll_up_of(context).within;
  std::vector<Bound> recent;
  for (const auto& [key, opening] : place->firing) {
    if (opening->ts() >= first) recent.push_back({opening, held.step});
  }
  if (recent.size() < needed(place->firing, context)) return false;
  if (bound != nullptr) *bound = std::move(recent);
  return true;
}

bool RollUpMatcher::is_below(KeyView key, MatchContext& context) const {
  const Place* const place = places_.find(key);
  return place == nullptr || place->firing.size() < needed(place->firing, context);
}

std::vector<std::string> RollUpMatcher::children(KeyView key) const {
  std::vector<std::string> keys;
  const Place* const place = places_.find(key);
  if (place == nullptr) return keys;
  for (const auto& [child, opening] : place->firing) keys.push_back(child);
  return keys;
}

}  // namespace tocsin::rules
