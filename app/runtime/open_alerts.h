#pragma once
/// OpenAlerts: the open alerts as people look at them: the newest revision of each, the ones that
/// changed last. A view for /api, not the engine's state; how many are open in all is in the rules'
/// counters.
///
/// Thread: one; what latest() returned may be read anywhere. Limit: kOpenAlertsShown; the one that
/// has not changed for longest leaves first. Cost: constant per revision, nothing is copied.
#include <boost/unordered/unordered_flat_map.hpp>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "core/alert.h"

namespace tocsin::app {

inline constexpr std::size_t kOpenAlertsShown = 1000;

using AlertPointer = std::shared_ptr<const AlertRevision>;

class OpenAlerts {
 public:
  void take(AlertRevision revision);
  std::vector<AlertPointer> latest() const {
    return {shown_.begin(), shown_.end()};
  }  ///< newest last

  template <class A>
  void archive(A& a) {
    if constexpr (A::kReads) {
      for (std::uint32_t n = a.count(); n > 0 && a.ok(); --n) {
        AlertRevision revision;
        a(revision);
        if (a.ok()) take(std::move(revision));
      }
    } else {
      a(static_cast<std::uint32_t>(shown_.size()));
      for (const AlertPointer& alert : shown_) a(*alert);
    }
  }

 private:
  using Place = std::list<AlertPointer>::iterator;
  void remove(boost::unordered_flat_map<std::string, Place>::iterator found);

  std::list<AlertPointer> shown_;
  boost::unordered_flat_map<std::string, Place> places_;
};

}  // namespace tocsin::app
