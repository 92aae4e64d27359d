#pragma once
/// What the loader's tests share: a small catalogue, one-file bundles, diagnostics in a line each.
#include <string>
#include <vector>

#include "rules/load/loader.h"

namespace tocsin::rules::test {

/// smoke.alarm{level, temperature, test_mode}, smoke.clear, camera.detection{label, confidence,
/// tags}, gate.state{state: open|closed}, gate.count{state: int}, panel.operation{op}, meter{value:
/// int, unit}.
const Catalogue& catalogue();

Loaded load_text(const std::string& text, const std::string& name = "r.yaml",
                 const LoadOptions& options = {});
Loaded load_bundle(const std::string& bundle, const std::string& rule);

/// The one rule of a text that must load.
Rule rule_of(const std::string& text);

/// "E2103 6:1 treshold->threshold" (the suggestion, if any), one each.
std::vector<std::string> brief(const Diagnostics& all);

/// format, rule `r`, severity high, for_each [device_id]: four lines.
inline const std::string kHead =
    "format: tocsin/1\nrule: r\nseverity: high\nfor_each: [device_id]\n";
/// kHead and a match on smoke.alarm: five lines.
inline const std::string kRule = kHead + "match: {event: {event: smoke.alarm}}\n";

}  // namespace tocsin::rules::test
