#pragma once
/// What an event's own time is worth: ts against arr. First stage of Engine::apply after the
/// timers.
#include "core/event.h"
#include "rules/rule.h"

namespace tocsin::rules {

/// Sets ts, time_quality and late, and the slots that mirror them. A ts more than `future_skew`
/// ahead of arr or more than the type's max_age behind it is replaced by arr.
void judge_time(Event& event, const TypeSettings& settings, Duration future_skew);

}  // namespace tocsin::rules
