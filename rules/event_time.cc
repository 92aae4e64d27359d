#include "rules/event_time.h"

namespace tocsin::rules {

void judge_time(Event& event, const TypeSettings& settings, Duration future_skew) {
  if (!event.has_ts) {
    event.ts = event.arr;
    event.time_quality = TimeQuality::assumed;
  } else if (event.raw_ts - event.arr > future_skew ||
             event.arr - event.raw_ts > settings.max_age) {
    event.ts = event.arr;
    event.time_quality = TimeQuality::clamped;
  } else {
    event.ts = event.raw_ts;
    event.time_quality = TimeQuality::good;
  }
  event.late = event.arr - event.ts > settings.lateness;
  event.slot(CommonSlot::ts) = Value::timestamp(event.ts);
  event.slot(CommonSlot::arr) = Value::timestamp(event.arr);
  event.slot(CommonSlot::late) = Value::boolean(event.late);
}

}  // namespace tocsin::rules
