#include "ingest/gateway_gaps.h"

#include <algorithm>

namespace tocsin::ingest {
namespace {

constexpr int kRunOfARestart = 3;

}  // namespace

void GatewayGaps::note(std::string_view gateway, std::uint64_t seq, Timestamp arr) {
  auto found = counters_.find(gateway);
  if (found == counters_.end()) {
    if (counters_.size() == options_.max_gateways) {
      ++untracked_;
      return;
    }
    found = counters_.emplace(gateway, Counter{}).first;
    found->second.gateway = found->first;
    found->second.next = seq + 1;
    return;
  }
  Counter& counter = found->second;
  if (seq >= counter.next) {
    advance(counter, seq, arr);
  } else if (!close(counter, seq)) {
    follow_run(counter, seq);
  }
}

void GatewayGaps::advance(Counter& counter, std::uint64_t seq, Timestamp arr) {
  const std::uint64_t left_out = seq - counter.next;
  if (left_out > 0 && left_out <= options_.longest_leap) {
    open(counter, counter.next, seq - 1, arr);
  }
  counter.next = seq + 1;
  counter.run = 0;
}

void GatewayGaps::open(Counter& counter, std::uint64_t first, std::uint64_t last, Timestamp arr) {
  counter.open.push_back({first, last, arr + options_.grace});
  looks_.push_back({arr + options_.grace, &counter});
  if (counter.open.size() <= options_.max_open_gaps_per_gateway) return;
  counter.open.front().deadline = arr;
  looks_.push_front({arr, &counter});
}

// A latecomer leaves of its gap what is on either side of it.
bool GatewayGaps::close(Counter& counter, std::uint64_t seq) {
  const auto holds = [seq](const Range& r) { return r.first <= seq && seq <= r.last; };
  const auto range = std::ranges::find_if(counter.open, holds);
  if (range == counter.open.end()) return false;
  const Range whole = *range;
  auto at = counter.open.erase(range);
  if (seq < whole.last) at = counter.open.insert(at, {seq + 1, whole.last, whole.deadline});
  if (seq > whole.first) counter.open.insert(at, {whole.first, seq - 1, whole.deadline});
  return true;
}

void GatewayGaps::follow_run(Counter& counter, std::uint64_t seq) {
  counter.run = counter.run > 0 && seq == counter.run_next ? counter.run + 1 : 1;
  counter.run_next = seq + 1;
  if (counter.run < kRunOfARestart) return;
  counter.next = seq + 1;
  counter.run = 0;
}

std::optional<Timestamp> GatewayGaps::next_deadline() const {
  return looks_.empty() ? std::nullopt : std::optional(looks_.front().at);
}

std::vector<GatewayGap> GatewayGaps::take_due(Timestamp at) {
  std::vector<GatewayGap> due;
  for (; !looks_.empty() && looks_.front().at <= at; looks_.pop_front()) {
    const Look look = looks_.front();
    std::erase_if(look.counter->open, [&](const Range& range) {
      if (range.deadline > look.at) return false;
      due.push_back({std::string(look.counter->gateway), range.first, range.last});
      ++gaps_;
      missing_ += due.back().missing();
      return true;
    });
  }
  return due;
}

}  // namespace tocsin::ingest
