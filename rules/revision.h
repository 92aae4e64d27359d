#pragma once
/// From an episode to what is said about it: place, evidence, templates, identity.
///
/// Path: EpisodeBook, RuleHealth -> AlertRevision. Thread: the engine's. Allocates: only here.
#include <optional>
#include <string_view>
#include <utility>

#include "rules/episode.h"

namespace tocsin::rules {

/// hash128 of rule, kind, identity, opened_at, opener.
std::string make_alert_id(std::string_view rule, const Episode& episode, std::uint64_t opener);

/// Position of the innermost place of the event that has one.
std::optional<std::pair<double, double>> position_of(const KeptEvent& event,
                                                     const Registry* registry);

/// Sets the frame of alert variables (count, severity, ...).
void show_alert(const Episode& episode, Turn& turn);

/// The revision as of turn.at. In templates `e`, `loc` and `device` are the newest contributing
/// event, steps the events of the opening match. A hole without a value (an unset time)
/// reads "-"; any other error reads "?" and is counted.
AlertRevision make_revision(const Rule& rule, const Episode& episode, AlertState state,
                            Reason reason, Turn& turn, RuleNotes& notes);

}  // namespace tocsin::rules
