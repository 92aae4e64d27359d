#include "app/runtime/open_alerts.h"

#include <utility>

namespace tocsin::app {

void OpenAlerts::take(AlertRevision revision) {
  if (const auto found = places_.find(revision.alert_id); found != places_.end()) remove(found);
  if (revision.state != AlertState::firing) return;
  if (shown_.size() == kOpenAlertsShown) remove(places_.find(shown_.front()->alert_id));
  const auto at =
      shown_.insert(shown_.end(), std::make_shared<const AlertRevision>(std::move(revision)));
  places_.emplace((*at)->alert_id, at);
}

void OpenAlerts::remove(boost::unordered_flat_map<std::string, Place>::iterator found) {
  shown_.erase(found->second);
  places_.erase(found);
}

}  // namespace tocsin::app
