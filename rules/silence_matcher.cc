#include "rules/silence_matcher.h"

#include <algorithm>
#include <cmath>

#include "rules/device_event.h"

namespace tocsin::rules {

SilenceMatcher::~SilenceMatcher() {
  if (named_) timers_->clear(named_->timer);
}

std::vector<SilenceMatcher::Left> SilenceMatcher::watch(MatchContext& context, Timestamp now,
                                                        std::uint64_t& unkeyed) {
  const bool was_off = std::exchange(off_, context.rule.mode == Mode::disabled);
  if (off_) {
    set_timer(context);
    return {};
  }
  const SilenceForm& form = std::get<SilenceForm>(context.rule.form);
  const auto before_registry = std::exchange(registry_, context.evaluation.shared_registry());
  std::vector<Row> before = std::exchange(rows_, {});
  const std::string before_keys = std::exchange(keys_, {});
  const std::vector<std::uint32_t> before_row_of = std::exchange(row_of_, {});

  row_of_.assign(registry_ ? registry_->devices().size() : 0, kNone);
  std::string key;
  for (DeviceIndex i = 0; i < row_of_.size(); ++i) {
    const Device& device = registry_->device(i);
    Event as_event;
    set_device_slots(*registry_, device, as_event);
    if (!is_member(device, as_event, context)) continue;
    const bool keyed = make_key(key, as_event.slots.data(), form.signs.alternatives[0].key_slots);
    if (!keyed || (form.by_registry && device.heartbeat_interval_s <= 0)) {
      ++unkeyed;
      continue;
    }
    if (rows_.size() == context.rule.limits.max_keys) {
      context.notes.evicted(LimitKind::keys);
      continue;
    }
    add_row(i, key, now);
    const DeviceIndex old =
        before_registry ? before_registry->find_device(device.device_id) : kNoIndex;
    if (old == kNoIndex || before_row_of[old] == kNone) continue;
    Row& was = before[before_row_of[old]];
    Row& row = rows_.back();
    row.heard = was.heard;
    row.type = was.type;
    const auto was_key = std::string_view(before_keys).substr(was.key_begin, was.key_size);
    if (was_key != key) continue;           // it moved: it leaves its alert and waits anew
    if (!was_off) row.anchor = was.anchor;  // nothing was heard while the rule was disabled
    row.state = was.state;
    row.alert = std::exchange(was.alert, 0);
  }
  index_gateways();
  place_in_time(context, now);

  std::vector<Left> left;
  for (const Row& row : before) {
    if (row.alert == 0) continue;
    left.push_back({before_keys.substr(row.key_begin, row.key_size), row.alert});
  }
  return left;
}

bool SilenceMatcher::is_member(const Device& device, const Event& as_event,
                               MatchContext& context) const {
  const SilenceForm& form = std::get<SilenceForm>(context.rule.form);
  if (device.state == DeviceState::decommissioned) return false;
  if (std::ranges::find(form.kinds, device.kind) == form.kinds.end()) return false;
  context.evaluation.set_event(as_event.slots.data());
  const Truth truth = context.evaluation.test(form.where);
  if (truth == Truth::error) context.notes.error(context.evaluation.last_error());
  context.evaluation.reset();
  return truth == Truth::yes;
}

void SilenceMatcher::add_row(DeviceIndex device, std::string_view key, Timestamp now) {
  row_of_[device] = static_cast<std::uint32_t>(rows_.size());
  Row row;
  row.device = device;
  row.anchor = now;
  row.key_begin = static_cast<std::uint32_t>(keys_.size());
  row.key_size = static_cast<std::uint16_t>(key.size());
  keys_ += key;
  rows_.push_back(row);
}

void SilenceMatcher::index_gateways() {
  gateways_.clear();
  behind_.clear();
  for (std::uint32_t i = 0; i < rows_.size(); ++i) behind_.push_back(i);
  const auto gateway = [&](std::uint32_t row) -> const std::string& {
    return registry_->device(rows_[row].device).gateway_id;
  };
  std::ranges::stable_sort(behind_, {}, gateway);
  for (std::uint32_t begin = 0; begin < behind_.size();) {
    std::uint32_t end = begin + 1;
    while (end < behind_.size() && gateway(behind_[end]) == gateway(behind_[begin])) ++end;
    gateways_.emplace(gateway(behind_[begin]), std::pair(begin, end));
    begin = end;
  }
}

// Deadlines from their anchors; those already past are due now.
void SilenceMatcher::place_in_time(MatchContext& context, Timestamp now) {
  const SilenceForm& form = std::get<SilenceForm>(context.rule.form);
  heap_.clear();
  for (std::uint32_t i = 0; i < rows_.size(); ++i) {
    Row& row = rows_[i];
    row.position = kNone;
    if (row.state == State::silent) continue;
    if (row.state == State::unknown) {
      if (context.gateways.is_down(registry_->device(row.device).gateway_id)) continue;
      row.state = State::waiting;
      row.anchor = now;
    }
    row.due = std::max(due_of(row, form), now);
    push(i);
  }
  set_timer(context);
}

// What stands in no archive, made of the rows. False: they do not fit the registry.
bool SilenceMatcher::place(std::shared_ptr<const Registry> registry) {
  registry_ = std::move(registry);
  const std::size_t devices = registry_ ? registry_->devices().size() : 0;
  const auto fits = [&](const Row& row) {
    return row.device < devices && row.key_begin <= keys_.size() &&
           row.key_size <= keys_.size() - row.key_begin;
  };
  if (!std::ranges::all_of(rows_, fits)) return false;
  row_of_.assign(devices, kNone);
  for (std::uint32_t i = 0; i < rows_.size(); ++i) {
    row_of_[rows_[i].device] = i;
    if (rows_[i].position != kNone) push(i);
  }
  index_gateways();
  return true;
}

void SilenceMatcher::name(TimerQueue& timers, const RuleOrder& order) {
  named_ = std::make_unique<Named>();
  named_->order = &order;
  timers_ = &timers;
}

Timestamp SilenceMatcher::due_of(const Row& row, const SilenceForm& form) const {
  const Duration interval =
      form.by_registry ? Duration{registry_->device(row.device).heartbeat_interval_s * 1000}
                       : form.interval;
  const Duration wait = interval * form.missed;
  const auto jitter =
      static_cast<std::int64_t>(std::llround(static_cast<double>(wait.count()) * form.jitter));
  const Duration grace = row.heard == Timestamp::min() ? form.startup_grace : Duration{};
  return row.anchor + grace + wait + Duration{jitter};
}

std::optional<SilentDevice> SilenceMatcher::hear(std::string_view device, EventTypeId type,
                                                 MatchContext& context, Timestamp now) {
  if (registry_ == nullptr) return std::nullopt;
  const DeviceIndex index = registry_->find_device(device);
  if (index == kNoIndex || row_of_[index] == kNone) return std::nullopt;
  const std::uint32_t at = row_of_[index];
  Row& row = rows_[at];
  row.heard = row.anchor = now;
  row.type = type;
  row.due = due_of(row, std::get<SilenceForm>(context.rule.form));
  row.state = State::waiting;
  const bool next = row.position == 0;
  if (row.position == kNone) {
    push(at);
  } else {
    move(at);
  }
  if (next || row.position == 0) set_timer(context);
  return SilentDevice{at, std::exchange(row.alert, 0)};
}

std::optional<std::uint32_t> SilenceMatcher::decide(MatchContext& context, Timestamp now) {
  std::optional<std::uint32_t> silent;
  settle_top();
  if (!heap_.empty() && heap_.front().queued <= now) {
    const std::uint32_t at = heap_.front().row;
    Row& row = rows_[at];
    pop_top();
    const bool down = context.gateways.is_down(registry_->device(row.device).gateway_id);
    row.state = down ? State::unknown : State::silent;
    if (!down) silent = at;
  }
  set_timer(context);
  return silent;
}

void SilenceMatcher::describe(std::uint32_t at, const SilenceForm& form, Event& event) const {
  const Row& row = rows_[at];
  set_device_slots(*registry_, registry_->device(row.device), event);
  const bool known = row.heard != Timestamp::min();
  event.type = known ? row.type : form.signs.alternatives[0].type;
  event.ts = event.arr = known ? row.heard : row.anchor;
  event.slot(CommonSlot::ts) = event.slot(CommonSlot::arr) = Value::timestamp(event.ts);
  if (!known) return;
  const auto sign =
      std::ranges::find(form.signs.alternatives, event.type, &Pattern::Alternative::type);
  const auto which = static_cast<std::size_t>(sign - form.signs.alternatives.begin());
  if (which < form.sign_names.size()) {
    event.slot(CommonSlot::type) = Value::string(form.sign_names[which]);
  }
}

void SilenceMatcher::resume(std::string_view gateway, MatchContext& context, Timestamp now) {
  const auto range = gateways_.find(gateway);
  if (range == gateways_.end()) return;
  const SilenceForm& form = std::get<SilenceForm>(context.rule.form);
  for (std::uint32_t i = range->second.first; i < range->second.second; ++i) {
    Row& row = rows_[behind_[i]];
    if (row.state == State::silent) continue;
    row.state = State::waiting;
    row.anchor = now;
    row.due = due_of(row, form);
    row.position == kNone ? push(behind_[i]) : move(behind_[i]);
  }
  set_timer(context);
}

void SilenceMatcher::postpone(Timestamp down, Timestamp up, MatchContext& context) {
  if (up <= down) return;
  for (Row& row : rows_) row.anchor += up - down;
  place_in_time(context, down);
}

void SilenceMatcher::stop_timer(TimerQueue& timers) {
  if (named_) timers.clear(named_->timer);
}

void SilenceMatcher::set_timer(MatchContext& context) {
  if (!named_) {
    name(context.timers, context.order);
  }
  settle_top();
  timers_->clear(named_->timer);
  if (off_ || heap_.empty()) return;
  named_->key = key_of(rows_[heap_.front().row]);
  timers_->set(named_->timer, heap_.front().queued);
}

// The heap, by (deadline, key, row). A deadline that moves later is settled at the top.

bool SilenceMatcher::before(const Node& a, const Node& b) const {
  if (a.queued != b.queued) return a.queued < b.queued;
  const int order = key_of(rows_[a.row]).compare(key_of(rows_[b.row]));
  return order != 0 ? order < 0 : a.row < b.row;
}

void SilenceMatcher::put(std::size_t position, Node node) {
  heap_[position] = node;
  rows_[node.row].position = static_cast<std::uint32_t>(position);
}

void SilenceMatcher::push(std::uint32_t row) {
  heap_.push_back({rows_[row].due, row});
  rows_[row].position = static_cast<std::uint32_t>(heap_.size() - 1);
  sift_up(heap_.size() - 1);
}

void SilenceMatcher::move(std::uint32_t row) {
  Node& node = heap_[rows_[row].position];
  if (rows_[row].due >= node.queued) return;
  node.queued = rows_[row].due;
  sift_up(rows_[row].position);
}

void SilenceMatcher::pop_top() {
  rows_[heap_.front().row].position = kNone;
  const Node last = heap_.back();
  heap_.pop_back();
  if (heap_.empty()) return;
  put(0, last);
  sift_down(0);
}

void SilenceMatcher::sift_up(std::size_t position) {
  const Node node = heap_[position];
  while (position > 0 && before(node, heap_[(position - 1) / 2])) {
    put(position, heap_[(position - 1) / 2]);
    position = (position - 1) / 2;
  }
  put(position, node);
}

void SilenceMatcher::sift_down(std::size_t position) {
  const Node node = heap_[position];
  for (std::size_t child = 2 * position + 1; child < heap_.size(); child = 2 * position + 1) {
    if (child + 1 < heap_.size() && before(heap_[child + 1], heap_[child])) ++child;
    if (!before(heap_[child], node)) break;
    put(position, heap_[child]);
    position = child;
  }
  put(position, node);
}

void SilenceMatcher::settle_top() {
  while (!heap_.empty() && heap_.front().queued != rows_[heap_.front().row].due) {
    heap_.front().queued = rows_[heap_.front().row].due;
    sift_down(0);
  }
}

}  // namespace tocsin::rules
