#include "rules/latest_cells.h"

#include <algorithm>

namespace tocsin::rules {
namespace {

Timestamp expiry(const KeptEvent& event, const LatestCell& cell, const MatchContext& context) {
  return std::max(event.ts(), event.arr()) + cell.max_age + context.lateness(event.type());
}

Value missing_value(const LatestCell& cell, std::uint16_t slot) {
  const auto given = std::ranges::find(cell.defaults, slot, &LatestCell::Default::slot);
  return given == cell.defaults.end() ? Value() : given->value.view();
}

}  // namespace

void LatestCells::keep(std::size_t cell, KeyView key, Arrival& arrival, MatchContext& context) {
  const Event& event = arrival.event;
  State& state = table_.touch(key, key, event.arr, context.rule.limits.max_keys, context.notes);
  state.cells.resize(context.rule.latest.size());
  Cell& kept = state.cells[cell];
  if (event.arr <= kept.expires && kept.event->ts() > event.ts) return;
  kept.event = arrival.kept();
  kept.expires = expiry(*kept.event, context.rule.latest[cell], context);
  state.expires = std::max(state.expires, kept.expires);
}

std::uint32_t LatestCells::show(KeyView key, Timestamp ts, Timestamp now, const Rule& rule,
                                Evaluation& evaluation) const {
  const State* const state = table_.find(key);
  const auto value_of = [&](std::size_t cell) -> const KeptEvent* {
    if (state == nullptr || !state->cells[cell].event) return nullptr;
    const Cell& kept = state->cells[cell];
    const bool fresh = now <= kept.expires && ts - kept.event->ts() <= rule.latest[cell].max_age;
    return fresh ? &*kept.event : nullptr;
  };
  std::uint32_t missing = 0;
  for (std::size_t cell = 0; cell < rule.latest.size(); ++cell) {
    if (value_of(cell) == nullptr) missing |= 1u << cell;
  }
  const std::span<Value> frame = evaluation.latest();
  for (std::size_t i = 0; i < rule.latest_reads.size(); ++i) {
    const LatestRead& read = rule.latest_reads[i];
    const KeptEvent* const event = value_of(read.cell);
    frame[i] = event != nullptr ? event->slot(read.slot)
                                : missing_value(rule.latest[read.cell], read.slot);
  }
  return missing;
}

void LatestCells::retune(MatchContext& context, Timestamp now) {
  const Rule& rule = context.rule;
  for (State* const state : table_.in_order()) {
    state->cells.resize(rule.latest.size());
    state->expires = Timestamp::min();
    for (std::size_t i = 0; i < state->cells.size(); ++i) {
      Cell& cell = state->cells[i];
      if (!cell.event || now > cell.expires) continue;
      if (test_again(*cell.event, rule.latest[i].pattern, context) == nullptr) {
        cell = {};
        continue;
      }
      cell.expires = expiry(*cell.event, rule.latest[i], context);
      state->expires = std::max(state->expires, cell.expires);
    }
    if (state->expires < now) table_.erase(*state);
  }
}

std::optional<Truth> if_missing(const Rule& rule, const cel::Program& condition,
                                std::uint32_t missing) {
  if (missing == 0 || condition.empty()) return std::nullopt;
  for (const auto& [path, input] : condition.reads()) {
    if (input.frame != kFrameLatest) continue;
    const std::uint16_t cell = rule.latest_reads[input.slot].cell;
    if ((missing >> cell & 1) == 0) continue;
    switch (rule.latest[cell].if_missing) {
      case LatestCell::Missing::value: break;
      case LatestCell::Missing::no: return Truth::no;
      case LatestCell::Missing::yes: return Truth::yes;
      case LatestCell::Missing::error: return Truth::error;
    }
  }
  return std::nullopt;
}

}  // namespace tocsin::rules
